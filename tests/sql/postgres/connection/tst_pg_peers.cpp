// SPDX-License-Identifier: Apache-2.0
// Both ends of a connection that breaks. The server's last message is reported, its notices reach
// the log, and a server process that lost its client holds no lock. No decision depends on the
// words of a message.
#include <libpq-fe.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QTest>
#include <fstream>
#include <memory>

#include "sql/postgres/pg_schema.hpp"
#include "support/net/free_port.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kWriters =
    "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE application_name = 'metabatch'";

/// Whether a process that was stopped has a SIGTERM waiting for it.
bool is_told_to_end(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("ShdPnd:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1) != 0;
  return false;
}

}  // namespace

class TestPgPeers : public QObject, protected PgScene {
  Q_OBJECT

  int port_ = 0;
  std::vector<std::string> notices_;
  PgOptions recording_options(const std::string& address) {
    PgOptions options = options_at(address);
    options.on_notice = [this](const std::string& text, bool is_debug) {
      notices_.push_back((is_debug ? "debug: " : "") + text);
    };
    return options;
  }
  static std::vector<Update> one_entry() {
    static const Entries entries = std::move(Entries().add(agent_number(1), "k0", "v"));
    return entries.sorted();
  }

 private slots:
  void initTestCase() {
    port_ = free_port();
    cluster_ = std::make_unique<PgCluster>(std::vector<std::string>{"listen_addresses='127.0.0.1'"});
    cluster_->use_port(port_);
    cluster_->start();
    listen_in();
    session_->run("CREATE ROLE writer LOGIN");
  }
  void cleanupTestCase() { end(); }
  void init() {
    notices_.clear();
    make_table(2, 1);
    session_->run("GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO writer");
  }

