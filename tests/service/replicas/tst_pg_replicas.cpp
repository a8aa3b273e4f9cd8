// SPDX-License-Identifier: Apache-2.0
// Three services behind nginx with a PostgreSQL primary and its standby and a NATS cluster, under
// agents and watchers. Each part is killed and stopped in turn. Afterwards every watcher shows what
// the database has, and what was answered 204 is there, but for what the promise leaves out: a
// service that is killed, and an UNLOGGED table of a killed database.
#include <QTest>
#include <random>

#include "service/replicas/landscape.hpp"
#include "service/watching.hpp"

using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

/// Watchers read everything every 30 s, whatever they hear; the rest is for a busy machine.
constexpr auto kWatchersRead = 30s;
constexpr auto kSlack = 15s;

}  // namespace

class TestPgReplicas : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void everyPartIsKilledAndStoppedInTurn();
  void cleanupTestCase();

 private:
  struct Fault {
    const char* name;
    std::function<bool()> begin;
    std::function<bool()> end;
    /// Whether agents are answered meanwhile.
    bool is_served = true;
    /// Whether nothing that was answered 204 may be lost, even when agents report nothing more.
    bool keeps_everything = true;
  };
  [[nodiscard]] std::vector<Fault> faults();
  void add_faults_of_replicas(std::vector<Fault>& all);
  void add_faults_of_databases(std::vector<Fault>& all);
  void add_faults_of_nats(std::vector<Fault>& all);
  [[nodiscard]] QByteArray wrong_after(const Fault& fault);
  [[nodiscard]] static bool ends_well(Serving& replica);
  [[nodiscard]] bool lasts();
  [[nodiscard]] QByteArray difference();
  std::size_t any(std::size_t count) { return random_() % count; }

  std::unique_ptr<Landscape> landscape_;
  std::mt19937 random_;
  std::size_t chosen_ = 0;  // of a kind of part, for the fault that has begun
};

void TestPgReplicas::initTestCase() {
  landscape_ = std::make_unique<Landscape>(soak().count() > 0 ? 300 : 30);
  QVERIFY(landscape_->fleet->goes_on(1));
}

void TestPgReplicas::cleanupTestCase() { landscape_.reset(); }

/// What is served goes on for a while: a few reports of each agent, and up to 20 s of a soak.
bool TestPgReplicas::lasts() {
  const auto end = std::chrono::steady_clock::now() + (soak().count() > 0 ? std::chrono::seconds(any(20)) : 0s);
  do {
    if (!landscape_->fleet->goes_on(10)) return false;
    QCoreApplication::processEvents();
  } while (std::chrono::steady_clock::now() < end);
  return true;
}

/// It ended when it was asked to. 3: some entries had no row while the table was empty.
bool TestPgReplicas::ends_well(Serving& replica) {
  const auto ended = replica.stop();
  const bool is_well = ended.status == 0 || ended.status == 3;
  if (!is_well) qWarning("a replica ended with %d:\n%s", ended.status, ended.err.constData());
  return is_well;
}

void TestPgReplicas::add_faults_of_replicas(std::vector<Fault>& all) {
  Landscape& here = *landscape_;
  const auto replica = [this, &here]() -> Serving& { return *here.replicas[chosen_]; };
  const auto choose = [this] { chosen_ = any(Landscape::kReplicas); };
  all.push_back({.name = "a replica is killed",
                 .begin = [=] { return choose(), replica().kill(), true; },
                 .end = [=, &here] { return here.start(replica()); },
                 .keeps_everything = false});
  all.push_back({.name = "a replica is restarted",
                 .begin = [=, this] { return choose(), ends_well(replica()); },
                 .end = [=, &here] { return here.start(replica()); }});
  // What it reads only when it goes on is stamped then, and so is newer than what others took
  // meanwhile.
  all.push_back({.name = "a replica is stopped",
                 .begin = [=] { return choose(), replica().freeze(), true; },
                 .end =
                     [=, &here] {
                       replica().thaw();
                       return becomes_so([&] { return here.is_connected(); });
                     },
                 .keeps_everything = false});
  all.push_back({.name = "the balancer is killed",
                 .begin = [&here] { return here.balancer->kill(), true; },
                 .end = [&here] { return here.balancer->start(), here.balancer->is_running(); },
                 .is_served = false});
  all.push_back({.name = "the balancer is stopped",
                 .begin = [&here] { return here.balancer->freeze(), true; },
                 .end = [&here] { return here.balancer->thaw(), true; },
                 .is_served = false});
}

void TestPgReplicas::add_faults_of_databases(std::vector<Fault>& all) {
  Landscape& here = *landscape_;
  all.push_back({.name = "the primary is stopped",
                 .begin = [&here] { return here.primary().freeze(), true; },
                 .end = [&here] { return here.primary().thaw(), true; }});
  all.push_back({.name = "the primary is restarted",
                 .begin =
                     [&here] {
                       here.session.reset();
                       here.primary().stop();
                       return true;
                     },
                 .end =
                     [&here] {
                       here.primary().start();
                       here.begin_session();
                       return true;
                     }});
  all.push_back({.name = "the primary is killed, and its standby promoted",
                 .begin =
                     [&here] {
                       here.session.reset();
                       here.primary().stop(PgCluster::Stop::kill);
                       here.promote();
                       return true;
                     },
                 .end = [&here] { return here.rebuild_standby(), true; },
                 .keeps_everything = false});
  all.push_back({.name = "the standby is stopped",
                 .begin = [&here] { return here.standby().freeze(), true; },
                 .end = [&here] { return here.standby().thaw(), true; }});
  all.push_back({.name = "the standby is killed",
                 .begin = [&here] { return here.standby().stop(PgCluster::Stop::kill), true; },
                 .end = [&here] { return here.standby().start(), true; }});
}

