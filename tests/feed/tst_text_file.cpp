// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "feed/text_file.hpp"

using namespace metabatch::feed;

class TestTextFile : public QObject {
  Q_OBJECT
 private slots:
  void lineEndsAndMarksAreRemoved_data();
  void lineEndsAndMarksAreRemoved();
  void aFileThatIsNoTextIsRefused_data();
  void aFileThatIsNoTextIsRefused();
  void aMissingFileIsNamed();
  void aPathIsBytes();
  void aListHasNoBlanksAndNoComments();

 private:
  std::string written(const std::string& bytes) const {
    const std::string path = folder_.path().toStdString() + "/file";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  const QTemporaryDir folder_;
};

void TestTextFile::lineEndsAndMarksAreRemoved_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("empty") << QByteArray("") << QByteArray("");
  QTest::newRow("as it is") << QByteArray("a\nb\n") << QByteArray("a\nb\n");
  QTest::newRow("CRLF") << QByteArray("a\r\nb\r\n") << QByteArray("a\nb\n");
  QTest::newRow("CR alone stays") << QByteArray("a\rb\r") << QByteArray("a\rb\r");
  QTest::newRow("byte order mark") << QByteArray(
                                          "\xEF\xBB\xBF"
                                          "a")
                                   << QByteArray("a");
  QTest::newRow("two marks") << QByteArray("\xEF\xBB\xBF\xEF\xBB\xBF") << QByteArray("\xEF\xBB\xBF");
}

void TestTextFile::lineEndsAndMarksAreRemoved() {
  QFETCH(QByteArray, bytes);
  QFETCH(QByteArray, text);
  const TextFile file = read_text_file(written(bytes.toStdString()), 100);
  QCOMPARE(QByteArray::fromStdString(file.problem), QByteArray());
  QCOMPARE(QByteArray::fromStdString(file.text), text);
}

void TestTextFile::aFileThatIsNoTextIsRefused_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QByteArray>("problem");
  QTest::newRow("too large") << QByteArray(101, 'a') << QByteArray("has more than 100 bytes");
  QTest::newRow("UTF-16") << QByteArray(
                                 "\xFF\xFE"
                                 "a\0",
                                 4)
                          << QByteArray("is UTF-16; convert it");
  QTest::newRow("NUL") << QByteArray("ab\0", 3) << QByteArray("is no text: byte 2 is NUL");
}

void TestTextFile::aFileThatIsNoTextIsRefused() {
  QFETCH(QByteArray, bytes);
  QFETCH(QByteArray, problem);
  const TextFile file = read_text_file(written(bytes.toStdString()), 100);
  QVERIFY2(QByteArray::fromStdString(file.problem).contains(problem), file.problem.c_str());
  QVERIFY(file.text.empty());
  QCOMPARE(read_text_file(written(std::string(100, 'a')), 100).text.size(), std::size_t{100});
}

void TestTextFile::aMissingFileIsNamed() {
  const std::string path = folder_.path().toStdString() + "/none";
  QCOMPARE(read_text_file(path, 100).problem, path + ": cannot be read: No such file or directory");
  QCOMPARE(read_text_file(folder_.path().toStdString(), 100).problem,
           folder_.path().toStdString() + ": cannot be read: Is a directory");
}

void TestTextFile::aPathIsBytes() {
  const std::string path = folder_.path().toStdString() + "/caf\xe9";
  std::ofstream(path, std::ios::binary) << "a";
  QCOMPARE(read_text_file(path, 100).text, std::string("a"));
}

void TestTextFile::aListHasNoBlanksAndNoComments() {
  const auto lines = listed_lines("# tokens\n\n  one \t\n#two\n\tthree four\nfive");
  std::string text;
  for (const ListedLine& one : lines)
    text += std::to_string(one.line) + ":" + std::to_string(one.column) + "=" + std::string(one.text) + ";";
  QCOMPARE(text, std::string("3:3=one;5:2=three four;6:1=five;"));
  QVERIFY(listed_lines("").empty());
}

QTEST_GUILESS_MAIN(TestTextFile)
#include "tst_text_file.moc"
