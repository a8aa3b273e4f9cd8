// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include "cli/flags/arguments.hpp"
#include "cli/flags/layered_arguments.hpp"
#include "cli/program.hpp"
#include "cli/report/results.hpp"
#include "cli/terminal/console.hpp"

using namespace metabatch;
using namespace metabatch::cli;

class TestCli : public QObject {
  Q_OBJECT
 private slots:
  void wrongUsageIsStatusTwo_data();
  void wrongUsageIsStatusTwo();
  void helpAndVersionAreData();
  void aPasswordIsNotRepeated();
  void aFlagBeatsTheEnvironmentAndThatTheFile();
  void aFileThatSetsTheUnknownIsRefused();
  void theFileIsFoundInTheConfigFolder();
  void theDatabaseIsInTheStateFolder();
  void encodeAndDecodeAreInverse();
  void encodeFillsPayloads();
  void aBadLineCostsOnlyItself();
  void anIdThatIsNotCanonicalIsRemarked();
  void inspectDescribesItsInput();
  void inspectAccountsForEveryByte();
  void inspectUnpacksAGzipFile();
  void aFullOutputIsAFailure();
  void runReportsWhatBatchingSaved();
  void runGivesTheSameAgentsAgain();
  void numbersForPeople();
};

namespace {
const QByteArray kId = "00010203-0405-4607-8809-0a0b0c0d0e0f";
const QByteArray kPayload = "AAECAwQFRgeICQoLDA0ODw";
}  // namespace

void TestCli::wrongUsageIsStatusTwo_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("nothing") << QStringList{} << QByteArray("Examples:");
  QTest::newRow("unknown command") << QStringList{"harken"} << QByteArray("harken");
  QTest::newRow("unknown flag") << QStringList{"ingest", "--bogus"} << QByteArray("--bogus");
  QTest::newRow("no number") << QStringList{"ingest", "--batch-size", "many"} << QByteArray("--batch-size: 'many'");
  QTest::newRow("no time") << QStringList{"ingest", "--interval", "5"} << QByteArray("--interval: '5'");
  QTest::newRow("no policy") << QStringList{"ingest", "--queue", "lifo"} << QByteArray("coalesce, fifo");
  QTest::newRow("negative") << QStringList{"ingest", "--batch-size", "-1"} << QByteArray("batch_size");
  QTest::newRow("too large") << QStringList{"run", "--batch-size", "100001"} << QByteArray("batch_size");
  QTest::newRow("room below the batch") << QStringList{"run", "--queue-capacity", "10"} << QByteArray("queue_capacity");
  QTest::newRow("huge size") << QStringList{"ingest", "--queue-bytes", "99999999999GiB"} << QByteArray("--queue-bytes");
  QTest::newRow("no channel") << QStringList{"ingest", "--channel="} << QByteArray("channel");
  QTest::newRow("no such file") << QStringList{"ingest", "/no/such/file"} << QByteArray("/no/such/file: No such file");
  QTest::newRow("a folder") << QStringList{"decode", "/"} << QByteArray("directory");
  QTest::newRow("no such config") << QStringList{"ingest", "--config", "/no/such"} << QByteArray("/no/such");
  QTest::newRow("PostgreSQL") << QStringList{"ingest", "--db", "hosts=x dbname=y"}
                              << QByteArray("not a PostgreSQL address");
  QTest::newRow("other database") << QStringList{"ingest", "--db", "mysql"} << QByteArray("sqlite:PATH");
  QTest::newRow("empty path") << QStringList{"ingest", "--db", "sqlite:"} << QByteArray("sqlite:PATH");
  QTest::newRow("no agents") << QStringList{"run", "--agents", "0"} << QByteArray("--agents");
  QTest::newRow("no time to run") << QStringList{"run", "--for", "0"} << QByteArray("--for");
  QTest::newRow("payload below one id") << QStringList{"encode", "--max-payload-bytes", "21"}
                                        << QByteArray("--max-payload-bytes");
}

void TestCli::wrongUsageIsStatusTwo() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, said);
  Program program;
  const auto ended = program.run(arguments);
  QCOMPARE(ended.status, 2);
  QCOMPARE(ended.out, QByteArray());
  QVERIFY2(ended.err.contains(said), ended.err.constData());
}

