// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QtTest>

#include "metabatch/chunks.hpp"
#include "models/inspection.hpp"
#include "models/logs/channel_log.hpp"
#include "models/logs/doctor_findings.hpp"
#include "models/logs/flush_log.hpp"
#include "models/logs/quarantine.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

/// The model as text: one line a row, bars between columns, and only the first `columns` after the
/// time.
QString printed(const QAbstractItemModel& model) {
  QString text;
  for (int row = 0; row < model.rowCount(); ++row) {
    QStringList cells;
    for (int column = 1; column < model.columnCount(); ++column) cells += model.index(row, column).data().toString();
    text += cells.join(" | ") + "\n";
  }
  return text;
}

Uuid agent(std::uint8_t last) {
  Uuid id;
  id.bytes[0] = 0x11;
  id.bytes[15] = last;
  return id;
}

FlushLine flush(quint64 id, FailureClass failure = FailureClass::none) {
  FlushLine line;
  line.id = id;
  line.at = Instant(Duration(static_cast<std::int64_t>(id) * 1'000'000));
  line.reason = Reason::capacity;
  line.entries = 500;
  line.agents = 34;
  line.took = 1500us;
  line.failure = failure;
  if (failure == FailureClass::none) line.fates.written = 500;
  if (failure != FailureClass::none) line.sqlstate = "08006", line.message = "gone";
  line.chunks = std::make_shared<std::vector<std::string>>(*encode_chunks(std::vector{agent(1), agent(2)}));
  return line;
}

}  // namespace

class TstLogs : public QObject {
  Q_OBJECT

 private slots:
  void flushesStandNewestFirst();
  void flushLogIsBounded();
  void flushLogKeepsThePayloadsOfTheNewest();
  void payloadsKeptAreBoundedInBytes();
  void filterFindsWordsAndFailures();
  void logsShowOnlyTheSelectedTime();
  void detailNamesTheAgentsOfEachChunk();
  void notificationsAreDecodedLeniently();
  void markersOfTheChannelAreShown();
  void channelLogIsBounded();
  void inspectedPlacesCountCharacters();
  void inspectedReportsWhatIsOdd();
  void refusedValuesAreShownSafely_data();
  void refusedValuesAreShownSafely();
  void refusedValuesStandNewestFirstAndGoOutAsTheyCame();
  void quarantineIsBoundedInLinesAndBytes();
  void doctorListsTheWorstFirst();
};

void TstLogs::flushesStandNewestFirst() {
  FlushLog log;
  const QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::QtTest);
  log.add({flush(1), flush(2, FailureClass::connection)});
  log.add({});
  QCOMPARE(printed(log), QString("capacity | 500 | 34 | 1 | 1.5 ms | connection: gone | 08006\n"
                                 "capacity | 500 | 34 | 1 | 1.5 ms | written 500 | \n"));
  QCOMPARE(log.line(0).id, 2u);
  QCOMPARE(log.headerData(FlushLog::Took, Qt::Horizontal, Qt::DisplayRole).toString(), QString("Duration"));
  log.clear();
  QCOMPARE(log.rowCount(), 0);
}

