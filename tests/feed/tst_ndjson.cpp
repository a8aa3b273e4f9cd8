// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <string>

#include "feed/ndjson.hpp"
#include "recording/recording_reader.hpp"

using namespace metabatch;
using namespace metabatch::feed;

namespace {

const std::string kAgent = R"("agent":"00000000-0000-4000-8000-00000000000a")";
const std::string kTime = R"("collected_at":"2026-01-02T03:04:05.678901Z")";

std::string update(const std::string& members) { return "{" + kAgent + "," + kTime + "," + members + "}"; }

/// A record as text: its kind and all its contents.
QString shown(const Record& record) {
  switch (record.kind) {
    case Record::Kind::blank: return "blank";
    case Record::Kind::bad: return "bad: " + QString::fromStdString(record.reason);
    case Record::Kind::update: {
      const Update& one = record.update;
      return QString("%1=%2!%3@%4")
          .arg(QString::fromStdString(std::string(one.key)), QString::fromStdString(std::string(one.value)),
               QString::fromStdString(std::string(one.error)))
          .arg(one.collected_at.time_since_epoch().count());
    }
    case Record::Kind::report: break;
  }
  QString text = "report";
  for (const RawItem& item : record.items)
    text += QString(" %1=%2!%3")
                .arg(QString::fromStdString(std::string(item.key)), QString::fromStdString(std::string(item.value)),
                     QString::fromStdString(std::string(item.error)));
  return text;
}

QString parsed(const std::string& line) {
  NdjsonParser parser;
  return shown(parser.parse(line));
}

}  // namespace

class TestNdjson : public QObject {
  Q_OBJECT
 private slots:
  void anUpdateIsTakenAsItIs();
  void aReportIsTakenInItsOrder();
  void linesOfAnyContent_data();
  void linesOfAnyContent();
  void whatATextCannotHoldIsReplacedAndCounted_data();
  void whatATextCannotHoldIsReplacedAndCounted();
  void theColumnOfWhatIsNoJsonIsNamed();
  void plainLinesAreReadAsAllLinesAre();
  void aRecordFollowsABadOneUnharmed();
  void aRecordingIsReadAlike_data();
  void aRecordingIsReadAlike();
  void aVeryLongNumberAndAVeryDeepLineDoNoHarm();
  void mendingLeavesCleanLinesAlone();
  void arrivalsOfARecordingAreReported();
};

void TestNdjson::anUpdateIsTakenAsItIs() {
  NdjsonParser parser;
  const Record& record = parser.parse("{" + kAgent + R"(,"key":"cpu","value":"12 %","error":"e",)" + kTime + "}");
  QCOMPARE(record.kind, Record::Kind::update);
  QCOMPARE(format_uuid(record.update.agent), std::string("00000000-0000-4000-8000-00000000000a"));
  QCOMPARE(shown(record), QString("cpu=12 %!e@1767323045678901"));
  QCOMPARE(record.sanitized, std::uint64_t{0});
}

void TestNdjson::aReportIsTakenInItsOrder() {
  QCOMPARE(parsed("{" + kAgent +
                  R"(,"metadata":[{"key":"b","value":"1"},{"key":"a","error":"x"},{"key":"b"}],"collected_at":7})"),
           QString("report b=1! a=!x b=!"));
  QCOMPARE(parsed("{" + kAgent + R"(,"metadata":[]})"), QString("report"));
}

