// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include "cli/program.hpp"

/// `metabatch ingest` of files: the settings that it chooses, and what a file can be.
class TestCliIngestFiles : public QObject {
  Q_OBJECT
 private slots:
  void aFileIsWrittenInLargeBatches();
  void givenSettingsWin();
  void aPipeThatPausesIsWrittenInItsInterval();
  void aPipeWithoutAPauseIsAFile();
  void everyFormGivesTheSameRows_data();
  void everyFormGivesTheSameRows();
  void aCutFileFailsAndKeepsWhatCameBefore();
  void badLinesSayWhereAndAreCountedAfterTwenty();
};

namespace {

QByteArray object(int agent, const QByteArray& key, int value) {
  return "{\"agent\":\"00000000-0000-4000-8000-" + QByteArray::number(agent).rightJustified(12, '0') + "\",\"key\":\"" +
         key + "\",\"value\":\"" + QByteArray::number(value) + " \xC3\xA9\",\"collected_at\":\"2026-01-02T03:04:05." +
         QByteArray::number(value).rightJustified(6, '0') + "Z\"}";
}

/// `updates` lines of `keys` keys, the newest last.
QByteArray lines(int updates, int keys) {
  QByteArray text;
  for (int i = 0; i < updates; ++i) text += object(i % keys / 10, "k" + QByteArray::number(i % 10), i) + "\n";
  return text;
}

QString written(const Program& program, const QString& name, const QByteArray& bytes) {
  QFile file(program.home.filePath(name));
  if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size()) return {};
  return file.fileName();
}

/// What another program makes of the bytes.
QByteArray through(const QString& program, const QStringList& arguments, const QByteArray& bytes) {
  QProcess process;
  process.start(program, arguments);
  process.write(bytes);
  process.closeWriteChannel();
  return process.waitForFinished(60'000) && process.exitCode() == 0 ? process.readAllStandardOutput() : QByteArray();
}

QJsonObject resultOf(const Program::Ended& ended) {
  return QJsonDocument::fromJson(ended.out.split('\n').first()).object();
}

}  // namespace

