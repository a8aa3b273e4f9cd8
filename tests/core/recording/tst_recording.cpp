// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "metabatch/simulation/simulator.hpp"
#include "recording/recorded_line.hpp"
#include "recording/recording_reader.hpp"
#include "recording/session_lines.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

const std::string kAgent = R"("agent":"00000000-0000-4000-8000-00000000000a")";

std::string update(const char* key, const char* stamp, const char* rest = "") {
  return "{" + kAgent + R"(,"key":")" + key + R"(","value":"v","collected_at":"2026-01-02T03:04:)" + stamp + "Z\"" +
         rest + "}\n";
}

struct Read {
  Recording reports;
  QStringList session, bad;
  std::uint64_t updates = 0, lines = 0;
};

Read read(std::string_view text, std::size_t block = 7) {
  Read found;
  RecordingReader reader([&](RecordedReport&& report) { found.reports.push_back(std::move(report)); },
                         [&](std::string_view line, std::uint64_t number) {
                           found.session += QString::number(number) + " " +
                                            QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size()));
                         },
                         [&](const BadLine& line) { found.bad += QString::fromStdString(describe(line)); });
  for (std::size_t at = 0; at < text.size(); at += block) reader.read(text.substr(at, block));
  reader.finish();
  found.updates = reader.updates();
  found.lines = reader.lines();
  return found;
}

/// `at(ms):key key@stamps ...`
QString shown(const Read& found) {
  QStringList parts;
  for (const RecordedReport& report : found.reports) {
    QStringList keys;
    for (const std::string& key : report.keys) keys += QString::fromStdString(key);
    parts += QString("%1:%2/%3").arg(report.at / 1ms).arg(keys.join(' ')).arg(report.stamps.size());
  }
  return parts.join("; ");
}

SessionSample sampleOf(std::uint64_t count) {
  SessionSample sample;
  sample.at = 1500ms;
  sample.counters.offered = count;
  sample.counters.written = count - 7;
  sample.counters.pending = 7;
  sample.flushes.flushes = {3, 2, 1};
  sample.flushes.failures[1] = 4;
  sample.flushes.notify_bytes = 22;
  sample.reports = 9;
  sample.buffered_entries = 7;
  sample.buffered_bytes = 70;
  return sample;
}

template <class Line>
Line again(const Line& line) {
  const auto found = parse_session_line(session_line(line));
  return found && std::holds_alternative<Line>(*found) ? std::get<Line>(*found) : Line{};
}

}  // namespace

class TestRecording : public QObject {
  Q_OBJECT
 private slots:
  void arrivalsOfLines_data();
  void arrivalsOfLines();
  void badLinesCostThemselvesOnly();
  void anArrivalIsAnyNumberThatIsNotNegative_data();
  void anArrivalIsAnyNumberThatIsNotNegative();
  void oneWrongClockCostsItselfOnly();
  void aLineTooLongIsSkipped();
  void whatWasWrittenIsReadBack();
  void timeNeverGoesBackNorOverflows();
  void sessionLinesAreReadBack();
  void delaysAreReadBackStepByStep_data();
  void delaysAreReadBackStepByStep();
  void sessionLinesOfAnyContent_data();
  void sessionLinesOfAnyContent();
};

