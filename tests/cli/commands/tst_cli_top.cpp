// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "cli/serving.hpp"

/// `metabatch top` with a service, without one, and in a terminal.
class TestCliTop : public QObject {
  Q_OBJECT
 private slots:
  void topShowsWhatRuns();
  void topWithoutAServiceReportsIt();
  void topSendsTheTokenThatTheMetricsNeed();
  void topOutlivesTheServiceItWatches();
  void topLeavesTheTerminalAsItWas_data();
  void topLeavesTheTerminalAsItWas();

 private:
  QTemporaryDir home_;
};

void TestCliTop::topShowsWhatRuns() {
  const QString db = home_.filePath("m.db").prepend("sqlite:");
  const AddedAgent agent = AddedAgent::to(db);
  Serving serving(db);
  QVERIFY(serving.start({"--interval", "20ms"}));
  Client client(serving.port());
  client.send(agent.report("1"));
  QCOMPARE(answer_from(client).status, 204);
  const Rows rows(home_.filePath("m.db"));
  QVERIFY(QTest::qWaitFor([&] { return rows.of("SELECT value FROM workspace_agent_metadata") == QStringList{"1"}; },
                          20'000));
  const QString address = QString("127.0.0.1:%1").arg(serving.port());
  const auto text = Program().run({"top", address, "--once", "--every", "100ms"});
  QCOMPARE(text.status, 0);
  QVERIFY2(text.out.startsWith("metabatch ") && text.out.contains("at http://" + address.toUtf8() + "/metrics\n"),
           text.out);
  QVERIFY2(text.out.contains("agents 1 ") && !text.out.contains('\x1b') && !text.out.contains("\n!"), text.out);
  QJsonObject json;
  const auto flushed = [&] {  // the row is there a moment before the flush is counted
    const auto once = Program().run({"top", address, "--once", "--json", "--every", "100ms"});
    json = QJsonDocument::fromJson(once.out).object();
    return json["total"].toObject()["flushed"].toInt();
  };
  QVERIFY(QTest::qWaitFor([&] { return flushed() == 1; }, 60'000));
  QCOMPARE(json["now"].toObject()["agents"].toInt(), 1);
  QCOMPARE(json["is_reached"].toBool(), true);
  QVERIFY(json["per_second"].toObject()["reports"].isDouble());
  QCOMPARE(json["now"].toObject()["notify_queue_usage"].toDouble(-1), 0.0);
}

void TestCliTop::topWithoutAServiceReportsIt() {
  const auto nobody = Program().run({"top", "127.0.0.1:1", "--once"});
  QCOMPARE(nobody.status, 1);
  QVERIFY2(nobody.err.contains("http://127.0.0.1:1/metrics: "), nobody.err);
  QCOMPARE(nobody.out, QByteArray());
  for (const QStringList& wrong : {QStringList{"ftp://x"}, QStringList{"127.0.0.1:port"}, QStringList{"--every", "1us"},
                                   QStringList{"--ca", "/no/such"}, QStringList{"--metric-prefix", "a b"}})
    QCOMPARE(Program().run(QStringList{"top"} + wrong).status, 2);
  const auto secret = Program().run({"top", "http://me:hush@127.0.0.1:1/metrics", "--once"});
  QVERIFY2(!secret.err.contains("hush"), secret.err);
}

void TestCliTop::topSendsTheTokenThatTheMetricsNeed() {
  const QString tokens = home_.filePath("tokens"), others = home_.filePath("others");
  for (const QString& name : {tokens, others}) {
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(name == tokens ? "\xEF\xBB\xBF# two\r\n\r\n  the-first-of-the-tokens \r\nthe-second-of-the-tokens\r\n"
                              : "the-token-of-another-service\n");
  }
  Serving serving(home_.filePath("token.db").prepend("sqlite:"));
  QVERIFY(serving.start({"--metrics-token-file", tokens}));
  const auto top = [&](const QStringList& more) {
    const QString address = QString("127.0.0.1:%1").arg(serving.port());
    return Program().run(QStringList{"top", address, "--once", "--every", "100ms"} + more);
  };
  for (const QStringList& wrong : {QStringList{}, QStringList{"--token-file", others}}) {
    const auto refused = top(wrong);
    QCOMPARE(refused.status, 1);
    QVERIFY2(refused.err.contains("HTTP status 401"), refused.err);
  }
  const auto shown = top({"--token-file", tokens});
  QVERIFY2(shown.status == 0, shown.err);
  QCOMPARE(top({"--token-file", "/no/such"}).status, 2);
}

void TestCliTop::topOutlivesTheServiceItWatches() {
  Serving serving(home_.filePath("top.db").prepend("sqlite:"));
  QVERIFY(serving.start());
  Program top;
  top.start({"top", QString("127.0.0.1:%1").arg(serving.port()), "--json", "--every", "100ms"});
  const auto sees = [&](const QByteArray& words) {
    while (!top.seen_out.contains(words)) {
      top.process.setReadChannel(QProcess::StandardOutput);
      if (!top.process.waitForReadyRead(20'000)) return false;
      top.seen_out += top.process.readAllStandardOutput();
    }
    top.seen_out.clear();
    return true;
  };
  QVERIFY(sees("\"is_reached\":true"));
  serving.kill();
  QVERIFY(sees("\"is_reached\":false"));
  QVERIFY(serving.start());
  QVERIFY(sees("\"is_reached\":true"));
  top.signal(SIGINT);
  QCOMPARE(top.end().status, 130);
}

void TestCliTop::topLeavesTheTerminalAsItWas_data() {
  QTest::addColumn<QByteArray>("keys");
  QTest::addColumn<QString>("colour");
  QTest::addColumn<int>("status");
  QTest::newRow("q") << QByteArray("q") << "" << 0;
  QTest::newRow("Ctrl-C") << QByteArray("\x03") << "" << 130;
  QTest::newRow("without colour") << QByteArray("q") << "1" << 0;
}

// `script` gives the program a terminal of its own; `stty` then shows its final state.
void TestCliTop::topLeavesTheTerminalAsItWas() {
  QFETCH(QByteArray, keys);
  QFETCH(QString, colour);
  QFETCH(int, status);
  Program program;
  program.set("TERM", "xterm");
  program.set("NO_COLOR", colour);
  const QString top = program.executable + " top 127.0.0.1:1 --every 100ms";
  program.executable = "script";
  program.start({"-qc", "stty -a; trap '' INT; " + top + "; echo status $?; stty -a", "/dev/null"});
  program.process.setReadChannel(QProcess::StandardOutput);
  while (!program.seen_out.contains("q ends")) {
    QVERIFY2(program.process.waitForReadyRead(20'000), program.seen_out.constData());
    program.seen_out += program.process.readAllStandardOutput();
  }
  program.process.write(keys);
  QByteArray out = program.end().out;
  QVERIFY2(out.contains("! no answer: "), out.constData());
  QVERIFY2(out.contains("status " + QByteArray::number(status)), out.constData());
  QCOMPARE(out.contains("\x1b[1m"), colour.isEmpty());
  const qsizetype entered = out.indexOf("\x1b[?1049h"), left = out.indexOf("\x1b[?25h\x1b[?1049l");
  QVERIFY(entered > 0 && left > entered);
  const QByteArray before = out.left(entered), after = out.mid(out.indexOf("status "));
  QCOMPARE(after.mid(after.indexOf('\n') + 1), before);
}

QTEST_GUILESS_MAIN(TestCliTop)
#include "tst_cli_top.moc"
