// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QTest>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "sql/postgres/connection/pg_cancel.hpp"
#include "sql/postgres/pg_listener.hpp"
#include "support/pg/fault_proxy.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

/// A listener on its thread, and all events that it reported.
class Listening {
 public:
  explicit Listening(const std::string& address, Duration probe_limit = 5s,
                     const std::string& channel = "Odd.\"channel\"", Duration probe_every = 200ms)
      : listener_(options(address, probe_limit, channel, probe_every), events()),
        thread_([this] { listener_.run(); }) {}
  ~Listening() {
    listener_.stop();
    thread_.join();
  }
  /// Waits until this event was reported so many times.
  bool heard(const std::string& what, std::size_t times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return count(what) >= times; });
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// Whether anything of it was told so far.
  bool is_told(const std::string& part) {
    const std::vector<std::string> all = told();
    return std::any_of(all.begin(), all.end(), [&](const std::string& one) { return one.find(part) != one.npos; });
  }
  std::vector<std::string> payloads() {
    std::vector<std::string> found;
    for (const std::string& one : told())
      if (one != "latency" && one != "resync") found.push_back(one);
    return found;
  }

 private:
  static PgListenerOptions options(const std::string& address, Duration probe_limit, const std::string& channel,
                                   Duration probe_every) {
    PgListenerOptions options;
    options.address = std::get<PgAddress>(PgAddress::parse(address));
    options.probe_every = probe_every;
    options.probe_limit = probe_limit;
    options.channel = channel;
    return options;
  }
  PgListenerEvents events() {
    PgListenerEvents events;
    events.on_resync = [this] { tell("resync"); };
    events.on_payload = [this](std::string_view payload, int) { tell(std::string(payload)); };
    events.on_latency = [this](Duration took) { tell(took > 0s && took < 5s ? "latency" : "impossible latency"); };
    events.on_lost = [this](const DatabaseFailure& why, Duration) { tell("lost: " + why.message); };
    return events;
  }
  void tell(const std::string& what) {
    const std::lock_guard lock(mutex_);
    told_.push_back(what);
    changed_.notify_all();
  }
  std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(
        std::count_if(told_.begin(), told_.end(), [&](const std::string& one) { return one.starts_with(what); }));
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  PgListener listener_;
  std::thread thread_;
};

/// A listener on its thread that feeds a ring; nothing reads the ring until read().
class FedRing {
 public:
  FedRing(const std::string& address, std::size_t capacity)
      : ring_(std::make_shared<engine::NotificationRing>(capacity)),
        listener_(options(address), events()),
        thread_([this] { listener_.run(); }) {}
  ~FedRing() {
    listener_.stop();
    thread_.join();
  }
  /// Waits until the ring meets the condition.
  bool until(const std::function<bool(const FedRing&)>& so) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return so(*this); });
  }
  std::vector<std::string> read(int sender) {
    std::vector<std::string> found;
    while (const auto one = ring_->try_next()) {
      if (one->is_marker())
        found.push_back("lost " + std::to_string(one->lost));
      else if (one->is_resync)
        found.push_back("resync");
      else
        found.push_back(one->payload + (one->sender == sender ? "" : " from somebody else"));
    }
    return found;
  }
  std::string last;
  std::size_t resyncs = 0;

 private:
  static PgListenerOptions options(const std::string& address) {
    PgListenerOptions options;
    options.address = std::get<PgAddress>(PgAddress::parse(address));
    return options;
  }
  PgListenerEvents events() {
    PgListenerEvents events = feeding(ring_);
    events.on_payload = [this, feed = events.on_payload](std::string_view payload, int sender) {
      feed(payload, sender);
      const std::lock_guard lock(mutex_);
      last = payload;
      changed_.notify_all();
    };
    events.on_resync = [this, feed = events.on_resync] {
      feed();
      const std::lock_guard lock(mutex_);
      ++resyncs;
      changed_.notify_all();
    };
    return events;
  }
  const std::shared_ptr<engine::NotificationRing> ring_;
  std::mutex mutex_;
  std::condition_variable changed_;
  PgListener listener_;
  std::thread thread_;
};

