// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QtTest>
#include <map>
#include <string>

#include "metabatch/inspect.hpp"

using namespace metabatch;

namespace {

const std::map<char, std::string> kIds = {{'A', "018f2f1e-7b54-7c11-bfff-1c2d3e4f5a6b"},
                                          {'B', "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b"},
                                          {'C', "4f8e2d3c-1b2a-4d5e-9f60-718293a4b5c6"}};

QByteArray contentOf(const QString& name) {
  QFile file(METABATCH_SOURCE_DIR "/tests/core/inspect/pastes/" + name);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The rows of the table beside the files: tabs between the cells, `#` before comments.
QList<QStringList> rowsOf(const QString& name) {
  QList<QStringList> rows;
  for (const QByteArray& line : contentOf(name).split('\n'))
    if (!line.isEmpty() && !line.startsWith('#')) rows.append(QString::fromUtf8(line).split('\t'));
  return rows;
}

/// The letters of the ids, `?` for any other id.
QString lettersOf(const Inspection& found) {
  QString letters;
  for (const FoundId& one : found.ids) {
    char letter = '?';
    for (const auto& [name, uuid] : kIds)
      if (uuid == format_uuid(one.id)) letter = name;
    letters += letter;
  }
  return letters.isEmpty() ? "-" : letters;
}

}  // namespace

/// Inputs as people paste them. Each is of a kind that was once read wrongly.
class TestPastes : public QObject {
  Q_OBJECT

 private slots:
  void everyIdIsFoundAndNoOther_data();
  void everyIdIsFoundAndNoOther();
  void damagedInputIsOfferedAnotherReading_data();
  void damagedInputIsOfferedAnotherReading();
  void mistypedUuidIsNamedWithItsPosition_data();
  void mistypedUuidIsNamedWithItsPosition();
  void containersAreNamed_data();
  void containersAreNamed();
};

void TestPastes::everyIdIsFoundAndNoOther_data() {
  QTest::addColumn<QString>("ids");
  QTest::addColumn<QString>("around");
  for (const QStringList& row : rowsOf("expected.txt")) QTest::newRow(qPrintable(row[0])) << row[1] << row[2];
}

void TestPastes::everyIdIsFoundAndNoOther() {
  QFETCH(QString, ids);
  QFETCH(QString, around);
  const QByteArray paste = contentOf(QTest::currentDataTag());
  QVERIFY(!paste.isEmpty());
  const auto found = inspect({paste.constData(), static_cast<std::size_t>(paste.size())});
  QCOMPARE(lettersOf(found), ids);
  for (const Finding& finding : found.findings) {
    if (finding.ids == 0 || around.isEmpty()) continue;
    const auto is = std::string(name_of(finding.wrapping)) + " " + std::string(name_of(finding.channel));
    QCOMPARE(QString::fromStdString(is), around);
  }
}

void TestPastes::damagedInputIsOfferedAnotherReading_data() {
  QTest::addColumn<QString>("reading");
  QTest::addColumn<uint>("ids");
  for (const QStringList& row : rowsOf("alternatives.txt"))
    QTest::newRow(qPrintable(row[0])) << row[1] << row[2].toUInt();
}

void TestPastes::damagedInputIsOfferedAnotherReading() {
  QFETCH(QString, reading);
  QFETCH(uint, ids);
  const QByteArray paste = contentOf(QTest::currentDataTag());
  const std::string input = paste.toStdString();
  const auto found = inspect(input);
  QCOMPARE(found.alternatives.size(), std::size_t{1});
  const Alternative& one = found.alternatives[0];
  QCOMPARE(QString::fromUtf8(name_of(one.reading).data()), reading);
  QCOMPARE(one.ids, ids);
  QVERIFY(describe(one).starts_with("read "));
  // When taken, it gives the offered text, and no further offer remains.
  const auto taken = inspect(text_of(one, input));
  QCOMPARE(taken.ids.size(), std::size_t{ids});
  QVERIFY(taken.alternatives.empty());
  // The page puts it in the place of the bytes it is read from.
  const std::string whole = input.substr(0, one.at) + text_of(one, input) + input.substr(one.at + one.length);
  QCOMPARE(inspect(whole).ids.size(), std::size_t{ids});
}

void TestPastes::mistypedUuidIsNamedWithItsPosition_data() {
  QTest::addColumn<QByteArray>("paste");
  QTest::addColumn<int>("at");
  QTest::newRow("35 characters") << QByteArray("9b2f1f1e-7b54-411-8a6e-1c2d3e4f5a6b") << 17;
  QTest::newRow("37 characters") << QByteArray("9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b7") << 36;
  QTest::newRow("37 characters, in front") << QByteArray("09b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b") << 9;
  QTest::newRow("a letter out of range") << QByteArray("9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5aOb") << 34;
  QTest::newRow("a hyphen too few") << QByteArray("9b2f1f1e7b54-4c11-8a6e-1c2d3e4f5a6b") << 12;
}

void TestPastes::mistypedUuidIsNamedWithItsPosition() {
  QFETCH(QByteArray, paste);
  QFETCH(int, at);
  const std::string input = "see " + paste.toStdString() + ", please";
  const auto found = inspect(input);
  QVERIFY(found.ids.empty());
  QCOMPARE(found.findings.size(), std::size_t{1});
  QCOMPARE(found.findings[0].unreadable, 1u);
  const Span& span = found.spans[found.findings[0].first_span];
  QCOMPARE(static_cast<int>(span.bad_at), at + 4);
  QVERIFY(describe(span, found).find("UUID") != std::string::npos || span.length == 36);
}

void TestPastes::containersAreNamed_data() {
  QTest::addColumn<QString>("container");
  QTest::newRow("containers/payloads.gz") << "gzip";
  QTest::newRow("containers/payloads.zip") << "zip";
  QTest::newRow("containers/picture.png") << "png";
  QTest::newRow("containers/powershell.txt") << "utf_16le";
  QTest::newRow("containers/utf-16be.txt") << "utf_16be";
  QTest::newRow("containers/utf-16-no-mark.txt") << "utf_16le";
  QTest::newRow("containers/utf-32.txt") << "utf_32le";
}

void TestPastes::containersAreNamed() {
  QFETCH(QString, container);
  const auto found = inspect(contentOf(QTest::currentDataTag()).toStdString());
  QCOMPARE(QString::fromUtf8(name_of(found.container).data()), container);
  QVERIFY(found.notes.has(Note::utf_16) == container.startsWith("utf_16"));
}

QTEST_GUILESS_MAIN(TestPastes)
#include "tst_pastes.moc"