void TestRecording::arrivalsOfLines_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* name, const std::string& text, const char* expected) {
    QTest::newRow(name) << QByteArray::fromStdString(text) << QString(expected);
  };
  const std::string report = "{" + kAgent + R"(,"metadata":[{"key":"x"},{"key":"y"}])";
  row("nothing", "", "");
  row("an update without a time of its own is the first", update("a", "05"), "0:a/1");
  row("the stamps are the times", update("a", "05") + update("b", "06.5"), "0:a/1; 1500:b/1");
  row("one stamp, one report", update("a", "05") + update("b", "05"), "0:a b/2");
  row("one stamp, but another agent",
      update("a", "05") +
          R"({"agent":"00000000-0000-4000-8000-00000000000b","key":"b","collected_at":"2026-01-02T03:04:05Z"})",
      "0:a/1; 0:b/1");
  row("at_us counts", update("a", "05", R"(,"at_us":250000)") + update("b", "05", R"(,"at_us":250000)"), "250:a b/2");
  row("one stamp, other arrivals", update("a", "05", R"(,"at_us":1000)") + update("b", "05", R"(,"at_us":2000)"),
      "1:a/1; 2:b/1");
  row("a blank line ends nothing", update("a", "05") + "\n \t\r\n" + update("b", "05"), "0:a b/2");
  row("lines end with CR LF, the last with nothing", update("a", "05") + "\r\n" + update("b", "06").substr(0, 132),
      "0:a/1; 1000:b/1");
  row("a report comes with the line before", update("a", "05") + update("b", "08") + report + "}",
      "0:a/1; 3000:b/1; 3000:x y/0");
  row("a report with its time", report + R"(,"at_us":7000})", "7:x y/0");
  row("an empty report is none", "{" + kAgent + R"(,"metadata":[]})", "");
  row("a session line ends no report", update("a", "05") + "{\"record\":\"sample\"}\n" + update("b", "05"), "0:a b/2");
  row("a head amid the file begins anew",
      update("a", "05", R"(,"at_us":4000000)") + "{\"record\":\"session\"}\n" + update("b", "09", R"(,"at_us":500000)"),
      "4000:a/1; 4500:b/1");
  row("a byte order mark", "\xEF\xBB\xBF" + update("a", "05"), "0:a/1");
  row("an earlier stamp counts as the last", update("a", "05") + update("b", "07") + update("c", "06"),
      "0:a/1; 2000:b/1; 2000:c/1");
}

void TestRecording::arrivalsOfLines() {
  QFETCH(QByteArray, text);
  QFETCH(QString, expected);
  for (const std::size_t block : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20})
    QCOMPARE(shown(read(text.toStdString(), block)), expected);
}

void TestRecording::badLinesCostThemselvesOnly() {
  const Read found = read(update("a", "05") + "{\"agent\":3}\nhello\n{\"record\":\"mark\"}\n{\"record\":4}\n" +
                          update("b", "06", R"(,"at_us":-1)") + update("c", "07"));
  QCOMPARE(shown(found), "0:a/1; 1000:b/1; 2000:c/1");  // an invalid at_us counts as none
  QCOMPARE(found.bad, (QStringList{"line 2: agent is missing or cannot be read", "line 3: not JSON, at byte 0",
                                   "line 5: record is missing or cannot be read"}));
  QCOMPARE(found.session, QStringList{"4 {\"record\":\"mark\"}"});
  QCOMPARE(found.lines, 7u);
}

