// SPDX-License-Identifier: Apache-2.0
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QXmlStreamReader>

#include "cli/program.hpp"

class TestSimulate : public QObject {
  Q_OBJECT
 private slots:
  void everyScenarioGivesItsDigest_data();
  void everyScenarioGivesItsDigest();
  void everyScenarioHasADigest();
  void theHeadlineSavesWhatIsPromised();
  void theJsonIsThatOfSpec();
  void theListHasEveryFile();
  void flagsWinOverTheScenario();
  void theScenarioIsTheDefaultOfAllLayers();
  void aFileIsAScenarioToo();
  void wrongUsageIsStatusTwo_data();
  void wrongUsageIsStatusTwo();
  void aRecordingIsPlayedWithAnySettings();
  void aRecordingIsIngestedToo();
  void whatIsNotWrittenIsStatusThree();
  void whatWasSavedIsSaidOnlyWhereAllWasWritten();
  void aThresholdDecidesTheStatus_data();
  void aThresholdDecidesTheStatus();
  void theLogIsWhatTheDigestIsOf();
  void theTimelineIsATable();
  void theReportStandsAlone();
  void anUnwritablePathIsReportedFirst_data();
  void anUnwritablePathIsReportedFirst();
  void aReportIsNotHalfWritten();
  void aDeviceIsWrittenAsItIs();
  void interruptedRunReportsItsFiguresSoFar();
  void helpShowsExamples();
};

namespace {

const QString kRecording = METABATCH_SOURCE_DIR "/tests/golden/recording.ndjson";

struct Golden {
  QString name;
  QStringList flags;
  QByteArray digest;
};

QList<Golden> goldens() {
  QFile file(METABATCH_SOURCE_DIR "/tests/golden/scenarios.vec");
  if (!file.open(QIODevice::ReadOnly)) return {};
  QList<Golden> found;
  for (const QByteArray& line : file.readAll().split('\n')) {
    const QList<QByteArray> fields = line.split('\t');
    if (line.startsWith('#') || fields.size() != 3) continue;
    const QString flags = fields[1] == "-" ? "" : fields[1];
    found.append({fields[0], flags.split(' ', Qt::SkipEmptyParts), fields[2]});
  }
  return found;
}

QJsonObject object(const QByteArray& text) { return QJsonDocument::fromJson(text).object(); }

QByteArray content(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no such file");
}

void write(const QString& path, const QByteArray& text) {
  QFile file(path);
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(text);
}

QStringList scenario_files() {
  return QDir(METABATCH_SOURCE_DIR "/resources/scenarios").entryList({"*.toml"}, QDir::Files, QDir::Name);
}

const QStringList kShort = {"simulate", "--agents", "20", "--for", "30s"};

}  // namespace

void TestSimulate::everyScenarioGivesItsDigest_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("digest");
  for (const Golden& golden : goldens())
    QTest::newRow(qPrintable(golden.name + " " + golden.flags.join(' ')))
        << QStringList{"simulate", golden.name, "--json"} + golden.flags << golden.digest;
}

void TestSimulate::everyScenarioGivesItsDigest() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, digest);
  Program program;
  const auto ended = program.run(arguments);
  QVERIFY2(ended.status == 0 || ended.status == 3, ended.err.constData());
  QCOMPARE(object(ended.out)["digest"].toString().toLatin1(), digest);
}

void TestSimulate::everyScenarioHasADigest() {
  QStringList known;
  for (const Golden& golden : goldens()) known += golden.name + ".toml";
  for (const QString& file : scenario_files()) QVERIFY2(known.contains(file), qPrintable(file));
}