void TestNdjson::linesOfAnyContent_data() {
  QTest::addColumn<QString>("line");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* name, const std::string& line, const char* expected) {
    QTest::newRow(name) << QString::fromStdString(line) << QString::fromUtf8(expected);
  };
  row("empty", "", "blank");
  row("blanks", " \t\r", "blank");
  row("value and error default to nothing", update(R"("key":"a")"), "a=!@1767323045678901");
  row("empty key", update(R"("key":"")"), "=!@1767323045678901");
  row("the word NULL", update(R"("key":"NULL","value":"NULL")"), "NULL=NULL!@1767323045678901");
  row("quotes and braces", update(R"("key":"a\"b{}","value":"\\{\"x\":1}")"), "a\"b{}=\\{\"x\":1}!@1767323045678901");
  row("emoji", update("\"key\":\"\xF0\x9F\x98\x80\",\"value\":\"\\ud83d\\ude00\""),
      "\xF0\x9F\x98\x80=\xF0\x9F\x98\x80!@1767323045678901");
  row("a surrogate pair at the other end", update(R"("key":"a","value":"\udbff\udfff")"),
      "a=\xF4\x8F\xBF\xBF!@1767323045678901");
  row("two high surrogates", update(R"("key":"a","value":"\ud83d\ud83d")"),
      "a=\xEF\xBF\xBD\xEF\xBF\xBD!@1767323045678901");
  row("a high surrogate and a letter", update(R"("key":"a","value":"\ud83d\u0041")"),
      "a=\xEF\xBF\xBD"
      "A!@1767323045678901");
  row("escaped member name", update(R"("\u006bey":"a")"), "a=!@1767323045678901");
  row("unknown members", update(R"("key":"a","x":[{"key":3}],"y":null)"), "a=!@1767323045678901");
  row("huge numbers in unknown members", update(R"("key":"a","x":1e999,"y":[-123456789012345678901234567890.5E-3])"),
      "a=!@1767323045678901");
  row("the last of two members counts", update(R"("key":"a","key":"b")"), "b=!@1767323045678901");
  row("blanks round it", " \t" + update(R"("key":"a")") + " \r", "a=!@1767323045678901");
  row("offset in the time", "{" + kAgent + R"(,"key":"a","collected_at":"2026-01-02T05:04:05.678901+02:00"})",
      "a=!@1767323045678901");
  row("half a microsecond rounds up", "{" + kAgent + R"(,"key":"a","collected_at":"2026-01-02T03:04:05.6789005Z"})",
      "a=!@1767323045678901");
  row("a session line", R"({"record":"sample","at_us":12,"offered":[7]})", "blank");
  row("a session line of a kind unknown", R"({"record":"","x":null})", "blank");
  row("an update with a member of that name", update(R"("key":"a","record":7)"), "a=!@1767323045678901");

  row("a session line of the wrong type", R"({"record":7})", "bad: record is not a string");
  row("a session line with a bad agent", R"({"record":"sample","agent":"zz"})",
      "bad: agent is not a UUID, at byte 0 of it");
  row("no JSON", "hello", "bad: not JSON: ");
  row("cut short", "{" + kAgent, "bad: not JSON: ");
  row("two objects", update(R"("key":"a")") + update(R"("key":"b")"), "bad: not JSON: ");
  row("leading zero", update(R"("key":"a","x":007)"), "bad: not JSON: ");
  row("bad literal in an unknown member", update(R"("key":"a","x":nul)"), "bad: not JSON: ");
  row("raw tab in a string", update("\"key\":\"a\tb\""), "bad: not JSON: ");
  row("bad escape", update(R"("key":"a\x")"), "bad: not JSON: ");
  row("an array", "[1]", "bad: not a JSON object");
  row("a string", "\"x\"", "bad: not a JSON object");
  row("no agent", "{" + kTime + R"(,"key":"a"})", "bad: agent is missing");
  row("agent of the wrong type", "{\"agent\":7," + kTime + R"(,"key":"a"})", "bad: agent is not a string");
  row("agent that is none", "{\"agent\":\"zz\"," + kTime + R"(,"key":"a"})",
      "bad: agent is not a UUID, at byte 0 of it");
  row("no key", update(R"("value":"a")"), "bad: key is missing");
  row("key of the wrong type", update(R"("key":3)"), "bad: key is not a string");
  row("value of the wrong type", update(R"("key":"a","value":12)"), "bad: value is not a string");
  row("value null", update(R"("key":"a","value":null)"), "bad: value is not a string");
  row("error of the wrong type", update(R"("key":"a","error":[])"), "bad: error is not a string");
  row("no time", "{" + kAgent + R"(,"key":"a"})", "bad: collected_at is missing");
  row("time as a number", "{" + kAgent + R"(,"key":"a","collected_at":1767323045})",
      "bad: collected_at is not a string");
  row("no time at all", "{" + kAgent + R"(,"key":"a","collected_at":"soon"})",
      "bad: collected_at is not RFC 3339, at byte 0 of it");
  row("infinity", "{" + kAgent + R"(,"key":"a","collected_at":"infinity"})",
      "bad: collected_at is not RFC 3339, at byte 0 of it");
  row("metadata is no list", "{" + kAgent + R"(,"metadata":{"key":"a"}})", "bad: metadata is not an array");
  row("an item is no object", "{" + kAgent + R"(,"metadata":[{"key":"a"},"b"]})",
      "bad: metadata holds what is not an object");
  row("an item without a key", "{" + kAgent + R"(,"metadata":[{"key":"a"},{"value":"b"}]})", "bad: key is missing");
  row("an item of the wrong type", "{" + kAgent + R"(,"metadata":[{"key":"a","value":1}]})",
      "bad: value is not a string");
  row("a report without an agent", R"({"metadata":[{"key":"a"}]})", "bad: agent is missing");
}

