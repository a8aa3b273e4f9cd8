// SPDX-License-Identifier: Apache-2.0
// TLS with a test authority: a server that is not the intended one receives nothing, and certainly
// not the password.
#include <QTest>
#include <memory>

#include "sql/postgres/pg_doctor.hpp"
#include "sql/postgres/pg_listener.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/net/free_port.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/processes/certificates.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

namespace {}  // namespace

class TestPgTls : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;
  int port_ = 0;

  [[nodiscard]] QString file(const QString& name) const {
    return QString::fromStdString(cluster_->folder()) + "/" + name;
  }
  [[nodiscard]] std::string address(const QString& host, const QString& authority,
                                    const QString& mode = "verify-full") const {
    return QString(
               "host=%1 hostaddr=127.0.0.1 port=%2 user=secured password=hunter2 dbname=postgres sslmode=%3 "
               "sslrootcert=%4")
        .arg(host)
        .arg(port_)
        .arg(mode, file(authority + ".crt"))
        .toStdString();
  }

 private slots:
  void initTestCase() {
    port_ = free_port();
    cluster_ =
        std::make_unique<PgCluster>(std::vector<std::string>{"listen_addresses='127.0.0.1'", "log_connections=on"});
    cluster_->use_port(port_);
    const Certificates certificates(QString::fromStdString(cluster_->folder()));
    for (const char* const authority : {"ours", "theirs"}) certificates.make_authority(authority);
    certificates.make("server", "ours", "DNS:db.test");
    for (const char* name : {"server.key", "server.crt"}) give_away(file(name).toStdString());
    cluster_->configure({"ssl=on", "ssl_cert_file='" + file("server.crt").toStdString() + "'",
                         "ssl_key_file='" + file("server.key").toStdString() + "'"});
    cluster_->authenticate("local all all trust\nhost all all 127.0.0.1/32 password");
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
    session_->run("CREATE ROLE secured LOGIN SUPERUSER PASSWORD 'hunter2'");
    session_->run(create_table_sql());
    register_rows(*session_, 1, 1);
  }
  void cleanupTestCase() {
    session_.reset();
    cluster_.reset();
  }

  void serverThatWasMeantIsWrittenToInSecret() {
    Entries entries;
    entries.add(agent_number(1), "k0", "secret");
    PgStore store(options_at(address("db.test", "ours")));
    QCOMPARE(store.flush(entries.sorted(), {}).message, std::string());
    QCOMPARE(session_->value("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'secured'"),
             std::string("t"));
    QCOMPARE(session_->value("SELECT value FROM workspace_agent_metadata"), std::string("secret"));
    for (const PgFinding& one : examine(options_at(address("db.test", "ours")).address))
      if (one.subject == "tls") QCOMPARE(one.text, std::string("encrypted"));
  }

  void anybodyElseGetsNothing_data() {
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("authority");
    QTest::addColumn<bool>("plain");
    QTest::addColumn<QString>("why");
    QTest::newRow("an authority that we do not trust") << "db.test"
                                                       << "theirs" << false << "certificate verify failed";
    QTest::newRow("another host's certificate") << "other.test"
                                                << "ours" << false << "does not match host name";
    QTest::newRow("no certificate of an authority at all") << "db.test"
                                                           << "missing" << false << "does not exist";
    QTest::newRow("a server without TLS") << "db.test"
                                          << "ours" << true << "does not support SSL";
  }
  void anybodyElseGetsNothing() {
    QFETCH(QString, host);
    QFETCH(QString, authority);
    QFETCH(bool, plain);
    QFETCH(QString, why);
    session_->run("UPDATE workspace_agent_metadata SET value = 'before'");
    session_->run(std::string("ALTER SYSTEM SET ssl = ") + (plain ? "off" : "on"));
    session_->run("SELECT pg_reload_conf()");
    QVERIFY(becomes(*session_, "SHOW ssl", plain ? "off" : "on"));
    PgSession(cluster_->address()).run("SELECT 1");  // a new session proves that the postmaster has read the file
    const std::size_t said = cluster_->log().size();
    Entries entries;
    entries.add(agent_number(1), "k0", "secret");
    PgStore store(options_at(address(host, authority)));
    const FlushOutcome refused = store.flush(entries.sorted(), entries.chunks());
    session_->run("ALTER SYSTEM RESET ssl");
    session_->run("SELECT pg_reload_conf()");
    QCOMPARE(refused.failure, FailureClass::connection);
    QVERIFY2(QString::fromStdString(refused.message).contains(why), refused.message.c_str());
    QVERIFY2(refused.message.find("hunter2") == std::string::npos, refused.message.c_str());
    QVERIFY(refused.fates.empty());
    QCOMPARE(cluster_->log().find("user=secured", said), std::string::npos);  // the identity was never reached
    QCOMPARE(session_->value("SELECT value FROM workspace_agent_metadata"), std::string("before"));
  }

  void listenerIsAsStrict() {
    PgListenerOptions options;
    options.address = options_at(address("db.test", "theirs")).address;
    std::string why;
    PgListener* running = nullptr;
    PgListenerEvents events;
    events.on_resync = [&] { running->stop(); };
    events.on_lost = [&](const DatabaseFailure& failure, Duration) {
      why = failure.message;
      running->stop();
    };
    PgListener listener(options, events);
    running = &listener;
    listener.run();
    QVERIFY2(why.find("certificate verify failed") != std::string::npos, why.c_str());
    QVERIFY2(why.find("hunter2") == std::string::npos, why.c_str());
  }
};

QTEST_GUILESS_MAIN(TestPgTls)
#include "tst_pg_tls.moc"
