// SPDX-License-Identifier: Apache-2.0
// `metabatch listen` against a real server: committed notifications, a stalled reader, and the end.
#include <sys/wait.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "cli/pg_program.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::test;

class TestPgListen : public QObject, protected PgProgram {
  Q_OBJECT

 private slots:
  void initTestCase() { begin(); }
  void cleanupTestCase() { end(); }

  void listenReportsTheSameReasonOnce() {
    Program listener;
    listener.start({"listen", "--db", QString(db_).replace("/postgres?", "/nosuch?"), "--for", "1500ms"});
    const auto ended = listener.end();
    QCOMPARE(ended.status, 1);
    QVERIFY2(ended.err.contains("never listened in 1500ms"), ended.err);
    QCOMPARE(ended.err.count("not listening"), 1);
    QVERIFY2(ended.err.contains("createdb NAME"), ended.err);
  }

  void listenPrintsWhatIsCommitted() {
    Program listener;
    listener.start({"listen", "--db", db_});
    QVERIFY(listener.hasSaid("listening"));
    session_->run(
        "SELECT pg_notify('workspace_agent_metadata_batch', repeat('AAAAAAAAAAAAAAAAAAAAAQ', 2) || "
        "'AAAAAAAAAAAAAAAAAAAAAg' || '!')");
    session_->run("SELECT pg_notify('workspace_agent_metadata_batch', 'garbage')");
    listener.process.setReadChannel(QProcess::StandardOutput);
    while (!listener.seen_out.contains("unreadable\n") && listener.seen_out.count('\n') < 2) {
      QVERIFY(listener.process.bytesAvailable() > 0 || listener.process.waitForReadyRead(20'000));
      listener.seen_out += listener.process.readAllStandardOutput();
    }
    listener.signal(SIGINT);
    const auto ended = listener.end();
    QCOMPARE(ended.status, 130);
    QVERIFY2(ended.out.contains("67 bytes  2 ids, 1 duplicate, 1 unreadable"), ended.out);
    QVERIFY2(ended.out.contains("00000000-0000-0000-0000-000000000001 00000000-0000-0000-0000-000000000002"),
             ended.out);
    QVERIFY2(ended.out.contains("7 bytes  0 ids, 1 unreadable"), ended.out);
  }

  // While nobody reads stdout, the server's queue is emptied nevertheless.
  void listenThatNobodyReadsReportsWhatItDropped() {
    Program listener;
    listener.start({"listen", "--db", db_, "--json"});
    std::vector<QJsonObject> events;
    qsizetype taken = 0;  // of seen_out
    std::size_t payloads = 0, lost = 0;
    const auto take_lines = [&] {
      for (qsizetype end = 0; (end = listener.seen_out.indexOf('\n', taken)) >= 0; taken = end + 1) {
        events.push_back(object(listener.seen_out.mid(taken, end - taken)));
        payloads += events.back()["event"] == "payload" ? 1 : 0;
        lost += static_cast<std::size_t>(events.back()["lost"].toInt());  // 0 when the line is no marker
      }
    };
    const auto read_until = [&](const auto& is_there) {
      for (take_lines(); !is_there(); take_lines()) {
        if (listener.process.bytesAvailable() == 0 && !listener.process.waitForReadyRead(20'000)) return false;
        listener.seen_out += listener.process.readAllStandardOutput();
      }
      return true;
    };
    QVERIFY(read_until([&] { return !events.empty() && events.back()["event"] == "resync"; }));
    events.clear();
    session_->run(
        "SELECT count(pg_notify('workspace_agent_metadata_batch', i || repeat('A', 440))) FROM generate_series(1, "
        "12000) i");
    QVERIFY(becomes(*session_, "SELECT pg_notification_queue_usage() = 0", "t"));
    // There can be a second marker, for notifications that the listener had still to receive.
    QVERIFY2(read_until([&] { return payloads + lost >= 12'000; }), "some were neither printed nor counted");
    QCOMPARE(payloads + lost, std::size_t{12'000});
    QVERIFY(lost > 0);
    session_->run("SELECT pg_notify('workspace_agent_metadata_batch', 'AAAAAAAAAAAAAAAAAAAAAQ')");
    QVERIFY(read_until([&] { return payloads + lost > 12'000; }));
    listener.signal(SIGINT);
    QCOMPARE(listener.end().status, 130);
    QCOMPARE(events.back()["ids"].toArray()[0].toString(), QString("00000000-0000-0000-0000-000000000001"));
    const auto marker =
        std::find_if(events.begin(), events.end(), [](const auto& one) { return one["event"] == "dropped"; });
    QVERIFY(marker - events.begin() >= 4096);
    QCOMPARE(marker[1]["event"].toString(), QString("resync"));
  }

  void listenEndsAtTheSecondRequestThoughNobodyReads() {
    Program listener;
    listener.start({"listen", "--db", db_, "--json"});
    QVERIFY(becomes(*session_,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metabatch-listen' AND query LIKE "
                    "'%pg_notify%' AND state = 'idle'",
                    "1"));
    session_->run(
        "SELECT count(pg_notify('workspace_agent_metadata_batch', i || repeat('A', 440))) FROM generate_series(1, "
        "12000) i");
    QVERIFY(becomes(*session_, "SELECT pg_notification_queue_usage() = 0", "t"));
    listener.signal(SIGINT);
    QVERIFY(
        becomes(*session_, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metabatch-listen'", "0"));
    const pid_t pid = static_cast<pid_t>(listener.process.processId());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    siginfo_t ended{};
    while (ended.si_pid == 0 && std::chrono::steady_clock::now() < deadline) {
      listener.signal(SIGINT);
      QVERIFY(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0);
    }
    QCOMPARE(ended.si_pid, pid);
    QCOMPARE(listener.end().status, 130);
  }

  void listenAsJsonEndsAfterItsTime() {
    const auto ended = Program().run({"listen", "--db", db_, "--for", "300ms", "--json"});
    QCOMPARE(ended.status, 0);
    QCOMPARE(object(ended.out.split('\n').first())["event"].toString(), QString("resync"));
  }
};

QTEST_GUILESS_MAIN(TestPgListen)
#include "tst_pg_listen.moc"