void TestCli::helpAndVersionAreData() {
  for (const QStringList& arguments : QList<QStringList>{{"--help"},
                                                         {"ingest", "--help"},
                                                         {"run", "--help"},
                                                         {"encode", "--help"},
                                                         {"decode", "--help"},
                                                         {"inspect", "--help"}}) {
    const auto ended = Program().run(arguments);
    QCOMPARE(ended.status, 0);
    QVERIFY(ended.out.contains("Examples:"));
    QCOMPARE(ended.err, QByteArray());
  }
  QVERIFY(Program().run({"--version"}).out.startsWith("metabatch "));
  QVERIFY(Program().run({"--help"}).out.contains("\n  top"));
}

void TestCli::aPasswordIsNotRepeated() {
  const auto ended = Program().run({"ingest", "--db", "postgres://me:hunter2@/db?host=/nowhere"});
  QCOMPARE(ended.status, 1);
  QVERIFY(!ended.err.contains("hunter2"));
}

void TestCli::aFlagBeatsTheEnvironmentAndThatTheFile() {
  CLI::App app;
  std::string size, interval, queue;
  CLI::App* const command = app.add_subcommand("ingest");
  for (auto& [name, value] : {std::pair{"--batch-size", &size}, {"--interval", &interval}, {"--queue", &queue}})
    command->add_option(name, *value);
  std::string config;
  command->add_option("--config", config);
  app.add_subcommand("run")->add_option("--agents", queue);

  QTemporaryDir home;
  QFile file(home.filePath("c.toml"));
  QVERIFY(file.open(QFile::WriteOnly));
  file.write(
      "batch_size = 1\ninterval = \"1s\"\nqueue = 'fifo'\nagents = 7\n[ingest]\nqueue = \"coalesce\"\n[run]\nagents = "
      "9\n");
  file.close();
  const std::string path = file.fileName().toStdString();
  using Arguments = std::vector<std::string>;
  const Environment environment = {
      {"METABATCH_CONFIG", path}, {"METABATCH_BATCH_SIZE", "2"}, {"METABATCH_OTHER", "x"}, {"BATCH_SIZE", "4"}};
  QCOMPARE(layered_arguments(app, {"ingest", "--batch-size", "3", "x"}, environment),
           (Arguments{"ingest", "--batch-size=1", "--interval=1s", "--queue=fifo", "--queue=coalesce", "--batch-size=2",
                      "--batch-size", "3", "x"}));
  QCOMPARE(
      layered_arguments(app, {"ingest", "--config", path}, {}),
      (Arguments{"ingest", "--batch-size=1", "--interval=1s", "--queue=fifo", "--queue=coalesce", "--config", path}));
  QCOMPARE(layered_arguments(app, {"ingest", "-"}, {}), (Arguments{"ingest", "-"}));
  QCOMPARE(layered_arguments(app, {"--help"}, environment), Arguments{"--help"});
  QVERIFY_EXCEPTION_THROWN(layered_arguments(app, {"nonsense"}, environment), UsageError);
}

void TestCli::aFileThatSetsTheUnknownIsRefused() {
  Program program;
  QFile file(program.home.filePath("c.toml"));
  QVERIFY(file.open(QFile::WriteOnly));
  file.write("batch-sise = 100\n");
  file.close();
  const auto ended = program.run({"ingest", "--config", file.fileName(), "--db", program.db()});
  QCOMPARE(ended.status, 2);
  QVERIFY2(ended.err.contains("c.toml") && ended.err.contains("batch-sise"), ended.err.constData());
}

void TestCli::theFileIsFoundInTheConfigFolder() {
  Program program;
  QVERIFY(QDir(program.home.path()).mkpath("x/metabatch"));
  QFile file(program.home.filePath("x/metabatch/config.toml"));
  QVERIFY(file.open(QFile::WriteOnly));
  file.write("batch-size = -5\n");
  file.close();
  program.set("XDG_CONFIG_HOME", program.home.filePath("x"));
  const QStringList ingest = {"ingest", "--db", program.db()};
  QVERIFY(program.run(ingest).err.contains("asked for -5"));
  program.set("METABATCH_BATCH_SIZE", "-6");
  QVERIFY(program.run(ingest).err.contains("asked for -6"));
  QVERIFY(program.run(ingest + QStringList{"--batch-size", "-7"}).err.contains("asked for -7"));
  QCOMPARE(program.run(ingest + QStringList{"--batch-size", "7"}).status, 0);
}

