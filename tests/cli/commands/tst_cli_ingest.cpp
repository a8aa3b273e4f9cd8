// SPDX-License-Identifier: Apache-2.0
#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>
#include <map>
#include <random>

#include "cli/program.hpp"

class TestCliIngest : public QObject {
  Q_OBJECT
 private slots:
  void aHostileStreamLeavesTheNewestValueOfEveryKey_data();
  void aHostileStreamLeavesTheNewestValueOfEveryKey();
  void theResultHasEveryMemberInItsOrder();
  void reportsAreHeldToTheirLimits();
  void withoutRegisterTheRowsAreUnmatched();
  void notificationsGoToDecode();
  void anInterruptWritesWhatIsHeld_data();
  void anInterruptWritesWhatIsHeld();
  void aSecondInterruptLeavesAtOnceAndReportsTheLoss();
  void aLockedFileKeepsHeldEntriesAndIsReported();
  void aLockThatEndsLosesNothing();
  void aDamagedFileFailsBeforeAnyWork();
  void aReadOnlyFileFailsBeforeAnyWork();
  void aFileHasOneWriter();
};

namespace {

using Key = std::pair<QString, QString>;
struct Newest {
  qint64 at;
  QString value;
  QString error;
};
using Model = std::map<Key, Newest>;

QString agentOf(unsigned number) { return QString("00000000-0000-4000-8000-%1").arg(number, 12, 16, QChar('0')); }

QByteArray lineOf(const QJsonObject& object) { return QJsonDocument(object).toJson(QJsonDocument::Compact) + "\n"; }

QString timeOf(qint64 microseconds) {
  const QString whole =
      QDateTime::fromSecsSinceEpoch(microseconds / 1'000'000, QTimeZone::utc()).toString("yyyy-MM-ddTHH:mm:ss");
  return whole + QString(".%1Z").arg(microseconds % 1'000'000, 6, 10, QChar('0'));
}

QByteArray updateLine(unsigned agent, const QString& key, const QString& value, qint64 at, const QString& error = {}) {
  return lineOf(
      {{"agent", agentOf(agent)}, {"key", key}, {"value", value}, {"error", error}, {"collected_at", timeOf(at)}});
}

constexpr qint64 kStart = 1'767'323'045'000'000;

/// A hostile stream, and the expected result: computed here, without any code of the program.
struct Hostile {
  QByteArray stream;
  Model newest;
  int updates = 0;
  int bad = 0;

  explicit Hostile(unsigned seed) : random(seed) {
    for (int i = 0; i < 20'000; ++i) {
      if (below(50) == 0)
        addBad();
      else
        addUpdate(i);
    }
    stream.chop(1);  // the last line has no end
  }

 private:
  std::mt19937 random;
  QByteArray lastLine;

  unsigned below(unsigned limit) { return static_cast<unsigned>(random() % limit); }

  void addUpdate(int i) {
    static const QStringList keys = {"",
                                     "cpu",
                                     "NULL",
                                     "it's",
                                     "a\"b",
                                     "{}",
                                     "\\",
                                     "a,b",
                                     "\xF0\x9F\x98\x80",
                                     "x'); DROP TABLE workspace_agent_metadata; --"};
    static const QStringList values = {
        "",      "NULL",    "null",      "\"",        "\\\"", "{\"a\":[1,2]}",
        "'; --", "\\u0041", "tab\there", "line\nend", "12 %", QString::fromUtf8("\xF0\x9F\x98\x80\xC3\xA9")};
    const unsigned agent = below(40);
    const QString key = keys[static_cast<int>(below(static_cast<unsigned>(keys.size())))];
    QString value = values[static_cast<int>(below(static_cast<unsigned>(values.size())))] + QString::number(i);
    if (below(20) == 0) value += QString(2048, 'v');
    const QString error = below(10) == 0 ? "e" + QString::number(i) : QString();
    // Late stamps, each used once: the stamp contains i.
    const qint64 at = kStart + (static_cast<qint64>(i) - below(4000)) * 100'000 + i;
    lastLine = updateLine(agent, key, value, at, error);
    stream += lastLine;
    ++updates;
    const Key id{agentOf(agent), key};
    const auto found = newest.find(id);
    if (found == newest.end() || found->second.at < at) newest[id] = {at, value, error};
    if (below(10) == 0) {
      stream += lastLine;
      ++updates;
    }
  }