void TestPgReplicas::add_faults_of_nats(std::vector<Fault>& all) {
  Landscape& here = *landscape_;
  const auto server = [this, &here]() -> NatsServer& { return here.nats[chosen_]; };
  const auto choose = [this, &here] { chosen_ = any(here.nats.size()); };
  all.push_back({.name = "a NATS server is killed",
                 .begin = [=] { return choose(), server().kill(), true; },
                 .end = [=] { return server().start(), true; }});
  all.push_back({.name = "a NATS server is stopped",
                 .begin = [=] { return choose(), server().stop(), true; },
                 .end = [=] { return server().go_on(), true; }});
  // What is published meanwhile waits in the publishers, and reaches nobody who connects later: the
  // watchers see it only because they are read again.
  all.push_back({.name = "all NATS servers are killed",
                 .begin =
                     [&here] {
                       for (std::size_t i = 0; i < here.nats.size(); ++i) here.nats[i].kill();
                       return true;
                     },
                 .end =
                     [&here] {
                       for (std::size_t i = 0; i < here.nats.size(); ++i) here.nats[i].start();
                       return true;
                     }});
}

std::vector<TestPgReplicas::Fault> TestPgReplicas::faults() {
  std::vector<Fault> all;
  add_faults_of_replicas(all);
  add_faults_of_databases(all);
  add_faults_of_nats(all);
  return all;
}

/// Where watchers and the database differ, once nothing is reported any more.
QByteArray TestPgReplicas::difference() {
  std::vector<long> rows, shown;
  const bool are_equal = becomes_so(
      [&] {
        rows = landscape_->stored();
        shown = landscape_->watchers->shown();
        return rows == shown;
      },
      kWatchersRead + kSlack);
  if (are_equal) return {};
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != shown[i])
      return "watcher " + QByteArray::number(static_cast<qulonglong>(i)) + " shows " +
             QByteArray::number(static_cast<qlonglong>(shown[i])) + ", the database has " +
             QByteArray::number(static_cast<qlonglong>(rows[i]));
  return "rows are missing";
}

/// @return what went wrong, or ""
QByteArray TestPgReplicas::wrong_after(const Fault& fault) {
  Landscape& here = *landscape_;
  if (!fault.begin()) return "it did not begin";
  if (fault.is_served && !lasts()) return "agents are not served meanwhile";
  if (fault.is_served && fault.keeps_everything) here.fleet->pause();
  const std::vector<long> before = here.fleet->acknowledged();
  if (!fault.end()) return "it did not end";
  if (!fault.is_served || !fault.keeps_everything) {
    if (!here.fleet->goes_on(3)) return "agents are not served afterwards";
    here.fleet->pause();
  }
  const std::vector<long> wanted = here.fleet->acknowledged();
  const bool is_written = becomes_so([&] {
    const std::vector<long> rows = here.stored();
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (rows.size() != wanted.size() || rows[i] < wanted[i]) return false;
    return true;
  });
  if (!is_written) return "what was acknowledged is not written";
  QByteArray wrong = difference();
  here.watchers->move(any(3), 3);
  here.fleet->go_on();
  for (const auto& replica : here.replicas) {
    if (replica->program().process.state() == QProcess::NotRunning) wrong = "a replica ended by itself";
    replica->program().seen_err.clear();
  }
  return wrong;
}

void TestPgReplicas::everyPartIsKilledAndStoppedInTurn() {
  const bool is_long = soak().count() > 0;
  const QByteArray given = qgetenv("METABATCH_SOAK_SEED");
  const unsigned seed = !given.isEmpty() ? given.toUInt() : is_long ? std::random_device()() : 1U;
  random_.seed(seed);
  qInfo("seed %u", seed);
  std::vector<Fault> all = faults();
  const auto began = std::chrono::steady_clock::now();
  int count = 0;
  do {
    if (is_long) std::shuffle(all.begin(), all.end(), random_);
    for (const Fault& fault : all) {
      const auto at = std::chrono::steady_clock::now();
      const QByteArray wrong = wrong_after(fault);
      ++count;
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - at);
      qInfo("%3d %s: %lld ms", count, fault.name, static_cast<long long>(took.count()));
      QVERIFY2(wrong.isEmpty(), QByteArray(fault.name) + ", seed " + QByteArray::number(seed) + ": " + wrong);
    }
  } while (std::chrono::steady_clock::now() - began < soak());
  const unsigned long long streams = landscape_->watchers->streams();
  landscape_->watchers.reset();
  landscape_->fleet->stop();
  const std::vector<long> wanted = landscape_->fleet->acknowledged();
  for (const auto& replica : landscape_->replicas) QVERIFY(ends_well(*replica));
  const std::vector<long> rows = landscape_->stored();
  for (std::size_t i = 0; i < wanted.size(); ++i) QVERIFY(rows[i] >= wanted[i]);
  qInfo("%d faults under %zu agents and as many watchers, which opened %llu streams", count, wanted.size(), streams);
}

QTEST_GUILESS_MAIN(TestPgReplicas)
#include "tst_pg_replicas.moc"