constexpr const char* kListener = "SELECT pid FROM pg_stat_activity WHERE application_name = 'metabatch-listen'";

}  // namespace

class TestPgListener : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;

 private slots:
  void initTestCase() { cluster_ = std::make_unique<PgCluster>(); }
  void cleanupTestCase() { cluster_.reset(); }
  void init() { cluster_->start(); }

  void payloadsArriveInOrderAfterTheResync() {
    PgSession session(cluster_->address());
    Listening listening(cluster_->address());
    QVERIFY(listening.heard("resync"));
    QVERIFY(listening.heard("latency"));
    session.run(
        "SELECT pg_notify('Odd.\"channel\"', 'one'), pg_notify('Odd.\"channel\"', E'zw\\u00F6lf'), pg_notify('other', "
        "'x')");
    session.run("SELECT pg_notify('Odd.\"channel\"', repeat('A', 7999))");
    QVERIFY(listening.heard("AAAA"));
    QCOMPARE(listening.payloads(), (std::vector<std::string>{"one", "zw\xC3\xB6lf", std::string(7999, 'A')}));
    QCOMPARE(listening.told().front(), std::string("resync"));
  }

  void channelOfAnyNameIsReceived_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("63 bytes") << QString(63, 'c');
    QTest::newRow("upper case") << "Workspace";
    QTest::newRow("dot") << "schema.channel";
    QTest::newRow("quotes") << "\"'\"";
    QTest::newRow("end of a statement") << "a\"; NOTIFY b; --";
    QTest::newRow("not ASCII") << QString::fromUtf8("\xC3\xA4");
  }
  void channelOfAnyNameIsReceived() {
    QFETCH(QString, name);
    const std::string channel = name.toStdString();
    std::string quoted = channel;
    for (std::size_t at = 0; (at = quoted.find('\'', at)) != std::string::npos; at += 2) quoted.insert(at, 1, '\'');
    PgSession session(cluster_->address());
    Listening listening(cluster_->address(), 5s, channel);
    QVERIFY(listening.heard("resync"));
    session.run("SELECT pg_notify('" + quoted + "', 'heard')");
    QVERIFY(listening.heard("heard"));
    QCOMPARE(session.refusal("SELECT pg_notify(repeat('c', 64), '')"), std::string("22023"));  // so 63 is the most
  }

  void samePayloadTwiceInOneTransactionIsHeardOnce() {
    PgSession session(cluster_->address());
    Listening listening(cluster_->address());
    QVERIFY(listening.heard("resync"));
    const std::string notify = "SELECT pg_notify('Odd.\"channel\"', 'same');";
    session.run("BEGIN;" + notify + notify + "COMMIT");
    session.run(notify);
    session.run("SELECT pg_notify('Odd.\"channel\"', 'after')");
    QVERIFY(listening.heard("after"));
    QCOMPARE(listening.payloads(), (std::vector<std::string>{"same", "same", "after"}));
  }

  void terminatedListenerListensAgainAndThenReportsResync() {
    PgSession session(cluster_->address());
    Listening listening(cluster_->address());
    QVERIFY(listening.heard("latency"));
    session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metabatch-listen'");
    QVERIFY(listening.heard("resync", 2));
    QVERIFY2(listening.is_told("administrator command"), "the server's last words are not the reason");
    session.run("SELECT pg_notify('Odd.\"channel\"', 'after')");  // sent after the resync was reported: it must arrive
    QVERIFY(listening.heard("after"));
  }

  void restartedServerIsFoundAgain() {
    Listening listening(cluster_->address());
    QVERIFY(listening.heard("latency"));
    cluster_->stop();
    QVERIFY(listening.heard("lost: ", 2));
    cluster_->start();
    QVERIFY(listening.heard("resync", 2));
    PgSession session(cluster_->address());
    session.run("SELECT pg_notify('Odd.\"channel\"', 'after')");
    QVERIFY(listening.heard("after"));
  }

  void silentConnectionIsFoundByTheProbe() {
    PgSession session(cluster_->address());
    Listening listening(cluster_->address(), 300ms);
    QVERIFY(listening.heard("latency"));
    const pid_t backend = static_cast<pid_t>(std::stol(session.value(kListener)));
    ::kill(backend, SIGSTOP);
    const bool is_found = listening.heard("lost: ") && listening.heard("resync", 2);
    ::kill(backend, SIGCONT);
    QVERIFY(is_found);
  }

  void slowReaderOfARingLearnsWhatItLost() {
    PgSession session(cluster_->address());
    FedRing fed(cluster_->address(), 2);
    QVERIFY(fed.until([](const FedRing& now) { return now.resyncs == 1; }));
    session.run("SELECT pg_notify('workspace_agent_metadata_batch', i::text) FROM generate_series(1, 9) i");
    QVERIFY(fed.until([](const FedRing& now) { return now.last == "9"; }));
    QCOMPARE(fed.read(session.pid()), (std::vector<std::string>{"resync", "1", "2", "lost 7"}));
    session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metabatch-listen'");
    QVERIFY(fed.until([](const FedRing& now) { return now.resyncs == 2; }));
    session.run("SELECT pg_notify('workspace_agent_metadata_batch', 'after')");
    QVERIFY(fed.until([](const FedRing& now) { return now.last == "after"; }));
    QCOMPARE(fed.read(session.pid()), (std::vector<std::string>{"resync", "after"}));
  }

  void stopEndsItWhereverItWaits_data() {
    QTest::addColumn<bool>("swallow");
    QTest::newRow("listening") << false;
    QTest::newRow("connecting to a silent server") << true;
  }
  void stopEndsItWhereverItWaits() {
    QFETCH(bool, swallow);
    FaultProxy proxy(cluster_->folder());
    proxy.set(swallow ? FaultProxy::Fault::swallow : FaultProxy::Fault::none);
    const auto began = std::chrono::steady_clock::now();
    {
      Listening listening(proxy.address(), 5s, "channel", 60s);
      QVERIFY(swallow ? proxy.has_accepted() : listening.heard("latency"));
    }
    QVERIFY(std::chrono::steady_clock::now() - began < 3s);
    proxy.set(FaultProxy::Fault::none);
  }
  /// A server that hangs up on a request to cancel must not end the program by SIGPIPE: the thread
  /// that sends it blocks the signal.
  void cancellingBlocksPipeSignals() {
    FaultProxy proxy(cluster_->folder());
    PGconn* connection = PQconnectdb(proxy.address().c_str());
    QCOMPARE(PQstatus(connection), CONNECTION_OK);
    PgCancel cancel;
    cancel.attach(connection);
    proxy.set(FaultProxy::Fault::swallow);  // PQcancel() now waits for the end of its connection
    // Threads of the cases before end when their connections do.
    QVERIFY(QTest::qWaitFor([] { return !any_thread_blocks_pipe_signals(); }, 15'000));
    cancel.ask_server();
    QVERIFY(QTest::qWaitFor([] { return any_thread_blocks_pipe_signals(); }, 15'000));
    PQfinish(connection);
  }

 private:
  static bool any_thread_blocks_pipe_signals() {
    const QString tasks = "/proc/self/task";
    for (const QString& task : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
      QFile status(tasks + "/" + task + "/status");
      if (!status.open(QIODevice::ReadOnly)) continue;
      const QByteArray text = status.readAll();
      const qsizetype at = text.indexOf("SigBlk:");
      if (at >= 0 && (text.mid(at + 7, 17).trimmed().toULongLong(nullptr, 16) >> (SIGPIPE - 1) & 1) != 0) return true;
    }
    return false;
  }
};

QTEST_GUILESS_MAIN(TestPgListener)
#include "tst_pg_listener.moc"