  void addBad() {
    static const QList<QByteArray> lines = {"{",
                                            "nonsense",
                                            "[]",
                                            "{\"agent\":\"x\"}",
                                            "\xff\xfe",
                                            "{\"agent\":null}",
                                            "\"NULL\"",
                                            QByteArray(3, '\0'),
                                            "{\"key\":\"cpu\"}{"};
    const unsigned which = below(static_cast<unsigned>(lines.size()) + 3);
    if (which < static_cast<unsigned>(lines.size()))
      stream += lines[static_cast<int>(which)] + "\n";
    else if (which == static_cast<unsigned>(lines.size())) {
      stream += "\r\n \n\n";
      return;
    }  // blank lines are not bad lines
    else if (below(20) == 0)
      stream += lastLine.left(20) + QByteArray((1 << 20) + 1, 'x') + "\n";
    else
      stream += lastLine.left(static_cast<int>(lastLine.size()) / 2) + "\n";
    ++bad;
  }
};

QJsonObject resultOf(const Program::Ended& ended) {
  return QJsonDocument::fromJson(ended.out.split('\n').first()).object();
}

qint64 sum(const QJsonObject& result, const QStringList& names) {
  qint64 total = 0;
  for (const QString& name : names) total += result[name].toInteger();
  return total;
}

/// Bad lines that were reported one by one, and those that were counted.
int toldBad(const QByteArray& err) {
  int bad = static_cast<int>(err.count("\nline ")) + (err.startsWith("line ") ? 1 : 0);
  for (const QByteArray& line : err.split('\n'))
    if (line.startsWith("and ")) bad += line.split(' ')[1].replace(",", "").toInt();
  return bad;
}

void checkIdentity(const QJsonObject& result) {
  const QJsonObject dropped = result["dropped"].toObject();
  const qint64 lost = dropped["full"].toInteger() + dropped["closed"].toInteger();
  QCOMPARE(result["offered"].toInteger(),
           lost + sum(result, {"coalesced", "stale", "written", "rows_stale", "unmatched", "discarded", "quarantined",
                               "spooled", "held"}));
  QCOMPARE(result["accepted"].toInteger(), result["offered"].toInteger() - lost);
}

}  // namespace

void TestCliIngest::aHostileStreamLeavesTheNewestValueOfEveryKey_data() {
  QTest::addColumn<QStringList>("settings");
  QTest::newRow("defaults") << QStringList{};
  QTest::newRow("small batches") << QStringList{"--batch-size", "7", "--interval", "1ms"};
  QTest::newRow("small capacity") << QStringList{"--batch-size", "10", "--queue-capacity", "10"};
  QTest::newRow("small capacity in bytes")
      << QStringList{"--queue-bytes", "3000", "--batch-size", "100", "--interval", "5ms"};
  QTest::newRow("fifo") << QStringList{"--queue", "fifo", "--batch-size", "50"};
  QTest::newRow("linger, keep last") << QStringList{"--schedule", "linger", "--ties", "keep_last", "--interval", "2ms"};
}

void TestCliIngest::aHostileStreamLeavesTheNewestValueOfEveryKey() {
  QFETCH(QStringList, settings);
  const Hostile hostile(7);
  Program program;
  const auto ended =
      program.run(QStringList{"ingest", "--register", "--json", "--db", program.db()} + settings, hostile.stream);
  QCOMPARE(ended.status, 3);
  const QJsonObject result = resultOf(ended);
  checkIdentity(result);
  QCOMPARE(result["offered"].toInteger(), hostile.updates);
  QCOMPARE(result["rejected_lines"].toInteger(), hostile.bad);
  QCOMPARE(sum(result, {"unmatched", "discarded", "quarantined", "held"}), 0);
  QCOMPARE(result["dropped"].toObject()["full"].toInteger(), 0);
  QCOMPARE(toldBad(ended.err), hostile.bad);

  Model found;
  const Rows rows(program.file());
  QSqlQuery query(QSqlDatabase::database("rows"));
  QVERIFY(query.exec("SELECT workspace_agent_id, key, collected_at, value, error FROM workspace_agent_metadata"));
  while (query.next())
    found[{query.value(0).toString(), query.value(1).toString()}] = {
        query.value(2).toLongLong(), query.value(3).toString(), query.value(4).toString()};
  QCOMPARE(found.size(), hostile.newest.size());
  for (const auto& [key, newest] : hostile.newest) {
    QCOMPARE(found[key].at, newest.at);
    QCOMPARE(found[key].value, newest.value);
    QCOMPARE(found[key].error, newest.error);
  }
}