  void lastWordsOfTheServerAreReported() {
    PgStore store(recording_options(cluster_->address()));
    QCOMPARE(store.flush(one_entry(), {}).failure, FailureClass::none);
    session_->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metabatch'");
    QVERIFY(becomes(*session_, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metabatch'", "0"));
    const FlushOutcome outcome = store.flush(one_entry(), {});
    QCOMPARE(outcome.failure, FailureClass::connection);
    QCOMPARE(QString::fromStdString(outcome.sqlstate), QString("57P01"));
    QVERIFY2(outcome.message.find("administrator command") != std::string::npos, outcome.message.c_str());
    QCOMPARE(store.flush(one_entry(), {}).failure, FailureClass::none);
  }

  void idleTimeoutIsReportedAsSuch() {
    session_->run("ALTER ROLE writer SET idle_session_timeout = '50ms'");
    PgStore store(recording_options(cluster_->address("writer")));
    QCOMPARE(store.flush(one_entry(), {}).failure, FailureClass::none);
    QVERIFY(becomes(*session_, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metabatch'", "0"));
    QCOMPARE(QString::fromStdString(store.flush(one_entry(), {}).sqlstate), QString("57P05"));
    session_->run("ALTER ROLE writer RESET idle_session_timeout");
  }

  void noticesReachTheLog() {
    session_->run("ALTER ROLE writer SET default_text_search_config = 'nosuch'");  // a notice while connecting
    session_->run(
        "CREATE OR REPLACE FUNCTION speak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'attention'; "
        "RETURN NEW; "
        "END $$; CREATE TRIGGER speak BEFORE UPDATE ON workspace_agent_metadata FOR EACH ROW EXECUTE FUNCTION speak()");
    PgStore store(recording_options(cluster_->address("writer")));
    QCOMPARE(store.flush(one_entry(), {}).failure, FailureClass::none);
    session_->run("ALTER ROLE writer RESET default_text_search_config");
    QCOMPARE(notices_.size(), std::size_t{2});
    QVERIFY2(notices_[0].find("nosuch") != std::string::npos, notices_[0].c_str());
    QVERIFY2(notices_[1].find("attention") != std::string::npos, notices_[1].c_str());
  }

  void serverProcessOfABrokenConnectionIsEnded() {
    PgOptions options = recording_options(cluster_->address());
    options.flush_limit = 2s;
    PgStore store(options);
    QCOMPARE(store.flush(one_entry(), {}).failure, FailureClass::none);
    const std::string lost = session_->value(kWriters);
    const auto process = static_cast<pid_t>(std::stol(lost));
    ::kill(process, SIGSTOP);  // it keeps its locks and answers nothing
    const FlushOutcome silent = store.flush(one_entry(), {});
    QCOMPARE(silent.failure, FailureClass::connection);
    QVERIFY(!silent.too_much);
    QCOMPARE(store.flush(one_entry(), {}).failure, FailureClass::none);
    QVERIFY(is_told_to_end(process));  // before it goes on and finds its client gone
    ::kill(process, SIGCONT);
    QCOMPARE(notices_,
             std::vector<std::string>{"debug: ended our server process " + lost + ", whose connection had broken"});
    QVERIFY(becomes(*session_, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + lost, "0"));
  }

  void serverChecksItsPeerOnTcpOnly_data() {
    QTest::addColumn<bool>("is_tcp");
    QTest::newRow("tcp") << true;
    QTest::newRow("unix socket") << false;
  }
  void serverChecksItsPeerOnTcpOnly() {
    QFETCH(bool, is_tcp);
    PgConnection connection(
        options_at(is_tcp ? "host=127.0.0.1 port=" + std::to_string(port_) + " user=postgres dbname=postgres"
                          : cluster_->address())
            .address,
        {});
    connection.arm(10s);
    const PgStatement statement = {nullptr, "SELECT current_setting('client_connection_check_interval')"};
    const PgStep steps[] = {{&statement}};
    const PgAnswer answer = connection.run(steps);
    QVERIFY(!answer.failure);
    QCOMPARE(QString(PQgetvalue(answer.results[0].get(), 0, 0)), QString(is_tcp ? "10s" : "0"));
  }

  // French words for conditions that the old code recognized by English words, and English words
  // for other conditions.
  void wordsOfAMessageDecideNothing() {
    session_->run(
        "CREATE OR REPLACE FUNCTION speak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'FATAL: "
        "password "
        "authentication failed, the database does not exist' USING ERRCODE = '53200'; END $$; CREATE TRIGGER speak "
        "BEFORE UPDATE "
        "ON workspace_agent_metadata FOR EACH ROW EXECUTE FUNCTION speak()");
    PgStore store(recording_options(cluster_->address()));
    const FlushOutcome outcome = store.flush(one_entry(), {});
    QCOMPARE(outcome.failure, FailureClass::other);
    QCOMPARE(QString::fromStdString(outcome.sqlstate), QString("53200"));
  }

  void failedConnectIsJudgedBySqlstate_data() {
    QTest::addColumn<QString>("message");
    QTest::addColumn<QString>("sqlstate");
    QTest::addColumn<QString>("shown");
    QTest::newRow("german")
        << "Verbindung zum Server fehlgeschlagen: FATAL:  28P01: Passwort-Authentifizierung für »x« "
           "fehlgeschlagen\nORT:  auth_failed, auth.c:326\n"
        << "28P01"
        << "Verbindung zum Server fehlgeschlagen: FATAL:  Passwort-Authentifizierung für »x« fehlgeschlagen";
    QTest::newRow("two hosts") << "a: FATAL:  57P03: x\nL:  f, b.c:1\nb: FATAL:  3D000: y\nL:  f, b.c:2\n"
                               << "3D000"
                               << "a: FATAL:  x\nb: FATAL:  y";
    QTest::newRow("no server") << "connection refused\n\tIs the server running?\n"
                               << ""
                               << "connection refused\n\tIs the server running?";
  }
  void failedConnectIsJudgedBySqlstate() {
    QFETCH(QString, message);
    QTEST(QString::fromUtf8(std::string(sqlstate_of_connect(message.toStdString())).c_str()), "sqlstate");
    QTEST(QString::fromStdString(without_verbosity(message.toStdString())), "shown");
  }
};

QTEST_GUILESS_MAIN(TestPgPeers)
#include "tst_pg_peers.moc"
