// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <string>
#include <thread>

#include "feed/input_file.hpp"
#include "feed/line_reader.hpp"
#include "feed/source_of.hpp"

using namespace metabatch::feed;
using metabatch::tests::source_of;

class TestLineReader : public QObject {
  Q_OBJECT
 private slots:
  void aStreamIsCutIntoLines_data();
  void aStreamIsCutIntoLines();
  void aLineOfTheLimitIsTakenAndOneByteMoreIsSkipped_data();
  void aLineOfTheLimitIsTakenAndOneByteMoreIsSkipped();
  void aLineWithoutEndIsSkippedInBoundedMemory();
  void bytesGivenOutAreCounted();
  void aPipeIsOpenedBeforeItsWriter();
  void aStopEndsTheWaitForBytes();
  void unreadableRecordingsAreReported();
};

namespace {

QStringList read(const std::string& text, std::size_t step) {
  LineReader reader(source_of(text, step));
  QStringList lines;
  while (const auto line = reader.next())
    lines +=
        QString("%1:%2")
            .arg(line->number)
            .arg(line->too_long ? "TOO LONG"
                                : QString::fromLatin1(line->text.data(), static_cast<qsizetype>(line->text.size())));
  return lines;
}

}  // namespace

void TestLineReader::aStreamIsCutIntoLines_data() {
  QTest::addColumn<QString>("stream");
  QTest::addColumn<QStringList>("lines");
  const QString mark = QString::fromLatin1("\xEF\xBB\xBF");
  QTest::newRow("nothing") << "" << QStringList{};
  QTest::newRow("one") << "a\n" << QStringList{"1:a"};
  QTest::newRow("no last end") << "a\nb" << QStringList{"1:a", "2:b"};
  QTest::newRow("CRLF") << "a\r\nb\r\n" << QStringList{"1:a", "2:b"};
  QTest::newRow("CR alone is text") << "a\rb\n" << QStringList{"1:a\rb"};
  QTest::newRow("only one CR goes") << "a\r\r\n" << QStringList{"1:a\r"};
  QTest::newRow("empty lines count") << "\n\r\na" << QStringList{"1:", "2:", "3:a"};
  QTest::newRow("byte order mark") << mark + "a\n" + mark + "b" << QStringList{"1:a", "2:" + mark + "b"};
  QTest::newRow("only a byte order mark") << mark << QStringList{"1:"};
}

void TestLineReader::aStreamIsCutIntoLines() {
  QFETCH(QString, stream);
  QFETCH(QStringList, lines);
  for (const std::size_t step : {1, 2, 3, 1000}) QCOMPARE(read(stream.toLatin1().toStdString(), step), lines);
}

void TestLineReader::aLineOfTheLimitIsTakenAndOneByteMoreIsSkipped_data() {
  QTest::addColumn<QString>("end");
  QTest::newRow("LF") << "\n";
  QTest::newRow("CRLF") << "\r\n";
  QTest::newRow("end of the stream") << "";
}

void TestLineReader::aLineOfTheLimitIsTakenAndOneByteMoreIsSkipped() {
  QFETCH(QString, end);
  for (const std::size_t step : {std::size_t{1000}, std::size_t{1} << 30}) {
    const std::string limit = "a\n" + std::string(kMaxLineBytes, 'x') + end.toStdString();
    LineReader taken(source_of(limit, step));
    taken.next();
    const auto line = taken.next();
    QVERIFY(line && !line->too_long);
    QCOMPARE(line->text.size(), kMaxLineBytes);
    QVERIFY(!taken.next());

    const std::string over =
        "a\n" + std::string(kMaxLineBytes + 1, 'x') + end.toStdString() + (end.isEmpty() ? "" : "b");
    QCOMPARE(read(over, step),
             end.isEmpty() ? (QStringList{"1:a", "2:TOO LONG"}) : (QStringList{"1:a", "2:TOO LONG", "3:b"}));
  }
}

void TestLineReader::aLineWithoutEndIsSkippedInBoundedMemory() {
  std::size_t left = std::size_t{256} << 20;
  std::size_t largest_room = 0;
  LineReader reader([&](char* to, std::size_t room) {
    largest_room = std::max(largest_room, room);
    const std::size_t size = std::min(room, left);
    std::memset(to, 'x', size);
    left -= size;
    return size;
  });
  const auto line = reader.next();
  QVERIFY(line && line->too_long && line->text.empty());
  QVERIFY(!reader.next());
  QVERIFY(largest_room < (std::size_t{2} << 20));
}

void TestLineReader::bytesGivenOutAreCounted() {
  const std::string text =
      "\xEF\xBB\xBF"
      "one\r\n\n" +
      std::string(kMaxLineBytes + 5, 'x') + "\nrest";
  std::size_t at = 0;
  LineReader lines([&](char* to, std::size_t size) {
    size = std::min(size, text.size() - at);
    std::memcpy(to, text.data() + at, size);
    at += size;
    return size;
  });
  QCOMPARE(lines.bytes(), 0u);
  std::vector<std::uint64_t> counted;
  while (lines.next()) counted.push_back(lines.bytes());
  QCOMPARE(counted, (std::vector<std::uint64_t>{8, 9, 9 + kMaxLineBytes + 6, text.size()}));
}

void TestLineReader::aPipeIsOpenedBeforeItsWriter() {
  QTemporaryDir folder;
  const std::string name = folder.filePath("pipe").toStdString();
  QCOMPARE(::mkfifo(name.c_str(), 0600), 0);
  Input input(name);  // does not wait
  QCOMPARE(input.problem(), std::string());
  QCOMPARE(input.size(), 0u);
  std::thread writer([&] {
    const int end = ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
    (void)!::write(end, "a\nb", 3);
    ::close(end);
  });
  LineReader lines(input.source());
  QCOMPARE(lines.next().value_or(Line{}).text, std::string_view("a"));
  QCOMPARE(lines.next().value_or(Line{}).text, std::string_view("b"));
  QVERIFY(!lines.next());
  QCOMPARE(input.error(), 0);
  writer.join();
}

void TestLineReader::aStopEndsTheWaitForBytes() {
  QTemporaryDir folder;
  const std::string name = folder.filePath("pipe").toStdString();
  QCOMPARE(::mkfifo(name.c_str(), 0600), 0);
  Input input(name);
  Stop stop;
  std::thread other([&] { stop.request(); });
  LineReader lines(input.source(&stop));
  QVERIFY(!lines.next());
  other.join();
}

void TestLineReader::unreadableRecordingsAreReported() {
  QTemporaryDir folder;
  QCOMPARE(QString::fromStdString(Input(folder.path().toStdString()).problem()), folder.path() + ": Is a directory");
  const QString missing = folder.filePath("no such");
  QCOMPARE(QString::fromStdString(Input(missing.toStdString()).problem()), missing + ": No such file or directory");
}

QTEST_GUILESS_MAIN(TestLineReader)
#include "tst_line_reader.moc"
