// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include "cli/program.hpp"

/// `metabatch serve --print-config` prints what `--config` reads.
class TestServeConfig : public QObject {
  Q_OBJECT
 private slots:
  void theSettingsArePrintedWithoutSecrets();
  void whatIsPrintedIsAConfigFile();
  void everyOptionIsPrintedAndReadAgain();
  void secretsAreNotPrinted();
  void quotesSurviveTheFile_data();
  void quotesSurviveTheFile();
};

namespace {

void write(const QString& name, const QByteArray& text) {
  QFile file(name);
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) qFatal("cannot write a file");
}

const QString kQuoted = R"(a "b" \ 'c')";

const QMap<QString, QStringList> kNotDefaults = {
    {"db",
     {R"(host=/run/pg port=6432 dbname=d user=u sslmode=verify-full sslrootcert=/ca.pem options='-c a="b\'c"')"
      " target_session_attrs=read-write application_name='a=b & c'"}},
    {"listen", {"[::1]:7282"}},
    {"metrics-listen", {"[::1]:7281"}},
    {"allowed-host", {"one", "two"}},
    {"relay", {"https://plane.example"}},
    {"relay-metadata", {"true"}},
    {"writers", {"3"}},
    {"pubsub", {"database+nats://n1,n2:4223"}},
    {"nats-subject", {"a.b"}},
    {"nats-creds", {"FILE"}},
    {"nats-ca", {"FILE"}},
    {"nats-cert", {"FILE"}},
    {"nats-key", {"FILE"}},
    {"spool", {kQuoted}},
    {"tls-cert", {"/c " + kQuoted}},
    {"tls-key", {"/k"}},
    {"tls-min-version", {"1.3"}},
    {"tls-ciphers", {"ECDHE+AESGCM:!SHA1"}},
    {"tls-client-ca", {"/ca"}},
    {"threads", {"3"}},
    {"max-connections", {"7"}},
    {"max-streams-per-agent", {"8"}},
    {"max-body-bytes", {"2048"}},
    {"max-connections-per-address", {"8"}},
    {"trusted-proxy", {"10.0.0.1", "fd00::1"}},
    {"socket-mode", {"0600"}},
    {"drain-grace", {"4s"}},
    {"metric-prefix", {"x_"}},
    {"log-format", {"json"}},
    {"access-log", {"9"}},
    {"token-refresh", {"90s"}},
    {"watch-token-file", {"/w"}},
    {"metrics-token-file", {"/m"}},
    {"user-sessions", {"true"}},
    {"ui", {"true"}},
    {"batch-size", {"501"}},
    {"interval", {"6s"}},
    {"queue", {"fifo"}},
    {"queue-capacity", {"100001"}},
    {"batch-bytes", {"1048577"}},
    {"agent-capacity", {"1025"}},
    {"queue-bytes", {"268435457"}},
    {"suppress-unchanged", {"1m"}},
    {"suppress-capacity", {"1000001"}},
    {"schedule", {"after_flush"}},
    {"ties", {"keep_last"}},
    {"on-failure", {"discard"}},
    {"final-flush-timeout", {"16s"}},
    {"max-payload-bytes", {"7000"}},
    {"channel", {"c'h"}}};

/// A value for each option that is not its default; `file` is one that exists.
QMap<QString, QStringList> not_defaults(const QString& file) {
  QMap<QString, QStringList> given = kNotDefaults;
  for (QStringList& values : given) values.replaceInStrings("FILE", file);
  return given;
}

}  // namespace

void TestServeConfig::theSettingsArePrintedWithoutSecrets() {
  Program program;
  program.set("METABATCH_INTERVAL", "7s");
  const auto ended = program.run({"serve", "--print-config", "--batch-size", "9", "--db", "postgres://u:hush@h/d"});
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.out.contains("interval = \"7s\"\n") && ended.out.contains("batch-size = \"9\"\n"),
           ended.out.constData());
  QVERIFY(!ended.out.contains("hush") && !ended.err.contains("hush"));
  const auto whole = Program().run({"serve", "--print-config", "--db",
                                    "host=h dbname=d user=u password=hush sslmode=verify-full sslrootcert=/ca.pem "
                                    "target_session_attrs=read-write options='-c a=\"b\\'c\"'"});
  QVERIFY2(whole.out.contains("sslmode=verify-full") && whole.out.contains("sslrootcert=") &&
               whole.out.contains("target_session_attrs=read-write") && !whole.out.contains("hush"),
           whole.out.constData());
  const QString file = program.home.filePath("whole.toml");
  write(file, whole.out);
  QCOMPARE(Program().run({"serve", "--print-config", "--config", file}).out, whole.out);
}