void TestCli::theDatabaseIsInTheStateFolder() {
  Program program;
  QCOMPARE(program.run({"ingest"}).status, 0);
  QVERIFY(QFile::exists(program.home.filePath(".local/state/metabatch/metabatch.db")));
  program.set("XDG_STATE_HOME", program.home.filePath("s"));
  QCOMPARE(program.run({"ingest"}).status, 0);
  QVERIFY(QFile::exists(program.home.filePath("s/metabatch/metabatch.db")));
}

void TestCli::encodeAndDecodeAreInverse() {
  const auto encoded = Program().run({"encode"}, "  {" + kId.toUpper() + "}\r\n\n");
  QCOMPARE(encoded.status, 0);
  QCOMPARE(encoded.out, kPayload + "\n");
  const auto decoded = Program().run({"decode"}, encoded.out);
  QCOMPARE(decoded.status, 0);
  QCOMPARE(decoded.out, kId + "\n");
  QCOMPARE(Program().run({"decode", "--json"}, kPayload).out,
           "{\"line\":1,\"ids\":[\"" + kId + "\"],\"not_canonical\":[]}\n");
  QCOMPARE(Program().run({"encode", "--json"}, kId).out, "{\"ids\":1,\"payload\":\"" + kPayload + "\"}\n");
}

void TestCli::encodeFillsPayloads() {
  QByteArray ids;
  for (int i = 0; i < 600; ++i) ids += kId + "\n";
  const QList<QByteArray> lines = Program().run({"encode"}, ids).out.split('\n');
  QCOMPARE(lines.size(), 3);
  QCOMPARE(lines[0].size(), 363 * 22);
  QCOMPARE(lines[1].size(), 237 * 22);
  QCOMPARE(Program().run({"encode", "--max-payload-bytes", "45"}, ids).out.count('\n'), 300);
}

void TestCli::aBadLineCostsOnlyItself() {
  const auto decoded = Program().run({"decode"}, kPayload + "\nzz\n  AAECAwQFRg!ICQoLDA0ODw\n" + kPayload + kPayload);
  QCOMPARE(decoded.status, 1);
  QCOMPARE(decoded.out, kId + "\n" + kId + "\n" + kId + "\n");
  QCOMPARE(decoded.err, QByteArray("line 2: byte 0: 2 bytes are not a multiple of 22, the size of an id\n"
                                   "line 3: byte 12: a symbol outside the alphabet A-Za-z0-9+/\n"));
  const auto encoded = Program().run({"encode"}, "x\n" + kId);
  QCOMPARE(encoded.status, 1);
  QCOMPARE(encoded.out, kPayload + "\n");
  QCOMPARE(encoded.err, QByteArray("line 1: byte 0: not a UUID\n"));
}

void TestCli::anIdThatIsNotCanonicalIsRemarked() {
  const auto decoded = Program().run({"decode"}, kPayload + "AAECAwQFRgeICQoLDA0ODx");
  QCOMPARE(decoded.status, 0);
  QCOMPARE(decoded.out, kId + "\n" + kId + "\n");
  QCOMPARE(decoded.err, QByteArray("line 1: byte 43: the last symbol of the id is not the canonical one\n"));
}

void TestCli::inspectDescribesItsInput() {
  const auto ended =
      Program().run({"inspect"}, "Asynchronous notification \"workspace_agent_metadata_batch\" with payload \"" +
                                     kPayload + "\" received from server process with PID 17.\n");
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.out.contains(kId), ended.out.constData());
  QVERIFY2(ended.out.contains("chunk"), ended.out.constData());
  QByteArray many;
  for (int i = 0; i < 20; ++i) many += kPayload;
  QVERIFY(Program().run({"inspect"}, many).out.contains("and 10 more (--all)"));
  QCOMPARE(Program().run({"inspect", "--all"}, many).out.count("    " + kId), 20);
  QVERIFY(Program().run({"inspect"}, "hello").out.contains("Nothing here"));
}

void TestCli::inspectAccountsForEveryByte() {
  const QByteArray input = "hello \xff\xfe\n" + kPayload + "\n";
  const auto ended = Program().run({"inspect", "--json"}, input);
  QCOMPARE(ended.status, 0);
  const QJsonObject object = QJsonDocument::fromJson(ended.out).object();
  qint64 at = 0;
  for (const QJsonValue& span : object["spans"].toArray()) {
    QCOMPARE(span["at"].toInteger(), at);
    at += span["length"].toInteger();
  }
  QCOMPARE(at, input.size());
  QCOMPARE(object["distinct_ids"].toInteger(), 1);
  QCOMPARE(object["findings"].toArray().last().toObject()["ids"].toArray().first().toObject()["id"].toString().toUtf8(),
           kId);
}