void TestNdjson::linesOfAnyContent() {
  QFETCH(QString, line);
  QFETCH(QString, expected);
  const QString found = parsed(line.toStdString());
  if (expected.endsWith("JSON: "))
    QVERIFY2(found.startsWith(expected) && found.size() > expected.size(), qPrintable(found));
  else
    QCOMPARE(found, expected);
}

void TestNdjson::whatATextCannotHoldIsReplacedAndCounted_data() {
  QTest::addColumn<QByteArray>("value");
  QTest::addColumn<QString>("expected");
  QTest::addColumn<int>("count");
  const QString r(QChar(0xFFFD));
  QTest::newRow("NUL escaped") << QByteArray(R"(a\u0000b)") << "a" + r + "b" << 1;
  QTest::newRow("NUL raw") << QByteArray("a\0b", 3) << "a" + r + "b" << 1;
  QTest::newRow("lone high surrogate") << QByteArray(R"(a\ud800b)") << "a" + r + "b" << 1;
  QTest::newRow("lone low surrogate") << QByteArray(R"(a\uDC00)") << "a" + r << 1;
  QTest::newRow("high before a pair") << QByteArray(R"(\ud800\ud83d\ude00)")
                                      << r + QString::fromUtf8("\xF0\x9F\x98\x80") << 1;
  QTest::newRow("escaped backslash is no surrogate") << QByteArray(R"(\\ud800)") << QString("\\ud800") << 0;
  QTest::newRow("one bad byte") << QByteArray("\xff") << r << 1;
  QTest::newRow("a maximal subpart") << QByteArray(
                                            "a\xF0\x9F\x98"
                                            "b")
                                     << "a" + r + "b" << 1;
  QTest::newRow("a surrogate in UTF-8") << QByteArray("\xED\xA0\x80") << r + r + r << 1;
  QTest::newRow("overlong") << QByteArray("\xC0\xAF") << r + r << 1;
  QTest::newRow("cut by the quote") << QByteArray("\xE2\x82") << r << 1;
  QTest::newRow("with a huge number in a string") << QByteArray("1e999 \xff") << "1e999 " + r << 1;
  QTest::newRow("sent as it is") << r.toUtf8() << r << 0;
}

void TestNdjson::whatATextCannotHoldIsReplacedAndCounted() {
  QFETCH(QByteArray, value);
  QFETCH(QString, expected);
  QFETCH(int, count);
  NdjsonParser parser;
  const Record& record = parser.parse(update(R"("key":"k","value":")" + value.toStdString() + "\""));
  QCOMPARE(shown(record), "k=" + expected + "!@1767323045678901");
  QCOMPARE(record.sanitized, static_cast<std::uint64_t>(count));
  parser.parse(update(R"("key":")" + value.toStdString() + R"(","value":"","error":")" + value.toStdString() + "\""));
  QCOMPARE(record.sanitized, static_cast<std::uint64_t>(2 * count));
}

void TestNdjson::theColumnOfWhatIsNoJsonIsNamed() {
  QVERIFY2(parsed("hello").endsWith(" (column 1)"), qPrintable(parsed("hello")));
  QVERIFY2(parsed(R"({"key":"a","x":nul})").endsWith(" (column 19)"), qPrintable(parsed(R"({"key":"a","x":nul})")));
}

void TestNdjson::plainLinesAreReadAsAllLinesAre() {
  // A blank in front is refused by the parser of plain lines only. It moves the columns of what is
  // no JSON.
  const auto readTwice = [](const std::string& line) {
    const auto withoutColumn = [](const QString& text) { return text.section(" (column ", 0, 0); };
    QCOMPARE(withoutColumn(parsed(line)), withoutColumn(parsed(" " + line)));
  };
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 17; ++place) {  // every byte, at every place of a word of eight
      std::string value = "seventeen letters";
      value[place] = static_cast<char>(byte);
      readTwice(update(R"("key":"k","value":")" + value + R"(","error":"e")"));
    }
  }
  for (const char* const members :
       {R"("key":"k")", R"("key":"k", "value" : "v" )", R"("key":"a","key":"b")", R"("key":"k","other":"x")",
        R"("value":"v")", R"("key":"k","value":1)", R"("key":"k","at_us":5)", R"("key":"k","error":null)",
        R"("key":"k",)", R"("key":"k"}x)", R"("key":"k"}{)", R"("key":"k","metadata":"x")", R"("key" "k")"}) {
    readTwice(update(members));
  }
}