void TestCliIngest::theResultHasEveryMemberInItsOrder() {
  Program program;
  const auto ended =
      program.run({"ingest", "--register", "--json", "--db", program.db()}, updateLine(1, "cpu", "a", kStart));
  QCOMPARE(ended.status, 0);
  // The order of the specification, "The result", compared line by line; then the additions of
  // docs/programs.md, without `repeated`: the first value of a key says nothing.
  // clang-format off
  const QList<QByteArray> names = {
      "offered", "accepted", "coalesced", "stale", "dropped", "full", "agent_full", "closed",
      "unchanged", "written", "unmatched", "rows_stale",
      "quarantined", "discarded", "spooled", "held", "rejected_lines", "refused_items", "sanitized", "flushes",
      "capacity", "scheduled", "shutdown", "flush_failures", "chunks", "notify_bytes", "publish_errors", "seconds",
      "updates_per_s", "db_writes_per_s", "notifies_per_s", "unbatched", "db_writes_per_s", "notifies_per_s", "saved",
      "delay_s", "p50", "p90", "p99", "max", "digest", "flush_s", "p50", "p99", "store", "chosen", "batch_size",
      "queue_capacity", "queue_bytes", "interval_s", "writers", "writing", "form"};
  // clang-format on
  qsizetype at = 0;
  for (const QByteArray& name : names) {
    const qsizetype next = ended.out.indexOf("\"" + name + "\":", at);
    QVERIFY2(next >= at, name.constData());
    at = next + 1;
  }
  QCOMPARE(ended.out.count("\":"), names.size());
  const QJsonObject result = resultOf(ended);
  QCOMPARE(result["written"].toInteger(), 1);
  QCOMPARE(result["chunks"].toInteger(), 1);
  QCOMPARE(result["notify_bytes"].toInteger(), 22);
  QCOMPARE(result["flushes"].toObject()["shutdown"].toInteger(), 1);
}

void TestCliIngest::reportsAreHeldToTheirLimits() {
  Program program;
  QJsonArray items = {QJsonObject{{"key", "big"}, {"value", QString(2049, 'v')}},
                      QJsonObject{{"key", QString(128, 'k')}, {"value", "x"}},
                      QJsonObject{{"key", "cpu"}, {"value", QString::fromUtf8("a\0b", 3)}}};
  QByteArray input = lineOf({{"agent", agentOf(1)}, {"metadata", items}});
  QJsonArray many;
  for (int i = 0; i < 62; ++i) many.append(QJsonObject{{"key", QString("%1").arg(i, 100, 10, QChar('0'))}});
  input += lineOf({{"agent", agentOf(2)}, {"metadata", many}});
  const auto ended = program.run({"ingest", "--register", "--json", "--db", program.db()}, input);
  QCOMPARE(ended.status, 0);
  const QJsonObject result = resultOf(ended);
  checkIdentity(result);
  QCOMPARE(result["refused_items"].toInteger(), 1);
  QCOMPARE(result["sanitized"].toInteger(), 1);
  QCOMPARE(result["offered"].toInteger(), 2 + 61);
  QVERIFY2(ended.err.contains("line 1: metadata key of 128 characters exceeded 127 characters"), ended.err.constData());
  QVERIFY2(ended.err.contains("line 2: metadata keys of 6200 bytes exceeded 6144 bytes"), ended.err.constData());
  QCOMPARE(Rows(program.file()).of("SELECT length(value), error FROM workspace_agent_metadata WHERE key='big'"),
           QStringList{"2048|value of 2049 bytes exceeded 2048 bytes"});
}

void TestCliIngest::withoutRegisterTheRowsAreUnmatched() {
  Program program;
  const auto ended = program.run({"ingest", "--json", "--db", program.db()}, updateLine(1, "cpu", "a", kStart));
  QCOMPARE(ended.status, 3);
  QCOMPARE(resultOf(ended)["unmatched"].toInteger(), 1);
}

void TestCliIngest::notificationsGoToDecode() {
  Program program;
  const auto ended = program.run({"ingest", "--register", "--print-notifications", "--db", program.db()},
                                 updateLine(1, "cpu", "a", kStart) + updateLine(2, "cpu", "a", kStart));
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.err.contains("written 2"), ended.err.constData());
  Program decoder;
  QCOMPARE(decoder.run({"decode"}, ended.out).out, (agentOf(1) + "\n" + agentOf(2) + "\n").toUtf8());
}

void TestCliIngest::anInterruptWritesWhatIsHeld_data() {
  QTest::addColumn<int>("signal");
  QTest::newRow("Ctrl-C") << SIGINT;
  QTest::newRow("SIGTERM") << SIGTERM;
}

