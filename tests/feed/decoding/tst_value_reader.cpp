// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <algorithm>
#include <cstring>
#include <string>

#include "feed/decoding/value_reader.hpp"
#include "feed/source_of.hpp"

using namespace metabatch::feed;
using metabatch::tests::source_of;

Q_DECLARE_METATYPE(Shape)

namespace {

/// `number@at:text` of each object.
QStringList values(const std::string& text, std::size_t step, std::size_t most = kMaxLineBytes) {
  ValueReader reader(source_of(text, step), most);
  QStringList found;
  while (const auto line = reader.next())
    found += QString("%1@%2:").arg(line->number).arg(line->at) +
             (line->too_long ? "TOO LONG" : QString::fromStdString(std::string(line->text)));
  return found;
}

}  // namespace

class TestValueReader : public QObject {
  Q_OBJECT
 private slots:
  void theBeginningTellsTheShape_data();
  void theBeginningTellsTheShape();
  void objectsAreDivided_data();
  void objectsAreDivided();
  void aLongObjectIsSkippedInBoundedMemory();
};

void TestValueReader::theBeginningTellsTheShape_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<Shape>("shape");
  QTest::addColumn<bool>("needs_more");
  QTest::newRow("one a line") << "{\"a\":1}\n{\"a\":2}\n" << Shape::lines << false;
  QTest::newRow("one line is enough") << "{\"a\":1}\n" << Shape::lines << false;
  QTest::newRow("an array on one line") << "[{\"a\":1},{\"a\":2}]\n" << Shape::array << false;
  QTest::newRow("an array over lines") << "[\n  {\n" << Shape::array << false;
  QTest::newRow("an empty array is a bad line") << "[]\n{\"a\":1}\n" << Shape::lines << false;
  QTest::newRow("over several lines") << "{\n  \"a\": 1\n}\n" << Shape::pretty << false;
  QTest::newRow("a broken first line") << "{\"a\":1,\n{\"a\":2}\n" << Shape::lines << false;
  QTest::newRow("a brace alone, then a line") << "{\n{\"a\":2}\n" << Shape::lines << false;
  QTest::newRow("several on a line") << "{\"a\":1} {\"a\":2}\n" << Shape::concatenated << false;
  QTest::newRow("several without an end") << "{\"a\":\"}\"}{\"a\":2}" << Shape::concatenated << true;
  QTest::newRow("a comment") << "# [\n[{\n" << Shape::lines << false;
  QTest::newRow("a mark") << QString::fromUtf8("\xEF\xBB\xBF[{") << Shape::array << false;
  QTest::newRow("nothing yet") << " \n" << Shape::lines << true;
  QTest::newRow("a bracket yet") << "[\n" << Shape::lines << true;
  QTest::newRow("half a line yet") << "{\"a\":1}" << Shape::lines << true;
  QTest::newRow("a brace yet") << "{\n" << Shape::lines << true;
}

void TestValueReader::theBeginningTellsTheShape() {
  QFETCH(QString, text);
  QFETCH(Shape, shape);
  QFETCH(bool, needs_more);
  QCOMPARE(shape_of(text.toStdString()), shape);
  QCOMPARE(shape_needs_more(text.toStdString()), needs_more);
}

void TestValueReader::objectsAreDivided_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QStringList>("found");
  QTest::newRow("an array") << "[{\"a\":1},\n {\"a\":2}\n]\n" << QStringList{"1@1:{\"a\":1}", "2@11:{\"a\":2}"};
  QTest::newRow("arrays one after the other") << "[{}][{},{}]" << QStringList{"1@1:{}", "1@5:{}", "1@8:{}"};
  QTest::newRow("over several lines") << "{\n \"a\": {\"b\": [1]}\n}\n{\n}\n"
                                      << QStringList{"1@0:{\n \"a\": {\"b\": [1]}\n}", "4@21:{\n}"};
  QTest::newRow("concatenated") << "{\"a\":1}{\"a\":2}" << QStringList{"1@0:{\"a\":1}", "1@7:{\"a\":2}"};
  QTest::newRow("braces in texts") << "[{\"a\":\"}]\\\"{\"},{}]" << QStringList{"1@1:{\"a\":\"}]\\\"{\"}", "1@15:{}"};
  QTest::newRow("what is no object ends with its line")
      << "[{},\nnull,\n{}]" << QStringList{"1@1:{}", "2@5:null,", "3@11:{}"};
  QTest::newRow("a string without an end") << "{\n \"a\n}\n{\n}\n" << QStringList{"1@0:{\n \"a\n}", "4@8:{\n}"};
  QTest::newRow("an object without an end") << "{\n \"a\": 1\n{\n}\n" << QStringList{"1@0:{\n \"a\": 1\n", "3@10:{\n}"};
  QTest::newRow("cut") << "[{},{\"a\"" << QStringList{"1@1:{}", "1@4:{\"a\""};
  QTest::newRow("nothing") << "[]" << QStringList{};
}

void TestValueReader::objectsAreDivided() {
  QFETCH(QString, text);
  QFETCH(QStringList, found);
  for (const std::size_t step : {1, 2, 1000}) QCOMPARE(values(text.toStdString(), step), found);
}

void TestValueReader::aLongObjectIsSkippedInBoundedMemory() {
  const std::string text = "{}\n{\"a\":\"" + std::string(1 << 20, 'x') + "\"}\n{\"b\":1}\n";
  QCOMPARE(values(text, 4096, 100), (QStringList{"1@0:{}", "2@3:TOO LONG", "3@1048588:{\"b\":1}"}));
}

QTEST_APPLESS_MAIN(TestValueReader)
#include "tst_value_reader.moc"