void TstLogs::flushLogIsBounded() {
  FlushLog log;
  const QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::QtTest);
  std::vector<FlushLine> many;
  for (quint64 id = 1; id <= FlushLog::kLines + 10; ++id) many.push_back(flush(id));
  log.add(many);
  log.add({flush(999'999)});
  QCOMPARE(log.rowCount(), int(FlushLog::kLines));
  QCOMPARE(log.line(0).id, 999'999u);
  QCOMPARE(log.line(1).id, quint64(FlushLog::kLines + 10));
}

void TstLogs::flushLogKeepsThePayloadsOfTheNewest() {
  FlushLog log;
  for (quint64 id = 1; id <= FlushLog::kPayloads + 1; ++id) log.add({flush(id)});
  QVERIFY(log.line(int(FlushLog::kPayloads) - 1).chunks != nullptr);
  QVERIFY(log.line(int(FlushLog::kPayloads)).chunks == nullptr);
  QVERIFY(detailText(log.line(int(FlushLog::kPayloads))).contains("no longer stored"));
}

/// Flushes that name 100,000 agents have payloads of two megabytes each.
void TstLogs::payloadsKeptAreBoundedInBytes() {
  FlushLog log;
  for (quint64 id = 1; id <= 40; ++id) {
    FlushLine line = flush(id);
    line.chunks = std::make_shared<const std::vector<std::string>>(275, std::string(7986, 'A'));
    log.add({line});
  }
  std::size_t bytes = 0;
  for (int row = 0; row < log.rowCount(); ++row)
    if (log.line(row).chunks) bytes += log.line(row).chunks->size() * 7986;
  QVERIFY2(bytes > (8u << 20) && bytes <= (16u << 20), qPrintable(QString::number(bytes)));
  FlushLine huge = flush(41);
  huge.chunks = std::make_shared<const std::vector<std::string>>(1, std::string(32u << 20, 'A'));
  log.add({huge});
  QVERIFY(log.line(0).chunks != nullptr &&
          log.line(1).chunks == nullptr);  // the newest one can be shown, however large
}

void TstLogs::filterFindsWordsAndFailures() {
  FlushLog log;
  FlushFilter filter;
  filter.setSourceModel(&log);
  const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
  log.add({flush(1), flush(2, FailureClass::connection), flush(3, FailureClass::disk)});
  filter.setText(" DISK ");
  QCOMPARE(filter.rowCount(), 1);
  filter.setText("");
  filter.setFailedOnly(true);
  QCOMPARE(filter.rowCount(), 2);
  filter.setText("connection");
  QCOMPARE(printed(filter), QString("capacity | 500 | 34 | 1 | 1.5 ms | connection: gone | 08006\n"));
}

void TstLogs::logsShowOnlyTheSelectedTime() {
  FlushLog log;
  FlushFilter filter;
  filter.setSourceModel(&log);
  const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
  log.add({flush(1), flush(2), flush(3)});  // each began at so many ms and took 1.5 ms
  const Instant zero{};
  filter.setSpan(TimeSpan{zero + 3500us, zero + 4s});
  QCOMPARE(filter.rowCount(), 2);
  filter.setSpan(TimeSpan{zero + 3501us, zero + 4499us});
  QCOMPARE(filter.rowCount(), 0);
  log.add({flush(3)});
  filter.setSpan(std::nullopt);
  QCOMPARE(filter.rowCount(), 4);

  ChannelLog channel;
  ChannelFilter received;
  received.setSourceModel(&channel);
  channel.add({readChannel("", 0, WallTime{})}, zero + 1s);
  channel.add({readChannel("", 0, WallTime{}), readChannel("", 0, WallTime{})}, zero + 2s);
  QCOMPARE(received.rowCount(), 3);
  received.setSpan(TimeSpan{zero + 1500ms, zero + 2s});
  QCOMPARE(received.rowCount(), 2);
}

void TstLogs::detailNamesTheAgentsOfEachChunk() {
  const QString detail = detailText(flush(7));
  QVERIFY2(detail.contains("Flush 7"), qPrintable(detail));
  QVERIFY2(detail.contains("Chunk 1 of 1: 44 bytes, 2 agents"), qPrintable(detail));
  QVERIFY2(detail.contains("  11000000-0000-0000-0000-000000000002\n"), qPrintable(detail));
  QVERIFY2(detail.contains("  payload EQAAAAAAAAAAAAAAAAAAAQEQAAAAAAAAAAAAAAAAAAAg\n"), qPrintable(detail));
}

void TstLogs::notificationsAreDecodedLeniently() {
  ChannelLog log;
  const QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::QtTest);
  const std::string good = (*encode_chunks(std::vector{agent(1), agent(2)}))[0];
  std::string forged = good + good.substr(0, 22) + "xyz";
  forged[25] = '!';
  log.add({readChannel(good, 0, WallTime{}), readChannel(forged, 4711, WallTime{})});
  QCOMPARE(printed(log),
           QString::fromUtf8("69 | 1 | 1 | 2, first at byte 25 | 4711 | 11000000-0000-0000-0000-000000000001\n"
                             "44 | 2 |  |  | this program | 11000000-0000-0000-0000-000000000001 …\n"));
  QCOMPARE(log.received(), 2u);
  QCOMPARE(log.malformed(), 1u);
  QVERIFY(log.index(0, 0).data(ChannelLog::IsBad).toBool());
  QVERIFY(channelDetail(log.line(0)).contains("unreadable at byte 25\n"));
  QVERIFY(channelDetail(log.line(0)).contains("3 bytes behind the last whole id"));
}

void TstLogs::markersOfTheChannelAreShown() {
  ChannelLine lost;
  lost.lost = 3;
  ChannelLine resync;
  resync.isResync = true;
  ChannelLog log;
  log.add({lost, resync});
  QCOMPARE(printed(log), QString(" |  |  |  |  | listening began: earlier notifications are lost\n"
                                 " |  |  |  |  | 3 notifications not received: read everything again\n"));
  QCOMPARE(log.received(), 0u);
  QCOMPARE(log.lost(), 3u);
}

void TstLogs::channelLogIsBounded() {
  ChannelLog log;
  const QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::QtTest);
  log.add(std::vector<ChannelLine>(ChannelLog::kLines + 5));
  log.add(std::vector<ChannelLine>(7));
  QCOMPARE(log.rowCount(), int(ChannelLog::kLines));
  QCOMPARE(log.received(), quint64(ChannelLog::kLines + 12));
}

void TstLogs::inspectedPlacesCountCharacters() {
  // Below other text only an RFC 9562 UUID is taken for an id.
  const Uuid one = *parse_uuid("f6c1af7e-2b2f-4b0a-9f43-5a5f6d1f0a11");
  const QString id = QString::fromStdString((*encode_chunks(std::vector{one}))[0]);
  const QString text = QString::fromUtf8("é☃😀 \n") + id;  // 1, 1 and 2 characters; 2, 3 and 4 bytes
  const Inspected found = inspected(text);
  bool isSeen = false;
  for (const InspectedSpan& span : found.spans)
    if (span.kind == SpanKind::id) isSeen = text.mid(span.at, span.length) == id;
  QVERIFY(isSeen);
}

void TstLogs::inspectedReportsWhatIsOdd() {
  const QString id = QString::fromStdString((*encode_chunks(std::vector{agent(1)}))[0]);
  const Inspected twice = inspected(id + id);
  QCOMPARE(twice.findings.size(), std::size_t(1));
  QCOMPARE(twice.distinctIds, 1u);
  QVERIFY2(findingsText(twice).contains("byte 22, named before"), qPrintable(findingsText(twice)));
  QVERIFY2(findingsText(twice).contains("duplicates"), qPrintable(findingsText(twice)));
  QVERIFY(inspected({}).findings.empty());
}

void TstLogs::refusedValuesAreShownSafely_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("shown");
  QTest::newRow("plain") << QByteArray("12 %") << "12 %";
  QTest::newRow("letters of everybody") << QByteArray("größe 数") << QString::fromUtf8("größe 数");
  QTest::newRow("line end, tab") << QByteArray("a\nb\tc") << "a\\nb\\tc";
  QTest::newRow("an escape sequence") << QByteArray("\x1b[31m") << "\\u{1b}[31m";
  QTest::newRow("right to left override") << QByteArray("a\u202eb") << "a\\u{202e}b";
  QTest::newRow("zero width") << QByteArray("a\u200bb") << "a\\u{200b}b";
  QTest::newRow("what looks escaped") << QByteArray("a\\n") << "a\\\\n";
  QTest::newRow("as long as may be") << QByteArray(10, 'x') << QString(10, 'x');
  QTest::newRow("longer") << QByteArray(1234, 'x') << QString(10, 'x') + QString::fromUtf8(" … (1,234 characters)");
  QTest::newRow("past the first plane") << QByteArray("\U0001F600") << QString::fromUtf8("\U0001F600");
}