void TestCliIngest::anInterruptWritesWhatIsHeld() {
  QFETCH(int, signal);
  Program program;
  program.start({"ingest", "--register", "--json", "--interval", "1h", "--db", program.db()});
  program.process.write(updateLine(1, "cpu", "a", kStart) + updateLine(2, "cpu", "b", kStart) + "bad\n");
  QVERIFY(program.hasSaid("line 3: "));  // so the two before it are held
  program.signal(signal);
  QVERIFY(program.process.waitForFinished(60'000));
  const auto ended = program.end();
  QCOMPARE(ended.status, 130);
  QCOMPARE(resultOf(ended)["written"].toInteger(), 2);
  QCOMPARE(Rows(program.file()).of("SELECT value FROM workspace_agent_metadata ORDER BY value"),
           (QStringList{"a", "b"}));
}

void TestCliIngest::aSecondInterruptLeavesAtOnceAndReportsTheLoss() {
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  const Rows rows(program.file());
  rows.of("BEGIN IMMEDIATE");
  program.start(
      {"ingest", "--register", "--json", "--interval", "1h", "--final-flush-timeout", "10m", "--db", program.db()});
  program.process.write(updateLine(1, "cpu", "a", kStart) + updateLine(2, "cpu", "b", kStart) + "bad\n");
  QVERIFY(program.hasSaid("line 3: "));
  program.signal(SIGINT);
  QVERIFY(program.hasSaid("stopping"));
  program.signal(SIGINT);
  QVERIFY(program.process.waitForFinished(60'000));
  const auto ended = program.end();
  QCOMPARE(ended.status, 130);
  QVERIFY2(ended.err.contains("left at once: 2 entries"), ended.err.constData());
}

void TestCliIngest::aLockedFileKeepsHeldEntriesAndIsReported() {
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  const Rows rows(program.file());
  rows.of("BEGIN IMMEDIATE");
  const auto ended =
      program.run({"ingest", "--register", "--json", "--final-flush-timeout", "300ms", "--db", program.db()},
                  updateLine(1, "cpu", "a", kStart) + updateLine(2, "cpu", "b", kStart));
  QCOMPARE(ended.status, 3);
  checkIdentity(resultOf(ended));
  QCOMPARE(resultOf(ended)["held"].toInteger(), 2);
  QVERIFY2(ended.err.contains("not written: 2 entries"), ended.err.constData());
  QVERIFY2(ended.err.contains(program.file().toUtf8()) && ended.err.contains("lock"), ended.err.constData());
}

void TestCliIngest::aLockThatEndsLosesNothing() {
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  const Rows rows(program.file());
  rows.of("BEGIN IMMEDIATE");
  program.start({"ingest", "--register", "--json", "--interval", "1ms", "--db", program.db()});
  QByteArray stream;
  for (int i = 0; i < 1000; ++i) stream += updateLine(static_cast<unsigned>(i), "cpu", QString::number(i), kStart);
  program.process.write(stream + "bad\n");
  QVERIFY(program.hasSaid("line 1001: "));
  rows.of("COMMIT");
  const auto ended = program.end();
  QCOMPARE(ended.status, 3);  // for the bad line
  QCOMPARE(resultOf(ended)["written"].toInteger(), 1000);
  QCOMPARE(rows.of("SELECT count(*) FROM workspace_agent_metadata WHERE value != ''"), QStringList{"1000"});
}

void TestCliIngest::aDamagedFileFailsBeforeAnyWork() {
  Program program;
  QFile file(program.file());
  QVERIFY(file.open(QFile::WriteOnly));
  file.write(QByteArray(10'000, '?'));
  file.close();
  const auto ended = program.run({"ingest", "--register", "--db", program.db()}, updateLine(1, "cpu", "a", kStart));
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains(program.file().toUtf8()) && ended.err.contains("not a SQLite database"),
           ended.err.constData());
}

void TestCliIngest::aReadOnlyFileFailsBeforeAnyWork() {
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  program.executable = program.home.filePath("metabatch");  // `nobody` may not read root's folders
  QVERIFY(QFile::copy(METABATCH_PROGRAM, program.executable));
  QFile::setPermissions(program.file(), QFile::Permissions(0x4444));
  QFile::setPermissions(program.home.path(), QFile::Permissions(0x5555));
  program.process.setChildProcessModifier([] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(99);
  });
  const auto ended = program.run({"ingest", "--register", "--db", program.db()}, updateLine(1, "cpu", "a", kStart));
  QFile::setPermissions(program.home.path(), QFile::Permissions(0x7777));
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("writable"), ended.err.constData());
}

void TestCliIngest::aFileHasOneWriter() {
  Program program;
  const auto refused = program.run({"ingest", "--db", program.db(), "--writers", "2"});
  QCOMPARE(refused.status, 2);
  QVERIFY2(refused.err.contains("a SQLite file has one writer"), refused.err);
  Program one;
  QCOMPARE(
      one.run({"ingest", "--db", one.db(), "--register", "--writers", "1"}, updateLine(1, "k", "v", kStart)).status, 0);
}

QTEST_GUILESS_MAIN(TestCliIngest)
#include "tst_cli_ingest.moc"