void TestCli::inspectUnpacksAGzipFile() {
  const QByteArray packed =
      QByteArray::fromBase64("H4sIAAAAAAACA7NMMkozTDNM1TVPMjXRNUk2NNS1SDRL1TVMNkoxTjVJM000S+ICAOKdC40lAAAA");
  const QByteArray id = "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b";
  const auto text = Program().run({"inspect"}, packed);
  QVERIFY2(text.out.startsWith("Unpacked from gzip: 37 bytes.\n") && text.out.contains(id), text.out.constData());
  const QJsonObject object = QJsonDocument::fromJson(Program().run({"inspect", "--json"}, packed).out).object();
  QCOMPARE(object["unpacked"].toBool(), true);
  QCOMPARE(object["bytes"].toInteger(), 37);
  QCOMPARE(object["ids"].toInteger(), 1);
  const auto cut = Program().run({"inspect"}, packed.chopped(9));
  QCOMPARE(cut.status, 0);
  QVERIFY2(cut.err.contains("the gzip file is damaged or incomplete"), cut.err.constData());
}

void TestCli::aFullOutputIsAFailure() {
  QVERIFY2(QFile::exists("/dev/full"), "Linux has it; a container without it proves nothing");
  Program program;
  program.process.setStandardOutputFile("/dev/full");
  const auto ended = program.run({"decode"}, kPayload);
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("standard output"), ended.err.constData());
}

void TestCli::runReportsWhatBatchingSaved() {
  Program program;
  const QStringList fleet = {"run",   "--agents", "50", "--keys", "20",        "--every",
                             "100ms", "--for",    "1s", "--db",   program.db()};
  const auto text = program.run(fleet);
  QCOMPARE(text.status, 0);
  QVERIFY2(text.err.contains("registered 50 agents with 20 keys each"), text.err.constData());
  QVERIFY2(text.out.startsWith("Batching saved 9"), text.out.constData());
  QVERIFY2(!text.err.contains('\r'), "a status line without a terminal");
  const QJsonObject result = QJsonDocument::fromJson(program.run(fleet + QStringList{"--json"}).out).object();
  QVERIFY(result["offered"].toInteger() > 0);
  QCOMPARE(result["offered"].toInteger() % 20, 0);
  QCOMPARE(result["written"].toInteger() + result["coalesced"].toInteger(), result["offered"].toInteger());
  QVERIFY(result["saved"].toDouble() > 0.9);
  const double reports = result["unbatched"].toObject()["db_writes_per_s"].toDouble() * result["seconds"].toDouble();
  QVERIFY(qAbs(reports * 20 - result["offered"].toDouble()) < 0.01);
}

void TestCli::runGivesTheSameAgentsAgain() {
  Program program;
  const QStringList fleet = {"run", "--agents", "3", "--keys", "2", "--for", "10ms", "--db", program.db()};
  QVERIFY(program.run(fleet).err.contains("6 new rows"));
  QVERIFY(program.run(fleet).err.contains("0 new rows"));
  QVERIFY(program.run(fleet + QStringList{"--seed", "2"}).err.contains("6 new rows"));
}

void TestCli::numbersForPeople() {
  QCOMPARE(with_commas(0), std::string("0"));
  QCOMPARE(with_commas(999), std::string("999"));
  QCOMPARE(with_commas(1000), std::string("1,000"));
  QCOMPARE(with_commas(1'234'567), std::string("1,234,567"));
  QCOMPARE(rate_text(1.84), std::string("1.8"));
  QCOMPARE(rate_text(0.2), std::string("0.20"));
  QCOMPARE(rate_text(12'345.6), std::string("12,346"));
  QCOMPARE(seconds_text(0.0031), std::string("3.1 ms"));
  QCOMPARE(seconds_text(0.56), std::string("560 ms"));
  QCOMPARE(seconds_text(5), std::string("5.0 s"));
  QCOMPARE(seconds_text(125), std::string("2 m 5 s"));
  Summary summary;
  Config config = validated(Config{}).value();
  QCOMPARE(trigger_text(summary, config), std::string());
  summary.entries_per_s = 900;
  QVERIFY(trigger_text(summary, config).find("500 entries fill in 556 ms") == 0);
  summary.entries_per_s = 10;
  QVERIFY(trigger_text(summary, config).find("About 50.0 entries arrive in 5s") == 0);
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