void TestCliIngestFiles::aFileIsWrittenInLargeBatches() {
  Program program;
  const QString file = written(program, "a.ndjson", lines(50'000, 1000));
  const auto ended = program.run({"ingest", "--register", "--json", "--db", program.db(), file});
  QVERIFY2(ended.status == 0, ended.err);
  const QJsonObject result = resultOf(ended), chosen = result["chosen"].toObject();
  QCOMPARE(result["offered"].toInteger(), 50'000);
  QCOMPARE(result["written"].toInteger(), 1000);  // the other updates met in memory
  QCOMPARE(chosen["batch_size"].toInteger(), 100'000);
  QCOMPARE(chosen["queue_capacity"].toInteger(), 1'000'000);
  QCOMPARE(chosen["queue_bytes"].toInteger(), 96 << 20);
  QCOMPARE(chosen["interval_s"].toDouble(), 3600.0);
  QCOMPARE(Rows(program.file()).of("SELECT count(*), sum(collected_at) FROM workspace_agent_metadata"),
           QStringList{QString("1000|%1").arg(1000 * 1'767'323'045'000'000LL + (49'000 + 49'999) * 500LL)});
  Program again;
  const auto text = again.run({"ingest", "--register", "--db", again.db(), file});
  QVERIFY2(text.out.contains("Settings for this input: batches of 100,000 entries, a buffer of 1,000,000 entries and "
                             "96 MiB, no deadline, 1 writer."),
           text.out);
}

void TestCliIngestFiles::givenSettingsWin() {
  Program program;
  program.set("METABATCH_BATCH_SIZE", "100");
  const QString file = written(program, "a.ndjson", lines(2000, 1000));
  const auto ended = program.run({"ingest", "--register", "--json", "--db", program.db(), "--interval", "2s",
                                  "--queue-capacity", "200", "--queue-bytes", "1MiB", file});
  QVERIFY2(ended.status == 0, ended.err);
  const QJsonObject result = resultOf(ended), chosen = result["chosen"].toObject();
  QCOMPARE(chosen["batch_size"].toInteger(), 100);
  QCOMPARE(chosen["queue_capacity"].toInteger(), 200);
  QCOMPARE(chosen["queue_bytes"].toInteger(), 1 << 20);
  QCOMPARE(chosen["interval_s"].toDouble(), 2.0);
  QCOMPARE(result["offered"].toInteger(), result["written"].toInteger() + result["coalesced"].toInteger());
  Program origins;
  const auto fifo = origins.run({"ingest", "--register", "--json", "--db", origins.db(), "--queue", "fifo", file});
  QCOMPARE(resultOf(fifo)["chosen"].toObject()["batch_size"].toInteger(), 500);
  QCOMPARE(resultOf(fifo)["chosen"].toObject()["queue_capacity"].toInteger(), 2500);
}

void TestCliIngestFiles::aPipeThatPausesIsWrittenInItsInterval() {
  Program program;
  program.start(
      {"ingest", "--register", "--json", "--print-notifications", "--db", program.db(), "--interval", "50ms"});
  program.process.write(object(1, "k", 1) + "\n");
  program.process.setReadChannel(QProcess::StandardOutput);
  while (!program.process.canReadLine()) QVERIFY(program.process.waitForReadyRead(60'000));  // it was written
  const auto ended = program.end();
  QCOMPARE(ended.status, 0);
}

void TestCliIngestFiles::aPipeWithoutAPauseIsAFile() {
  Program program;
  const auto ended =
      program.run({"ingest", "--register", "--json", "--db", program.db()}, lines(100'000, 1000));  // about 13 MB
  QVERIFY2(ended.status == 0, ended.err);
  QCOMPARE(resultOf(ended)["offered"].toInteger(), 100'000);
  QCOMPARE(Rows(program.file()).of("SELECT count(*) FROM workspace_agent_metadata"), QStringList{"1000"});
}

void TestCliIngestFiles::everyFormGivesTheSameRows_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("form");
  const QByteArray text = lines(300, 100);
  QByteArray array = text, pretty = text, together = text;
  array.chop(1);
  array = "[" + array.replace("\n", ",\n") + "]";
  pretty.replace("{", "{\n  ").replace(",\"", ",\n  \"").replace("}", "\n}");
  together.replace("\n", "");
  QTest::newRow("lines") << "a.ndjson" << text << "";
  QTest::newRow("gzip") << "a.ndjson.gz" << through("gzip", {"-c"}, text) << "gzip";
  QTest::newRow("zstd, by its signature") << "a.ndjson" << through("zstd", {"-qc"}, text) << "zstd";
  QTest::newRow("UTF-16") << "a.json" << through("iconv", {"-f", "UTF-8", "-t", "UTF-16"}, text) << "UTF-16";
  QTest::newRow("array") << "a.json" << array << "an array of objects";
  QTest::newRow("array of Python") << "a.json" << through("python3", {"-m", "json.tool"}, array)
                                   << "an array of objects";
  QTest::newRow("pretty-printed") << "a.json" << pretty << "objects over several lines";
  QTest::newRow("concatenated") << "a.json" << together << "several objects on a line";
  QTest::newRow("gzip of an array") << "a.json.gz" << through("gzip", {"-c"}, array) << "gzip, an array of objects";
}

void TestCliIngestFiles::everyFormGivesTheSameRows() {
  QFETCH(QString, name);
  QFETCH(QByteArray, bytes);
  QFETCH(QString, form);
  Program program;
  const auto ended =
      program.run({"ingest", "--register", "--json", "--db", program.db(), written(program, name, bytes)});
  QVERIFY2(ended.status == 0, ended.err);
  QCOMPARE(resultOf(ended)["offered"].toInteger(), 300);
  QCOMPARE(resultOf(ended)["chosen"].toObject()["form"].toString(), form);
  QCOMPARE(ended.err.contains(" is " + form.toUtf8()), !form.isEmpty());
  QCOMPARE(Rows(program.file()).of("SELECT count(*), min(value), max(value) FROM workspace_agent_metadata"),
           QStringList{QString::fromUtf8("100|200 \xC3\xA9|299 \xC3\xA9")});
}

void TestCliIngestFiles::aCutFileFailsAndKeepsWhatCameBefore() {
  Program program;
  QByteArray packed = through("gzip", {"-1c"}, lines(20'000, 20'000));
  packed.chop(packed.size() / 2);
  const auto ended =
      program.run({"ingest", "--register", "--json", "--db", program.db(), written(program, "a.gz", packed)});
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("gzip ends in the middle of its data; everything before it is written"), ended.err);
  QVERIFY(resultOf(ended)["written"].toInteger() > 5000);
  Program other;
  const auto foreign = other.run({"ingest", "--db", other.db(), written(other, "a.bz2", "BZh91AY")});
  QCOMPARE(foreign.status, 1);
  QVERIFY2(foreign.err.contains("is bzip2; unpack it: bzip2 -dc"), foreign.err);
}

void TestCliIngestFiles::badLinesSayWhereAndAreCountedAfterTwenty() {
  Program program;
  QByteArray text = object(1, "k", 1) + "\n";
  const QByteArray first = "line 2: agent is not a UUID, at byte 0 of it (the line begins at byte " +
                           QByteArray::number(text.size()) + ")\n";
  for (int i = 0; i < 30; ++i) text += "{\"agent\":\"x\"}\n";
  text += "nonsense\n";
  const auto ended =
      program.run({"ingest", "--register", "--json", "--db", program.db(), written(program, "a.ndjson", text)});
  QCOMPARE(ended.status, 3);
  QVERIFY2(ended.err.startsWith(first), ended.err);
  QCOMPARE(ended.err.count("is not a UUID"), 22);
  QVERIFY2(ended.err.contains("\nmore lines of this kind are only counted: agent is not a UUID"), ended.err);
  QVERIFY2(ended.err.contains("\nand 10 lines more: agent is not a UUID"), ended.err);
  QVERIFY2(ended.err.contains("\nline 32: not JSON"), ended.err);
  QCOMPARE(resultOf(ended)["rejected_lines"].toInteger(), 31);
}

QTEST_GUILESS_MAIN(TestCliIngestFiles)
#include "tst_cli_ingest_files.moc"
