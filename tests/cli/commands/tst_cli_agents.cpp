// SPDX-License-Identifier: Apache-2.0
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include "cli/program.hpp"

class TestCliAgents : public QObject {
  Q_OBJECT
 private slots:
  void agentsAreAddedListedAndRemoved();
  void keysAreDescribedOnceForAllOrOneByOne();
  void misuseOfAgentsIsRefusedBeforeAnythingIsDone_data();
  void misuseOfAgentsIsRefusedBeforeAnythingIsDone();
  void listsAreOneObjectALine();
};

void TestCliAgents::agentsAreAddedListedAndRemoved() {
  Program program;
  const auto added = program.run({"agents", "add", "--key", "cpu", "--key", "mem", "--db", program.db()});
  QCOMPARE(added.status, 0);
  const auto token =
      QRegularExpression("^agent ([0-9a-f-]{36})\ntoken ([0-9a-f-]{36})\n$").match(QString::fromUtf8(added.out));
  QVERIFY2(token.hasMatch(), added.out.constData());
  QVERIFY(!added.err.contains(token.captured(2).toUtf8()));
  const auto listed = Program().run({"agents", "list", "--db", program.db()});
  QCOMPARE(listed.out, token.captured(1).toUtf8() + " cpu mem\n");
  QCOMPARE(Program().run({"agents", "remove", token.captured(1), "--db", program.db()}).status, 0);
  QCOMPARE(Program().run({"agents", "remove", token.captured(1), "--db", program.db()}).status, 1);
  QCOMPARE(Rows(program.file()).of("SELECT count(*) FROM workspace_agent_metadata"), QStringList{"0"});
  QCOMPARE(Program().run({"agents", "add", "--db", program.db()}).status, 2);
  QCOMPARE(Program().run({"agents", "remove", "x", "--db", program.db()}).status, 2);
}

void TestCliAgents::keysAreDescribedOnceForAllOrOneByOne() {
  Program program;
  const QString id = "00010203-0405-4607-8809-0a0b0c0d0e0f";
  const auto add = [&](const QStringList& more) {
    return Program()
        .run(QStringList{"agents", "add", id, "--key", "cpu", "--key", "mem", "--db", program.db()} + more)
        .status;
  };
  const auto rows = [&] {
    return Rows(program.file())
        .of("SELECT key || '|' || display_name || '|' || script || '|' || interval || '|' || timeout "
            "|| '|' || display_order FROM workspace_agent_metadata ORDER BY display_order, key");
  };
  QCOMPARE(add({"--interval", "10s", "--display-name", "Processor", "--display-name", "Memory", "--order", "2",
                "--order", "1"}),
           0);
  QCOMPARE(rows(), (QStringList{"mem|Memory||10|0|1", "cpu|Processor||10|0|2"}));
  QCOMPARE(add({"--script", "top; free", "--timeout", "1m", "--interval", "0"}), 0);  // the rest stays as it was
  QCOMPARE(rows(), (QStringList{"mem|Memory|top; free|0|60|1", "cpu|Processor|top; free|0|60|2"}));
}

void TestCliAgents::misuseOfAgentsIsRefusedBeforeAnythingIsDone_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("no keys") << QStringList{"add"} << QByteArray("which keys");
  QTest::newRow("a key twice") << QStringList{"add", "--key", "cpu", "--key", "cpu"} << QByteArray("given twice");
  QTest::newRow("an empty key") << QStringList{"add", "--key="} << QByteArray("");
  QTest::newRow("a key too long") << QStringList{"add", "--key", QString(128, 'k')} << QByteArray("longer than 127");
  QTest::newRow("a bad agent") << QStringList{"add", "00010203", "--key", "cpu"} << QByteArray("not a UUID");
  QTest::newRow("remove whom?") << QStringList{"remove"} << QByteArray("which agent?");
  QTest::newRow("remove a key") << QStringList{"remove", "00010203-0405-4607-8809-0a0b0c0d0e0f", "--key", "cpu"}
                                << QByteArray("takes no --key");
  QTest::newRow("list one") << QStringList{"list", "00010203-0405-4607-8809-0a0b0c0d0e0f"}
                            << QByteArray("it lists all");
  const QStringList two = {"add", "--key", "cpu", "--key", "mem", "--key", "disk"};
  QTest::newRow("two of three") << two + QStringList{"--order", "1", "--order", "2"}
                                << QByteArray("once for each --key");
  QTest::newRow("half a second") << two + QStringList{"--interval", "500ms"} << QByteArray("whole number of seconds");
  QTest::newRow("no time") << two + QStringList{"--timeout", "soon"} << QByteArray("--timeout: 'soon'");
  QTest::newRow("a name too long") << two + QStringList{"--display-name", QString(128, 'n')}
                                   << QByteArray("--display-name is longer than 127");
  QTest::newRow("list a name") << QStringList{"list", "--display-name", "x"} << QByteArray("nothing about keys");
  QTest::newRow("nothing like it") << QStringList{"rename"} << QByteArray("rename");
}

void TestCliAgents::misuseOfAgentsIsRefusedBeforeAnythingIsDone() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, said);
  Program program;
  const auto ended = program.run(QStringList{"agents"} + arguments + QStringList{"--db", program.db()});
  QVERIFY2(ended.err.contains(said), ended.err.constData());
  QCOMPARE(ended.status, 2);
  QCOMPARE(ended.out, QByteArray());
  QVERIFY(!QFile::exists(program.file()));
}

void TestCliAgents::listsAreOneObjectALine() {
  Program program;
  const QString id = "00010203-0405-4607-8809-0a0b0c0d0e0f";
  const auto first = program.run({"agents", "add", id, "--key", "b\"c", "--key", "a", "--json", "--db", program.db()});
  QCOMPARE(first.status, 0);
  const QString token = QJsonDocument::fromJson(first.out).object()["token"].toString();
  const auto again = Program().run({"agents", "add", id, "--key", "d", "--json", "--db", program.db()});
  QVERIFY(QJsonDocument::fromJson(again.out).object()["token"].toString() != token);  // a new one; the keys stay
  const auto listed = Program().run({"agents", "list", "--json", "--db", program.db()});
  QCOMPARE(listed.out, "{\"agent\":\"" + id.toUtf8() + "\",\"keys\":[\"a\",\"b\\\"c\",\"d\"]}\n");
  QCOMPARE(Program().run({"agents", "remove", id, "--db", program.db()}).status, 0);
  QCOMPARE(Program().run({"agents", "list", "--json", "--db", program.db()}).out, QByteArray());
}

QTEST_GUILESS_MAIN(TestCliAgents)
#include "tst_cli_agents.moc"
