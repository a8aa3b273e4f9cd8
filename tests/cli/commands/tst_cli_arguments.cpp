// SPDX-License-Identifier: Apache-2.0
// The contents of flags, environment and files, and how a terminal shows them.
#include <QTest>
#include <filesystem>

#include "cli/program.hpp"
#include "cli/pty_program.hpp"

namespace {

constexpr const char* kLine =
    R"({"agent":"00000000-0000-4000-8000-000000000001","key":"a","value":"1","error":"","collected_at":"2026-01-01T00:00:00Z"})"
    "\n";

QString written(const Program& program, const QString& name, const QByteArray& text) {
  QFile file(program.home.filePath(name));
  (void)(file.open(QFile::WriteOnly) && file.write(text) >= 0);
  return file.fileName();
}

}  // namespace

class TestCliArguments : public QObject {
  Q_OBJECT
 private slots:
  void anEmptyDatabaseIsRefused_data();
  void anEmptyDatabaseIsRefused();
  void anEmptyVariableIsRefusedForTheDatabaseOnly();
  void aConfigFileOfAnotherSystemIsRead_data();
  void aConfigFileOfAnotherSystemIsRead();
  void aWrongConfigFileIsRefusedByLineAndColumn_data();
  void aWrongConfigFileIsRefusedByLineAndColumn();
  void aPathIsBytes();
  void foreignBytesReachNoTerminal();
  void aDumbTerminalGetsNoSequences();
};

void TestCliArguments::anEmptyDatabaseIsRefused_data() {
  QTest::addColumn<QStringList>("arguments");
  for (const char* const command : {"ingest", "run", "serve", "listen", "doctor", "init-db"}) {
    QTest::addRow("%s, a word", command) << QStringList{command, "--db", ""};
    QTest::addRow("%s, a blank", command) << QStringList{command, "--db", " "};
  }
  QTest::newRow("agents") << QStringList{"agents", "list", "--db", ""};
}

void TestCliArguments::anEmptyDatabaseIsRefused() {
  QFETCH(QStringList, arguments);
  Program program;
  const auto ended = program.run(arguments);
  QCOMPARE(ended.status, 2);
  QVERIFY2(ended.err.contains("--db: the address is empty"), ended.err);
  QVERIFY(!std::filesystem::exists(program.home.filePath(".local").toStdString()));
}

void TestCliArguments::anEmptyVariableIsRefusedForTheDatabaseOnly() {
  Program program;
  program.set("METABATCH_DB", "");
  const auto ended = program.run({"ingest", "--register"}, kLine);
  QCOMPARE(ended.status, 2);
  QVERIFY2(ended.err.contains("METABATCH_DB is empty"), ended.err);
  Program other;
  other.set("METABATCH_INTERVAL", "");
  QCOMPARE(other.run({"ingest", "--register", "--db", other.db()}, kLine).status, 0);
}

void TestCliArguments::aConfigFileOfAnotherSystemIsRead_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("byte order mark") << QByteArray(
      "\xEF\xBB\xBF"
      "batch-size = 7\n");
  QTest::newRow("CRLF") << QByteArray("# a comment\r\n\r\nbatch_size = 7\r\n[ingest]\r\njson = true\r\n");
  QTest::newRow("no line end") << QByteArray("batch-size = \"7\"");
}

void TestCliArguments::aConfigFileOfAnotherSystemIsRead() {
  QFETCH(QByteArray, text);
  Program program;
  const auto ended = program.run({"serve", "--print-config", "--config", written(program, "c.toml", text)});
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.out.contains("batch-size = \"7\""), ended.out + ended.err);
}

void TestCliArguments::aWrongConfigFileIsRefusedByLineAndColumn_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("place");
  const auto row = [](const char* name, QByteArray text, QByteArray place) { QTest::newRow(name) << text << place; };
  row("no such setting", "interval = \"5s\"\n  batch = 7\n", ":2:3: no command has a setting 'batch'");
  row("no such setting of a command", "[run]\nlisten = \"x\"\n", ":2:1: no command has a setting 'run.listen'");
  row("no value", "db =\n", ":1:");
  row("an empty text", "\ndb = \"\"\n", ":2:6: 'db' has no value");
  row("a text without quotes", "interval = 5s\n", ":1:");
  row("a fraction", "batch-size = 1.5\n", ":1:14: 'batch-size' must be a text in quotes");
  row("UTF-16",
      "\xFF\xFE"
      "b",
      " is UTF-16; convert it");
}

void TestCliArguments::aWrongConfigFileIsRefusedByLineAndColumn() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, place);
  Program program;
  const auto ended = program.run({"ingest", "--config", written(program, "c.toml", text)});
  QCOMPARE(ended.status, 2);
  QVERIFY2(ended.err.contains("c.toml" + place), ended.err);
}

// The system's calls take bytes; a text conversion would give another name.
void TestCliArguments::aPathIsBytes() {
  const Program folder;
  const std::string log = folder.home.path().toStdString() + "/caf\xe9.log";
  PtyProgram program({"simulate", "--for", "1s", "--agents", "2", "--log", log},
                     {{"HOME", folder.home.path().toStdString()}});
  QVERIFY2(program.end() == 0, program.seen());
  QVERIFY(std::filesystem::exists(log));
}

void TestCliArguments::foreignBytesReachNoTerminal() {
  const Program folder;
  const std::string evil = "\x1b]0;owned\x07\xc2\x9b\xe2\x80\xae";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"ingest", folder.home.path().toStdString() + "/" + evil},
        {"run", "--" + evil},
        {"simulate", evil},
        {"listen", "--db", evil},
        {evil}}) {
    PtyProgram program(arguments, {{"HOME", folder.home.path().toStdString()}, {"TERM", "dumb"}});
    QVERIFY(program.end() != 0);
    const QByteArray& seen = program.seen();
    QVERIFY2(!seen.contains('\x1b') && !seen.contains('\x07') && !seen.contains("\xc2\x9b") &&
                 !seen.contains("\xe2\x80\xae"),
             seen.toPercentEncoding(" :-/"));
  }
}

void TestCliArguments::aDumbTerminalGetsNoSequences() {
  const Program folder;
  const std::string db = "sqlite:" + folder.home.path().toStdString() + "/m.db";
  const std::vector<std::string> arguments = {"run", "--agents", "5", "--every", "100ms", "--for", "1s", "--db", db};
  PtyProgram dumb(arguments, {{"TERM", "dumb"}});
  QVERIFY2(dumb.end() == 0, dumb.seen());
  QVERIFY2(!dumb.seen().contains('\x1b'), dumb.seen());
  PtyProgram able(arguments, {{"TERM", "xterm"}});
  QVERIFY2(able.end() == 0, able.seen());
  QVERIFY2(able.seen().contains("\x1b[K"), able.seen());
}

QTEST_GUILESS_MAIN(TestCliArguments)
#include "tst_cli_arguments.moc"