void TstLogs::refusedValuesAreShownSafely() {
  QFETCH(QByteArray, bytes);
  QTEST(safeText(bytes.toStdString(), 10), "shown");
}

void TstLogs::refusedValuesStandNewestFirstAndGoOutAsTheyCame() {
  Quarantine quarantine;
  const QAbstractItemModelTester tester(&quarantine, QAbstractItemModelTester::FailureReportingMode::QtTest);
  const WallTime at{std::chrono::microseconds(1'767'322'984'678'901)};
  quarantine.add(
      {{at, agent(1), "cpu", "a\nb", "", at, "22001", "too long"}, {at, agent(2), "mem", "\x01", "odd", at, "", "no"}});
  QCOMPARE(printed(quarantine), QString("no |  | mem | 11000000-0000-0000-0000-000000000002 | \\u{1}\n"
                                        "too long | 22001 | cpu | 11000000-0000-0000-0000-000000000001 | a\\nb\n"));
  QVERIFY(refusedDetail(quarantine.line(1)).contains("too long (SQLSTATE 22001)"));
  QVERIFY(refusedDetail(quarantine.line(0)).contains("Error, 3 bytes\n  odd"));
  const QByteArray lines = refusedNdjson(quarantine);
  QCOMPARE(lines.count('\n'), 2);
  QVERIFY2(lines.startsWith("{\"agent\":\"11000000-0000-0000-0000-000000000001\",\"collected_at\":\"2026-01-02T"),
           lines.constData());
  QVERIFY(lines.contains("\"value\":\"a\\nb\"") && lines.contains("\"value\":\"\\u0001\""));
  quarantine.clear();
  QCOMPARE(quarantine.refused(), 0u);
}

void TstLogs::quarantineIsBoundedInLinesAndBytes() {
  Quarantine quarantine;
  const QAbstractItemModelTester tester(&quarantine, QAbstractItemModelTester::FailureReportingMode::QtTest);
  quarantine.add(std::vector<RefusedLine>(Quarantine::kLines + 5));
  quarantine.add(std::vector<RefusedLine>(10));
  QCOMPARE(quarantine.rowCount(), static_cast<int>(Quarantine::kLines));
  QCOMPARE(quarantine.refused(), Quarantine::kLines + 15);
  QCOMPARE(quarantine.forgotten(), 15u);
  quarantine.clear();
  RefusedLine large;
  large.value.assign(Quarantine::kBytes / 2, 'x');
  quarantine.add({large, large});
  QCOMPARE(quarantine.rowCount(), 2);
  large.value.push_back('x');
  quarantine.add({large});
  QCOMPARE(quarantine.rowCount(), 1);
  large.value.assign(Quarantine::kBytes + 1, 'x');
  quarantine.add({large});
  QCOMPARE(quarantine.rowCount(), 1);  // at least the newest
}

void TstLogs::doctorListsTheWorstFirst() {
  DoctorFindings findings;
  const QAbstractItemModelTester tester(&findings, QAbstractItemModelTester::FailureReportingMode::QtTest);
  findings.show({{Severity::good, "connection", "fine", ""},
                 {Severity::notice, "tls", "not encrypted", "encrypt"},
                 {Severity::alarm, "table", "is missing", "create it"},
                 {Severity::good, "version", "15", ""}});
  QCOMPARE(
      printed(findings),
      QString(
          "table | is missing | create it\ntls | not encrypted | encrypt\nconnection | fine | \nversion | 15 | \n"));
  QCOMPARE(findings.summary(), QString("1 problem that would lose data, 1 notice, 2 good"));
  QVERIFY(findings.asText().startsWith("problem table       is missing\n                    -> create it\nnotice  "));
  QVERIFY(findings.index(0, 0).data(DoctorFindings::IsProblem).toBool());
  QVERIFY(!findings.index(1, 0).data(DoctorFindings::IsProblem).toBool());
}

QTEST_GUILESS_MAIN(TstLogs)
#include "tst_logs.moc"