void TestServeConfig::whatIsPrintedIsAConfigFile() {
  Program program;
  const QStringList given = {
      "serve", "--print-config", "--db", program.db(),     "--spool", "a \"b\\c",     "--access-log",
      "7",     "--allowed-host", "one",  "--allowed-host", "two",     "--log-format", "json"};
  const auto printed = program.run(given);
  QCOMPARE(printed.status, 0);
  for (const char* const line : {"access-log = \"7\"\n", "spool = 'a \"b\\c'\n", "log-format = \"json\"\n",
                                 "allowed-host = [\"one\", \"two\"]\n", "# tls-key = \"\"\n"})
    QVERIFY2(printed.out.contains(line), printed.out.constData());
  const QString file = program.home.filePath("printed.toml");
  write(file, printed.out);
  const auto again = Program().run({"serve", "--print-config", "--config", file});
  QCOMPARE(again.out, printed.out);
  Program environment;
  environment.set("METABATCH_ACCESS_LOG", "8");
  environment.set("METABATCH_SPOOL", "/var/lib/x");
  const auto layered = environment.run({"serve", "--print-config", "--config", file, "--access-log", "9"});
  QVERIFY2(layered.out.contains("access-log = \"9\"\n") && layered.out.contains("spool = \"/var/lib/x\"\n"),
           layered.out);
}

/// Each option has a value here that is not its default, and a new one is missed until it has one.
void TestServeConfig::everyOptionIsPrintedAndReadAgain() {
  Program program;
  const QString file = program.home.filePath("any file");
  write(file, "");
  const QMap<QString, QStringList> given = not_defaults(file);
  QStringList arguments = {"serve", "--print-config"};
  for (auto one = given.begin(); one != given.end(); ++one)
    for (const QString& value : one.value()) arguments += "--" + one.key() + "=" + value;
  const auto printed = program.run(arguments);
  QVERIFY2(printed.status == 0, printed.err.constData());
  const QByteArray defaults = Program().run({"serve", "--print-config"}).out;
  const auto line_of = [](const QByteArray& text, const QString& name) {
    const QRegularExpression line("^(# )?" + name + " = .*$", QRegularExpression::MultilineOption);
    return line.match(QString::fromUtf8(text)).captured(0);
  };
  const QString help = QString::fromUtf8(Program().run({"serve", "--help"}).out);
  const QRegularExpression option("^ +(?:-\\w,)?--([a-z0-9-]+)", QRegularExpression::MultilineOption);
  QSet<QString> options;
  for (auto found = option.globalMatch(help); found.hasNext();) options += found.next().captured(1);
  for (const char* const name : {"help", "config", "print-config"}) options.remove(name);
  for (const QString& name : options) {
    QVERIFY2(given.contains(name), qPrintable(name + " is not tested here"));
    const QString line = line_of(printed.out, name);
    QVERIFY2(!line.isEmpty() && !line.startsWith('#'), qPrintable(name + " is not printed"));
    QVERIFY2(line != line_of(defaults, name), qPrintable(name + " is printed as its default"));
  }
  QCOMPARE(options.size(), given.size());
  const QString config = program.home.filePath("whole.toml");
  write(config, printed.out);
  Program reader;
  reader.set("METABATCH_DRAIN_GRACE", "");  // the environment wins over the file
  const auto again = reader.run({"serve", "--print-config", "--config", config});
  QVERIFY2(again.status == 0, again.err.constData());
  QCOMPARE(again.out, printed.out);
}

void TestServeConfig::secretsAreNotPrinted() {
  Program program;
  program.set("METABATCH_PUBSUB", "nats://user:hush1@n1");
  program.set("PGPASSWORD", "hush2");
  const auto ended = program.run(
      {"serve", "--print-config", "--db", "host=h user=u password='hush3 \\'x' sslpassword=hush4 dbname=d"});
  QCOMPARE(ended.status, 0);
  QVERIFY2(!ended.out.contains("hush") && !ended.err.contains("hush"), ended.out.constData());
  QVERIFY(ended.out.contains("host=h"));
}

void TestServeConfig::quotesSurviveTheFile_data() {
  QTest::addColumn<QString>("value");
  for (const char* const value : {"plain", "a b", "'", "\"", "\\", "'\"", "\\'", "\\\"'", "'''", "\"\"\"", "a\tb",
                                  "a\nb", "#x", "[x]", "\xC3\xA4", "\x7F'", "true", "7"})
    QTest::newRow(QByteArray(value).toPercentEncoding().constData()) << QString::fromUtf8(value);
}

void TestServeConfig::quotesSurviveTheFile() {
  QFETCH(QString, value);
  Program program;
  const auto printed =
      program.run({"serve", "--print-config", "--spool=" + value, "--allowed-host=" + value, "--allowed-host=b"});
  QVERIFY2(printed.status == 0, printed.err.constData());
  QVERIFY(!printed.out.contains("# spool") && !printed.out.contains("# allowed-host"));
  const QString file = program.home.filePath("printed.toml");
  write(file, printed.out);
  program.seen_out.clear();
  const auto again = program.run({"serve", "--print-config", "--config", file});
  QVERIFY2(again.status == 0, again.err.constData());
  QCOMPARE(again.out, printed.out);
}

QTEST_GUILESS_MAIN(TestServeConfig)
#include "tst_serve_config.moc"