void TestSimulate::theHeadlineSavesWhatIsPromised() {
  const auto rounded = [](double value) { return std::round(value * 10) / 10; };
  for (const auto& [size, rate] : {std::pair("500", 1.9), std::pair("5000", 0.2)}) {
    Program program;
    const QJsonObject result = object(program.run({"simulate", "headline", "--batch-size", size, "--json"}).out);
    QCOMPARE(rounded(result["db_writes_per_s"].toDouble()), rate);
    QCOMPARE(rounded(result["notifies_per_s"].toDouble()), rate);
    QCOMPARE(rounded(result["unbatched"].toObject()["db_writes_per_s"].toDouble()), 60.0);
    QCOMPARE(result["offered"].toInteger(), 539'865);  // the last reports of some agents would come after the end
    QCOMPARE(result["written"].toInteger(), 539'865);
  }
}

void TestSimulate::theJsonIsThatOfSpec() {
  const QByteArray text = Program().run(kShort + QStringList{"--json"}).out;
  QByteArray names;
  int depth = 0;
  for (const QByteArray& part : text.split('"'))  // the names in their order, those of members in brackets
    if (part == ":{" || part.endsWith(":{"))
      ++depth;
    else if (!part.isEmpty() && (std::isalpha(part[0]) != 0) && part.size() < 30)
      names += part + " ";
  QCOMPARE(names,
           QByteArray(
               "offered accepted coalesced stale dropped full agent_full closed unchanged written unmatched rows_stale "
               "quarantined discarded spooled held rejected_lines refused_items sanitized "
               "flushes capacity scheduled shutdown flush_failures chunks notify_bytes publish_errors "
               "seconds updates_per_s db_writes_per_s notifies_per_s unbatched db_writes_per_s "
               "notifies_per_s saved delay_s p50 p90 p99 max digest age_s p50 p99 max "));
  QCOMPARE(depth, 5);
  QCOMPARE(text.count('\n'), 1);
}

void TestSimulate::theListHasEveryFile() {
  Program program;
  const auto ended = program.run({"simulate", "--list"});
  QCOMPARE(ended.status, 0);
  QCOMPARE(ended.out.count('\n'), scenario_files().size());
  for (const QString& file : scenario_files())
    QVERIFY2(("\n" + ended.out).contains("\n" + file.chopped(5).toLatin1() + " "), qPrintable(file));
}

void TestSimulate::flagsWinOverTheScenario() {
  const auto offered = [](const QStringList& flags) {
    return object(Program().run(QStringList{"simulate", "docs-example", "--json"} + flags).out)["offered"].toInteger();
  };
  QCOMPARE(offered({}), 9000);
  QCOMPARE(offered({"--agents", "20"}), 18'000);
  QCOMPARE(offered({"--every", "2s"}), 18'000);
  QCOMPARE(offered({"--for", "1m"}), 900);
  QCOMPARE(offered({"--set", "fleet.keys=12", "--set", "duration=1m"}), 1800);
  QCOMPARE(offered({"--keys", "3", "--set", "fleet.keys=12"}), 18'000);
}

void TestSimulate::theScenarioIsTheDefaultOfAllLayers() {
  Program program;
  QVERIFY(QDir(program.home.path()).mkpath(".config/metabatch"));
  write(program.home.filePath(".config/metabatch/config.toml"), "[simulate]\nkeys = 12\nagents = 11\n");
  program.set("METABATCH_AGENTS", "20");
  const auto ended = program.run({"simulate", "docs-example", "--for", "1m", "--json"});
  QCOMPARE(object(ended.out)["offered"].toInteger(), 20 * 12 * 15);
}

void TestSimulate::aFileIsAScenarioToo() {
  Program program;
  const QString path = program.home.filePath("mine.toml");
  write(path, "duration = \"1m\"\nqueue-bytes = 1048576\n[fleet]\nagents = 3\nkeys = 2\nevery = \"10s\"\n");
  QCOMPARE(object(program.run({"simulate", path, "--json"}).out)["offered"].toInteger(), 36);
  write(path, "[fleet]\nagent = 3\n");
  Program another;
  const auto ended = another.run({"simulate", path});
  QCOMPARE(ended.status, 2);
  QVERIFY2(ended.err.contains(path.toLocal8Bit() + ":2:1: fleet.agent"), ended.err.constData());
}

void TestSimulate::wrongUsageIsStatusTwo_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("no such scenario") << QStringList{"headlin"} << QByteArray("did you mean headline?");
  QTest::newRow("no such file") << QStringList{"/no/such.toml"} << QByteArray("No such file");
  QTest::newRow("no number") << QStringList{"--agents", "many"} << QByteArray("--agents: fleet.agents");
  QTest::newRow("too many") << QStringList{"--agents", "9000000"} << QByteArray("1,000,000");
  QTest::newRow("no time") << QStringList{"--for", "5"} << QByteArray("--for: duration");
  QTest::newRow("no policy") << QStringList{"--queue", "lifo"} << QByteArray("coalesce, fifo");
  QTest::newRow("impossible as a whole") << QStringList{"--jitter", "1m"} << QByteArray("fleet.jitter");
  QTest::newRow("impossible setting") << QStringList{"--batch-size", "500", "--queue-capacity", "10"}
                                      << QByteArray("queue_capacity");
  QTest::newRow("channel") << QStringList{"--channel", QString(64, 'x')} << QByteArray("channel");
  QTest::newRow("set what is not") << QStringList{"--set", "fleet.agent=5"} << QByteArray("did you mean fleet.agents?");
  QTest::newRow("set without value") << QStringList{"--set", "fleet.agents"} << QByteArray("NAME=VALUE");
  QTest::newRow("set to nonsense") << QStringList{"--set", "seed=x"} << QByteArray("--set seed: seed");
  QTest::newRow("bad threshold") << QStringList{"--fail-if", "delay.p98>5s"} << QByteArray("\n  ^~~~~~~~~");
  QTest::newRow("no such recording") << QStringList{"--recording", "/no/such.ndjson"} << QByteArray("No such file");
  QTest::newRow("a recording of nothing") << QStringList{"--recording", "/dev/null"} << QByteArray("it has no updates");
  QTest::newRow("a recording and a fleet")
      << QStringList{"--recording", kRecording, "--keys", "3"} << QByteArray("--keys: not with --recording");
  QTest::newRow("a recording and a fleet by name")
      << QStringList{"--recording", kRecording, "--set", "fleet.keys=3"} << QByteArray("--set fleet.keys: not with");
  QTest::newRow("a flag of run") << QStringList{"--db", "sqlite:x"} << QByteArray("--db");
}

void TestSimulate::wrongUsageIsStatusTwo() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, said);
  Program program;
  const auto ended = program.run(QStringList{"simulate"} + arguments);
  QCOMPARE(ended.status, 2);
  QCOMPARE(ended.out, QByteArray());
  QVERIFY2(ended.err.contains(said), ended.err.constData());
}

void TestSimulate::aRecordingIsPlayedWithAnySettings() {
  const QString file = kRecording;
  const auto ended = Program().run({"simulate", "--recording", file, "--json"});
  QCOMPARE(ended.status, 3);  // the bad line
  QCOMPARE(ended.err, QByteArray("line 188: collected_at is missing or cannot be read\n"));
  const QJsonObject plain = object(ended.out);
  QCOMPARE(plain["digest"].toString(), "782f03a8c068c238ef01d361b1c9ab6053dfd9f71403085d95637b87772c4a6c");
  QCOMPARE(plain["rows_stale"].toInteger(), 0);  // reports without a time have that of the recording's clock
  QCOMPARE(plain["offered"].toInteger(), 185);
  QCOMPARE(plain["rejected_lines"].toInteger(), 1);
  QCOMPARE(plain["seconds"].toDouble(), 14.0);
  const QStringList small = {"simulate", "--recording", file, "--batch-size", "20", "--for", "5s", "--json"};
  const QJsonObject other = object(Program().run(small).out);
  QVERIFY(other["flushes"].toObject()["capacity"].toInteger() > 0);
  QVERIFY(other["offered"].toInteger() < 185);
  QFile recording(file);
  QVERIFY(recording.open(QIODevice::ReadOnly));
  const auto piped = Program().run({"simulate", "--recording", "-", "--json"}, recording.readAll());
  QCOMPARE(object(piped.out)["digest"], plain["digest"]);
}

/// A line that one reader skips, the other one skips too.
void TestSimulate::aRecordingIsIngestedToo() {
  Program program;
  const QString file = kRecording;
  const auto ended = program.run({"ingest", "--register", "--db", program.db(), "--json", file});
  QCOMPARE(ended.err.count('\n'), 1);
  QCOMPARE(object(ended.out)["offered"].toInteger(), 185);
  QCOMPARE(object(ended.out)["rejected_lines"].toInteger(), 1);
}

void TestSimulate::whatIsNotWrittenIsStatusThree() {
  QCOMPARE(Program().run(kShort).status, 0);
  QCOMPARE(Program().run(kShort + QStringList{"--queue-bytes", "64MiB", "--set", "fleet.unregistered=100%"}).status, 3);
  const auto dropping = Program().run({"simulate", "saturating-fifo"});
  QCOMPARE(dropping.status, 3);
  QVERIFY2(dropping.out.contains("dropped (buffer full)"), dropping.out.constData());
  QVERIFY2(dropping.out.contains("Warning: "), dropping.out.constData());
}

void TestSimulate::whatWasSavedIsSaidOnlyWhereAllWasWritten() {
  QVERIFY(Program().run({"simulate", "--for", "2m"}).out.startsWith("Batching saved 9"));
  const auto away = Program().run({"simulate", "--for", "2m", "--outage", "60s+120s"});
  QVERIFY2(!away.out.contains("saved"), away.out.constData());
}

void TestSimulate::aThresholdDecidesTheStatus_data() {
  QTest::addColumn<QStringList>("expressions");
  QTest::addColumn<int>("status");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("kept") << QStringList{"delay.p99>6s", "dropped>0"} << 0 << QByteArray();
  QTest::newRow("missed") << QStringList{"delay.p99 > 2s"} << 3 << QByteArray("missed: delay.p99 > 2s: it is 4.9");
  QTest::newRow("one of two") << QStringList{"dropped>0", "saved<99.9%"} << 3 << QByteArray("missed: saved < 99.9%");
}

void TestSimulate::aThresholdDecidesTheStatus() {
  QFETCH(QStringList, expressions);
  QFETCH(int, status);
  QFETCH(QByteArray, said);
  QStringList arguments = kShort;
  for (const QString& expression : expressions) arguments += QStringList{"--fail-if", expression};
  Program program;
  const auto ended = program.run(arguments);
  QCOMPARE(ended.status, status);
  if (said.isEmpty()) QCOMPARE(ended.err, QByteArray());
  QVERIFY2(ended.err.contains(said), ended.err.constData());
  QCOMPARE(ended.err.count("missed:"), said.isEmpty() ? 0 : 1);
}

void TestSimulate::theLogIsWhatTheDigestIsOf() {
  Program program;
  const QString path = program.home.filePath("events.log");
  const auto ended = program.run(kShort + QStringList{"--json", "--log", path});
  const QByteArray log = content(path);
  QVERIFY(log.contains(" take ") && log.contains(" done ") && log.endsWith('\n'));
  QCOMPARE(QCryptographicHash::hash(log, QCryptographicHash::Sha256).toHex(),
           object(ended.out)["digest"].toString().toLatin1());
}

void TestSimulate::theTimelineIsATable() {
  Program program;
  const QString path = program.home.filePath("timeline.csv");
  program.run(kShort + QStringList{"--sample-every", "1s", "--timeline", path});
  const QList<QByteArray> rows = content(path).trimmed().split('\n');
  QVERIFY2(rows.size() >= 31 && rows.size() <= 33, QByteArray::number(rows.size()).constData());
  const QList<QByteArray> names = rows[0].split(',');
  QVERIFY(names.contains("delay_p99") && names.contains("room_share"));
  for (const QByteArray& row : rows) QCOMPARE(row.count(','), rows[0].count(','));
  QCOMPARE(rows[5].split(',')[0], QByteArray("5"));
  double flushes = 0;  // rates over one second each, so they add up
  for (const QByteArray& row : rows) flushes += row.split(',')[names.indexOf("flushes_scheduled")].toDouble();
  QCOMPARE(flushes, 6.0);
}

void TestSimulate::theReportStandsAlone() {
  Program program;
  const QString path = program.home.filePath("report <b>&.html");
  QCOMPARE(program.run({"simulate", "outage-60s", "--for", "4m", "--html", path}).status, 0);
  const QByteArray html = content(path);
  QXmlStreamReader reader(html);
  int pictures = 0, tables = 0, titles = 0;
  while (!reader.atEnd()) {
    if (reader.readNext() != QXmlStreamReader::StartElement) continue;
    pictures += reader.name() == u"svg" && reader.attributes().hasAttribute("role") ? 1 : 0;
    tables += reader.name() == u"table" ? 1 : 0;
    titles += reader.name() == u"desc" ? 1 : 0;
    for (const char* reference : {"src", "href", "data", "action"})
      QVERIFY2(!reader.attributes().hasAttribute(reference), reference);
    QVERIFY(reader.name() != u"script" && reader.name() != u"link");
  }
  QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
  QCOMPARE(pictures, 6);
  QCOMPARE(titles, 6);
  QCOMPARE(tables, 8);
  for (const char* words : {"http:", "https:", "url(", "@import", "nan", "inf\""})
    QVERIFY2(!html.contains(words), words);
  for (const char* words : {"prefers-color-scheme: dark", "default-src 'none'", "96."})
    QVERIFY2(html.contains(words), words);
}

void TestSimulate::anUnwritablePathIsReportedFirst_data() {
  QTest::addColumn<QString>("flag");
  for (const char* flag : {"--html", "--log", "--timeline"}) QTest::newRow(flag) << QString(flag);
}

void TestSimulate::anUnwritablePathIsReportedFirst() {
  QFETCH(QString, flag);
  for (const QString path : {"/no/such/folder/x", "/"}) {
    Program program;
    const auto ended = program.run({"simulate", "--for", "8000h", flag, path});  // would take minutes
    QCOMPARE(ended.status, 2);
    QVERIFY2(ended.err.contains((flag + ": " + path + ": ").toLatin1()), ended.err.constData());
  }
}

void TestSimulate::aReportIsNotHalfWritten() {
  Program program;
  const QString path = program.home.filePath("report.html");
  write(path, "the old one");
  program.start({"simulate", "--for", "8000h", "--html", path, "--log", "/dev/stderr"});
  QVERIFY(program.hasSaid(" done "));
  program.process.kill();
  program.end();
  QCOMPARE(content(path), QByteArray("the old one"));
  QCOMPARE(QDir(program.home.path()).entryList(QDir::Files), QStringList{"report.html"});
}

void TestSimulate::aDeviceIsWrittenAsItIs() {
  const auto ended = Program().run(kShort + QStringList{"--log", "/dev/full"});
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("--log: /dev/full: cannot be written"), ended.err.constData());
  QVERIFY(!QFileInfo("/dev/full").isFile());
}

void TestSimulate::interruptedRunReportsItsFiguresSoFar() {
  Program program;
  const QString path = program.home.filePath("report.html");
  program.start({"simulate", "--for", "8000h", "--json", "--html", path, "--log", "/dev/stderr"});
  QVERIFY(program.hasSaid(" done "));
  program.signal(SIGINT);
  const auto ended = program.end();
  QCOMPARE(ended.status, 130);
  const QJsonObject result = object(ended.out);
  QVERIFY(result["offered"].toInteger() > 0 && result["seconds"].toDouble() < 8000 * 3600);
  QVERIFY(ended.err.contains("interrupted after"));
  QVERIFY(content(path).contains("Interrupted after"));
}

void TestSimulate::helpShowsExamples() {
  const auto ended = Program().run({"simulate", "--help"});
  QCOMPARE(ended.status, 0);
  for (const char* words : {"Examples:", "--fail-if", "metabatch simulate --list", "--latency-p99", "--batch-size"})
    QVERIFY2(ended.out.contains(words), words);
}

QTEST_GUILESS_MAIN(TestSimulate)
#include "tst_simulate.moc"
