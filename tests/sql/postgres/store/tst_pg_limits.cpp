// SPDX-License-Identifier: Apache-2.0
// A server that lacks something: time, disk space, connections, space in its queue, the lock of its
// commits.
#include <libpq-fe.h>
#include <sys/mount.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTest>
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "sql/postgres/pg_doctor.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/fault_proxy.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/pg/stream.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kAgents = 100;
constexpr std::size_t kKeys = 3;
constexpr std::size_t kRows = kAgents * kKeys;

/// A file system of four megabytes that a server can write to; only root may make one.
class SmallDisk {
 public:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
    if (::mount("none", folder_.c_str(), "tmpfs", 0, "size=4m") != 0) qFatal("cannot mount a tmpfs");
    give_away(folder_);
  }
  ~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  std::string folder_;
};

PgFinding finding(const std::vector<PgFinding>& all, const std::string& subject) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const PgFinding& one) { return one.subject == subject; });
  return found != all.end() ? *found : PgFinding{PgFinding::Verdict::good, subject, "not looked at", ""};
}

}  // namespace

class TestPgLimits : public QObject, protected PgScene {
  Q_OBJECT

  std::unique_ptr<SmallDisk> fill_small_disk() {
    const std::string folder = cluster_->folder() + "/small";
    if (!QDir().mkpath(QString::fromStdString(folder))) qFatal("cannot make a folder");
    auto disk = std::make_unique<SmallDisk>(folder);
    session_->run("CREATE TABLESPACE small LOCATION '" + folder + "'");
    make_table(kAgents, kKeys, "TABLESPACE small");
    session_->run("CREATE UNLOGGED TABLE ballast (text text) TABLESPACE small");
    session_->run("ALTER TABLE ballast ALTER text SET STORAGE PLAIN");
    for (const char* const rows : {"8", "1"})
      while (session_->refusal("INSERT INTO ballast SELECT repeat('x', 8000) FROM generate_series(1, " +
                               std::string(rows) + ")") != "53100") {
      }
    return disk;
  }

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->use_disk_that_can_be_full();
  }
  void cleanupTestCase() { end(); }
  void init() {
    cluster_->start();
    listen_in();
    make_table(kAgents, kKeys);
  }

  // Recovery asks a slow archive for more.
  void serverStillStartingUpIsTriedAgain() {
    session_->run("ALTER TABLE workspace_agent_metadata SET LOGGED");  // recovery empties the others
    session_.reset();
    cluster_->stop();
    const std::string hold = cluster_->folder() + "/hold";
    for (const std::string& name : {hold, cluster_->data() + "/recovery.signal"}) {
      QFile file(QString::fromStdString(name));
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.close();
      give_away(name);
    }
    cluster_->configure({"restore_command = 'while test -e " + hold + "; do sleep 0.02; done; false'"});
    cluster_->launch();
    Stream stream(options(), model_);
    stream.report(kAgents, kKeys, "v");
    const bool is_told = stream.saw([](const engine::FlushRecord& flush) {
      return flush.failure == FailureClass::connection && flush.message.find("starting up") != std::string::npos;
    });
    QFile::remove(QString::fromStdString(hold));
    QVERIFY(is_told);
    QVERIFY(stream.drained());
    listen_in();
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void fullDiskIsReportedAndTheNewestValuesAreWrittenOnceThereIsSpace_data() {
    QTest::addColumn<bool>("is_real");
    QTest::newRow("the server is told so") << false;
    if (::geteuid() == 0) QTest::newRow("a small file system is full") << true;  // only root may mount one
  }
  void fullDiskIsReportedAndTheNewestValuesAreWrittenOnceThereIsSpace() {
    QFETCH(bool, is_real);
    std::unique_ptr<SmallDisk> disk;
    QFile sign(QString::fromStdString(cluster_->is_full()));
    if (is_real)
      disk = fill_small_disk();
    else
      QVERIFY(sign.open(QIODevice::WriteOnly));
    Stream stream(options(), model_);
    const std::string long_value(1500, 'x');  // does not fit on the existing pages
    stream.report(kAgents, kKeys, long_value);
    const bool is_told = stream.saw([](const engine::FlushRecord& flush) {
      return flush.failure == FailureClass::disk && flush.sqlstate == "53100" &&
             flush.message.find("free some space") != std::string::npos;
    });
    stream.report(kAgents, kKeys, "newer " + long_value);
    if (is_real) session_->run("DROP TABLE ballast");
    sign.remove();
    QVERIFY(is_told);
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    stream.close();
    if (is_real) session_->run("DROP TABLE workspace_agent_metadata");
    if (is_real) session_->run("DROP TABLESPACE small");
  }

  void addsGoOnWhileTheLinkStandsStill() {
    FaultProxy proxy(cluster_->folder());
    PgOptions patient = options_at(proxy.address());
    patient.flush_limit = 60s;
    Stream stream(patient, model_);
    stream.report(kAgents, kKeys, "first");
    QVERIFY(stream.drained());
    proxy.set(FaultProxy::Fault::swallow);
    stream.report(kAgents, kKeys, "on its way ");
    QVERIFY(QTest::qWaitFor([&] { return stream.snapshot().counters.in_flight > 0; }, 20'000));
    for (int round = 0; round < 50; ++round) stream.report(kAgents, kKeys, "round " + std::to_string(round) + " ");
    const auto stalled = stream.snapshot().counters;
    QVERIFY(stalled.in_flight > 0);
    QCOMPARE(stalled.written, std::uint64_t{kRows});  // of the first: all others were written beside a blocked flush
    proxy.set(FaultProxy::Fault::none);
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    QCOMPARE(stream.snapshot().metrics.flushes.total_failures(), std::uint64_t{0});
    QVERIFY(stream.snapshot().counters.coalesced >= 48 * kRows);
  }

  void slowLinkMakesForFewAndFullFlushes() {
    FaultProxy proxy(cluster_->folder());
    PgOptions patient = options_at(proxy.address());
    patient.flush_limit = 60s;
    Stream stream(patient, model_);
    stream.report(kAgents, kKeys, "first");
    QVERIFY(stream.drained());
    proxy.set(FaultProxy::Fault::slow);
    std::size_t rounds = 0;
    std::set<std::uint64_t> slow;
    std::atomic<bool> is_over = false;
    std::thread waiter([&] {
      stream.saw([&](const engine::FlushRecord& flush) { return flush.id >= 4; });
      is_over = true;
    });
    for (; !is_over; ++rounds) stream.report(kAgents, kKeys, "round " + std::to_string(rounds) + " ");
    waiter.join();
    proxy.set(FaultProxy::Fault::none);
    QVERIFY(stream.drained());
    const bool is_slow = stream.saw([&](const engine::FlushRecord& flush) {
      if (flush.took >= 100ms) slow.insert(flush.id);
      return slow.size() >= 2;
    });
    QVERIFY(is_slow);
    QVERIFY(rounds > 20);  // while four flushes were sent, so reporters were not delayed
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    QCOMPARE(stream.snapshot().metrics.flushes.total_failures(), std::uint64_t{0});
  }

  void serverWithoutAFreeConnectionIsTriedAgain() {
    std::vector<std::unique_ptr<PGconn, void (*)(PGconn*)>> others;
    do others.emplace_back(PQconnectdb(cluster_->address().c_str()), PQfinish);
    while (PQstatus(others.back().get()) == CONNECTION_OK);
    Stream stream(options(), model_);
    stream.report(kAgents, kKeys, "v");
    QVERIFY(stream.saw([](const engine::FlushRecord& flush) {
      return flush.failure == FailureClass::connection && flush.message.find("too many clients") != std::string::npos;
    }));
    others.clear();
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void stuckListenerIsFoundByTheDoctorAndHoldsUpNoRow() {
    QCOMPARE(finding(examine(options().address), "queue").verdict, PgFinding::Verdict::good);
    PgSession stuck(cluster_->address());
    stuck.run("LISTEN other");
    stuck.run("BEGIN; SELECT 1");
    session_->run("SELECT count(pg_notify('flood', i || repeat('x', 7900))) FROM generate_series(1, 15000) i");
    const PgFinding full = finding(examine(options().address), "queue");
    Stream stream(options(), model_);
    stream.report(kAgents, kKeys, "v");
    QVERIFY(stream.drained());
    QCOMPARE(full.verdict, PgFinding::Verdict::notice);
    QVERIFY2(full.text.find("pid " + std::to_string(stuck.pid())) != std::string::npos, full.text.c_str());
    QVERIFY2(full.cure.find("pg_terminate_backend(" + std::to_string(stuck.pid()) + ")") != std::string::npos,
             full.cure.c_str());
    QCOMPARE(difference(), std::string());
    QCOMPARE(named(session_->notifications()).size(), kAgents);
    stuck.run("ROLLBACK");
    stuck.notifications();
    session_->notifications();
    session_->run("SELECT pg_notify('other', 'x')");  // moves the tail of the queue
  }

  void manyWhoNotifyAtOnceLoseNothing() {
    std::vector<std::thread> others;
    std::atomic<bool> is_over = false;
    for (int i = 0; i < 20; ++i)
      others.emplace_back([this, &is_over] {
        PgSession other(cluster_->address());
        while (!is_over) other.run("SELECT pg_notify('other', 'x')");
      });
    Stream stream(options(), model_);
    for (int round = 0; round < 20; ++round) {
      stream.report(kAgents, kKeys, "round " + std::to_string(round) + " ");
      if (round % 5 == 4 && !stream.drained()) break;
    }
    const bool is_drained = stream.drained();
    is_over = true;
    for (std::thread& other : others) other.join();
    QVERIFY(is_drained);
    QCOMPARE(stream.snapshot().metrics.flushes.total_failures(), std::uint64_t{0});
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    QCOMPARE(named(session_->notifications()).size(), kAgents);
  }

  // All commits that notify are serialized, and the first one waits for a missing standby.
  void commitThatHoldsTheNotificationLockIsATimeout() {
    session_->run("SET synchronous_commit = local; CREATE TABLE IF NOT EXISTS logged (i int)");
    session_->run("ALTER ROLE postgres SET synchronous_commit = local");
    session_->run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    session_->run("SELECT pg_reload_conf()");
    PgSession foreign(cluster_->address());
    QVERIFY(becomes(foreign, "SHOW synchronous_standby_names", "nobody"));
    foreign.run("SET synchronous_commit = on");
    foreign.send("BEGIN; INSERT INTO logged VALUES (1); SELECT pg_notify('other', 'x'); COMMIT");
    QVERIFY(becomes(*session_, "SELECT wait_event FROM pg_stat_activity WHERE pid = " + std::to_string(foreign.pid()),
                    "SyncRep"));
    PgOptions quick = options();
    quick.timeouts.lock = 300ms;
    Stream stream(quick, model_);
    stream.report(kAgents, kKeys, "v");
    QVERIFY(becomes(*session_, kWriterWaits, "1"));
    const bool is_timeout = stream.saw([](const engine::FlushRecord& flush) {
      return flush.sqlstate == "55P03" && flush.failure == FailureClass::timeout;
    });
    const bool is_untold = session_->notifications().empty();
    session_->run("ALTER SYSTEM RESET synchronous_standby_names");
    session_->run("SELECT pg_reload_conf()");
    QVERIFY(is_timeout);
    QVERIFY(is_untold);
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QCOMPARE(named(session_->notifications()).size(), kAgents);
    QVERIFY(stream.is_balanced());
    session_->run("ALTER ROLE postgres RESET synchronous_commit");
  }
};

QTEST_GUILESS_MAIN(TestPgLimits)
#include "tst_pg_limits.moc"