void TestNdjson::aRecordFollowsABadOneUnharmed() {
  NdjsonParser parser;
  QCOMPARE(parser.parse("{\"agent\":").kind, Record::Kind::bad);
  QCOMPARE(shown(parser.parse(update(R"("key":"a","value":"1")"))), QString("a=1!@1767323045678901"));
  QCOMPARE(parser.parse("\xff\xff").kind, Record::Kind::bad);
  QCOMPARE(shown(parser.parse("{" + kAgent + R"(,"metadata":[{"key":"a"}]})")), QString("report a=!"));
  QCOMPARE(shown(parser.parse("")), QString("blank"));
}

void TestNdjson::aRecordingIsReadAlike_data() { linesOfAnyContent_data(); }

/// ingest and a simulation read a line in the same way, so that one recording serves both.
void TestNdjson::aRecordingIsReadAlike() {
  QFETCH(QString, line);
  const std::string text = line.toStdString();
  QString found = "blank";
  RecordingReader reader(
      [&](RecordedReport&& report) {
        Record record;
        std::vector<RawItem> items;
        for (std::size_t i = 0; i < report.keys.size(); ++i)
          items.push_back({report.keys[i], report.values[i], report.errors[i]});
        record.kind = report.stamps.empty() ? Record::Kind::report : Record::Kind::update;
        record.items = items;
        if (!report.stamps.empty())
          record.update = {report.agent, report.keys[0], report.values[0], report.errors[0], report.stamps[0]};
        found = shown(record);
      },
      {}, [&](const BadLine&) { found = "bad"; });
  reader.read(text);
  reader.finish();
  if (reader.updates() == 0 && reader.bad_lines() == 0 && line.contains("metadata")) found = "report";
  const QString expected = parsed(text);
  QCOMPARE(found, expected.startsWith("bad") ? QString("bad") : expected);
}

void TestNdjson::aVeryLongNumberAndAVeryDeepLineDoNoHarm() {
  QCOMPARE(parsed(update(R"("key":"a","x":)" + std::string(1'000'000, '9'))), QString("a=!@1767323045678901"));
  QVERIFY(parsed(std::string(1'000'000, '[')).startsWith("bad: not JSON"));
  QVERIFY(parsed(update(R"("key":"a","x":)" + std::string(2000, '[') + std::string(2000, ']')))
              .startsWith("bad: not JSON"));
  QVERIFY(parsed(std::string(1'000'000, '\0')).startsWith("bad: not JSON"));
  const QString long_text = parsed(update(R"("key":"a","value":")" + std::string(900'000, '\0') + "\""));
  QCOMPARE(long_text.count(QChar(0xFFFD)), 900'000);
}

void TestNdjson::mendingLeavesCleanLinesAlone() {
  const std::string clean = R"({"a":"x\"\\ \ud83d\ude00 é","b":[true,null,"12"],"c":{}})";
  QCOMPARE(mend_json(clean), clean);
  QCOMPARE(mend_json(R"([1.5e3,-0,01,1.,-,"1"])"), std::string(R"([0,-0,01,1.,-,"1"])"));
  QCOMPARE(mend_json("[250000,123456789012345678,1234567890123456789]"), std::string("[250000,123456789012345678,0]"));
}

void TestNdjson::arrivalsOfARecordingAreReported() {
  NdjsonParser parser;
  const auto at = [&](const std::string& text) {
    return parser.parse(update("\"key\":\"a\",\"at_us\":" + text)).at_us.value_or(-1);
  };
  QCOMPARE(at("250000"), std::int64_t{250'000});
  QCOMPARE(at("250000.0"), std::int64_t{250'000});
  QCOMPARE(at("2.5e5"), std::int64_t{250'000});
  QCOMPARE(at("0"), std::int64_t{0});
  for (const char* const none : {"-1", "1.5", "null", "\"3\"", "18446744073709551615"}) {
    QCOMPARE(at(none), std::int64_t{-1});
    QCOMPARE(parsed(update(std::string("\"key\":\"a\",\"at_us\":") + none)), QString("a=!@1767323045678901"));
  }
  QCOMPARE(parser.parse("{" + kAgent + R"(,"metadata":[],"at_us":7})").at_us, std::optional<std::int64_t>(7));
  QVERIFY(!parser.parse(update(R"("key":"a")")).at_us);
  QVERIFY(parser.parse(R"({"record":"session","at_us":12})").begins_session);
  QVERIFY(!parser.parse(R"({"record":"sample"})").begins_session);
}

QTEST_GUILESS_MAIN(TestNdjson)
#include "tst_ndjson.moc"