void TestRecording::anArrivalIsAnyNumberThatIsNotNegative_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<qint64>("micros");  // -1: none
  const auto row = [](const char* text, qint64 micros) { QTest::newRow(text) << text << micros; };
  row("250000", 250'000);
  row("250000.0", 250'000);
  row("250000.999", -1);
  row("2.5e5", 250'000);
  row("25E+4", 250'000);
  row("2500000e-1", 250'000);
  row("0.0000025e11", 250'000);
  row("0", 0);
  row("-0.0", 0);
  row("0.9", -1);
  row("9e-3", -1);
  row("1e-999999999999", -1);
  row("999999999999999999", 999'999'999'999'999'999);
  row("1000000000000000000", -1);
  row("1e999999999999", -1);
  row("-1", -1);
  row("null", -1);
  row("\"250000\"", -1);
  row("[250000]", -1);
  row("true", -1);
}

void TestRecording::anArrivalIsAnyNumberThatIsNotNegative() {
  QFETCH(QString, text);
  QFETCH(qint64, micros);
  const std::string line =
      "{" + kAgent + R"(,"key":"a","collected_at":"2026-01-02T03:04:05Z","at_us":)" + text.toStdString() + "}";
  const std::optional<std::int64_t> found = arrival_of_line(line);
  QCOMPARE(found.value_or(-1), micros);
  RecordedLine recorded;
  QVERIFY(!recorded.read(line));
  QCOMPARE(recorded.at_us, found);
}

void TestRecording::oneWrongClockCostsItselfOnly() {
  const auto dated = [](const char* key, const char* stamp) {
    return "{" + kAgent + R"(,"key":")" + key + R"(","collected_at":")" + stamp + "\"}\n";
  };
  const Read amid = read(update("a", "05") + dated("b", "1970-01-01T00:00:00Z") + update("c", "06") +
                         dated("d", "2099-01-01T00:00:00Z") + update("e", "07"));
  QCOMPARE(shown(amid), "0:a/1; 0:b/1; 1000:c/1; 1000:d/1; 2000:e/1");
  QCOMPARE(amid.bad.size(), 2);
  QVERIFY(amid.bad[0].startsWith("line 2: its collected_at is more than a year"));
  const Read first =
      read(dated("a", "1970-01-01T00:00:00Z") + update("b", "05") + update("c", "06") + update("d", "08"));
  QCOMPARE(shown(first), "0:a/1; 0:b/1; 0:c/1; 2000:d/1");  // a different second one shows that the first was wrong
  const Read with_time = read(update("a", "05", R"(,"at_us":0)") + dated("b", "1970-01-01T00:00:00Z"));
  QVERIFY(with_time.bad.isEmpty() || shown(with_time) == "0:a/1; 0:b/1");
}

void TestRecording::aLineTooLongIsSkipped() {
  const std::string fits(kMaxRecordingLineBytes, ' '), over(kMaxRecordingLineBytes + 1, ' '), far(3 << 20, 'x');
  const Read found = read(fits + "\r\n" + over + "\n" + far + "\n" + update("a", "05") + far, 100'000);
  QCOMPARE(found.bad, (QStringList{"line 2: over 1 MiB", "line 3: over 1 MiB", "line 5: over 1 MiB"}));
  QCOMPARE(shown(found), "0:a/1");
}

void TestRecording::whatWasWrittenIsReadBack() {
  const std::string_view keys[] = {"cpu \"1\"\\", "tab\t\x01"}, values[] = {"12 %", "\xF0\x9F\x98\x80"},
                         errors[] = {"", "e\n"};
  const WallTime stamps[] = {WallTime(1'767'323'045'678'901us), WallTime(1'767'323'045'678'901us)};
  const Uuid agent = parse_uuid("00000000-0000-4000-8000-00000000000a").value();
  std::string text;
  append_report(text, {agent, keys, values, errors, stamps}, 1234us);
  const Read found = read(text);
  QVERIFY2(found.bad.isEmpty(), qPrintable(found.bad.join('\n')));
  QCOMPARE(found.reports.size(), std::size_t{1});
  const RecordedReport& report = found.reports[0];
  QVERIFY(report.at == 1234us && report.agent == agent);
  QVERIFY(std::equal(report.keys.begin(), report.keys.end(), keys, std::end(keys)));
  QVERIFY(std::equal(report.values.begin(), report.values.end(), values, std::end(values)));
  QVERIFY(std::equal(report.errors.begin(), report.errors.end(), errors, std::end(errors)));
  QVERIFY(std::equal(report.stamps.begin(), report.stamps.end(), stamps, std::end(stamps)));
  QVERIFY(duration_of(found.reports) == 1s);
}

void TestRecording::timeNeverGoesBackNorOverflows() {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "{\"record\":\"session\"}\n{" + kAgent +
            R"(,"key":"a","collected_at":"294246-12-31T00:00:00Z","at_us":9223372036854775807})" + "\n{" + kAgent +
            R"(,"key":"a","collected_at":"-4712-01-01T00:00:00Z"})" + "\n{" + kAgent +
            R"(,"key":"a","collected_at":"+294246-12-31T00:00:00Z"})" + "\n";
  const Read found = read(text);
  QVERIFY(found.reports.size() >= 20);
  Duration before{};
  for (const RecordedReport& report : found.reports) {
    QVERIFY(report.at >= before);
    before = report.at;
  }
}

void TestRecording::sessionLinesAreReadBack() {
  Config config;
  config.batch_size = 1234;
  config.interval = 750ms;
  config.queue = QueuePolicy::fifo;
  config.channel = "c\"h";
  config = validated(config).value();
  const SessionHead head = again(SessionHead{WallTime(1'767'323'045s), "p 1", "Demo", config});
  QVERIFY(head.started == WallTime(1'767'323'045s) && head.program == "p 1" && head.source == "Demo");
  QVERIFY(head.config == config);
  const SessionSettings settings = again(SessionSettings{2s, config});
  QVERIFY(settings.at == 2s && settings.config == config);
  QCOMPARE(again(SessionMark{3s, "batch size 500 \xE2\x86\x92 5,000"}).text, "batch size 500 \xE2\x86\x92 5,000");
  SessionFlush flush{1s, 4321us, 7,       2,          Reason::capacity, 500, 34, {}, FailureClass::connection,
                     1,  2,      "08006", "away\xff", {"abc", "de"}};
  flush.fates.unmatched = 3;
  const SessionFlush read = again(flush);
  QVERIFY(read.at == 1s && read.took == 4321us && read.id == 7 && read.lane == 2 && read.reason == Reason::capacity);
  QVERIFY(read.entries == 500 && read.agents == 34 && read.fates == flush.fates && read.retries == 1);
  QVERIFY(read.failure == FailureClass::connection && read.publish_errors == 2 && read.sqlstate == "08006");
  QCOMPARE(read.message, "away\xEF\xBF\xBD");
  QCOMPARE(read.chunks, flush.chunks);
  const SessionSample before = sampleOf(100), sample = again(before);
  QVERIFY(sample.at == before.at && sample.counters == before.counters && sample.flushes == before.flushes);
  QVERIFY(sample.reports == 9 && sample.buffered_entries == 7 && sample.buffered_bytes == 70);
}

void TestRecording::delaysAreReadBackStepByStep_data() {
  QTest::addColumn<int>("count");
  for (const int count : {0, 1, 2, 500, 9'999, 10'000}) QTest::addRow("%d", count) << count;
}

void TestRecording::delaysAreReadBackStepByStep() {
  QFETCH(int, count);
  SessionSample sample = sampleOf(100);
  for (int i = 0; i < count; ++i) sample.delay.observe(Duration(i % 97 * i * 1013), 1);
  const DelayHistogram found = again(sample).delay;
  QCOMPARE(found.count(), static_cast<std::uint64_t>(count));
  for (std::uint32_t part = 0; part <= 10'000; part += 50) QVERIFY(found.quantile(part) == sample.delay.quantile(part));
  sample.delay.observe(7s, 50'000);  // beyond the kinds that are distinguished, the count is still exact
  QCOMPARE(again(sample).delay.count(), static_cast<std::uint64_t>(count) + 50'000);
}

void TestRecording::sessionLinesOfAnyContent_data() {
  QTest::addColumn<QString>("line");
  QTest::addColumn<int>("expected");  // index in SessionLine, -1: unreadable
  QTest::newRow("unknown kind") << R"({"record":"weather","at_us":[{}]})" << 0;
  QTest::newRow("members missing") << R"({"record":"sample"})" << 5;
  QTest::newRow("members unknown") << R"({"record":"mark","text":"a","x":{"y":[1,"2",null]}})" << 3;
  QTest::newRow("a count too large") << R"({"record":"mark","at_us":18446744073709551615})" << -1;
  QTest::newRow("a wrong type") << R"({"record":"flush","entries":"many"})" << -1;
  QTest::newRow("a word unknown") << R"({"record":"flush","reason":"mood"})" << -1;
  QTest::newRow("settings that cannot be") << R"({"record":"settings","settings":{"batch-size":"-5"}})" << -1;
  QTest::newRow("settings unknown") << R"({"record":"settings","settings":{"mood":"good","batch-size":"7"}})" << 2;
  QTest::newRow("no time") << R"({"record":"session","started":"soon"})" << -1;
  QTest::newRow("cut short") << R"({"record":"mark")" << -1;
  QTest::newRow("no JSON") << "hello" << -1;
  QTest::newRow("no record") << "{}" << -1;
}

void TestRecording::sessionLinesOfAnyContent() {
  QFETCH(QString, line);
  QFETCH(int, expected);
  const auto found = parse_session_line(line.toStdString());
  QCOMPARE(found ? static_cast<int>(found->index()) : -1, expected);
}

QTEST_GUILESS_MAIN(TestRecording)
#include "tst_recording.moc"
