// SPDX-License-Identifier: Apache-2.0
// A service as a process of its own, on PostgreSQL, under every kind of fault. What was answered
// 204 is written, or something newer, but for what the promise leaves out: a value that the
// database refuses, and a service that is killed.
#include <sys/resource.h>

#include <QTest>
#include <QUuid>
#include <algorithm>
#include <random>

#include "cli/fleet_of_numbers.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch::test;
using namespace std::chrono_literals;

class TestPgServeFaults : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void nothingAcknowledgedIsLost();

 private:
  static constexpr std::size_t kAgents = 8;

  [[nodiscard]] QString db() const { return QString::fromStdString(cluster_->address()); }
  /// The number in the row of each agent.
  std::vector<long> stored();
  /// Whether every agent but `except` has a row with what was acknowledged until now, or newer,
  /// soon.
  bool arrives(std::size_t except = kAgents);
  bool start() { return serving_->start(flags_); }

  bool databaseRestarts();
  bool connectionsAreLost();
  bool databaseHangs();
  bool aRowIsLocked();
  bool aValueIsRefused();
  bool strangersCrowdIn();
  bool descriptorsRunOut();
  bool settingsAreReloaded();
  bool itRestarts();
  bool itStopsWithoutItsDatabase();
  bool itIsKilled();

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;
  std::vector<AddedAgent> agents_;
  std::unique_ptr<Serving> serving_;
  std::unique_ptr<FleetOfNumbers> fleet_;
  QTemporaryDir folder_;
  QStringList flags_;
  int reloads_ = 0;
};

namespace {

std::chrono::seconds soak() { return std::chrono::seconds(qEnvironmentVariableIntValue("METABATCH_SOAK_SECONDS")); }

/// Reports of each agent that a fault lasts for.
long held() { return soak().count() > 0 ? 3000 : 200; }

constexpr const char* kOurBackends = "SELECT pid FROM pg_stat_activity WHERE application_name = 'metabatch'";

}  // namespace

void TestPgServeFaults::initTestCase() {
  cluster_ = std::make_unique<PgCluster>();
  cluster_->start();
  session_ = std::make_unique<PgSession>(cluster_->address());
  session_->run(create_table_sql());
  for (std::size_t i = 0; i < kAgents; ++i) agents_.push_back(AddedAgent::to(db()));
  std::sort(agents_.begin(), agents_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  QFile config(folder_.filePath("config.toml"));
  QVERIFY(config.open(QIODevice::WriteOnly));
  flags_ = QStringList{"--interval",
                       "50ms",
                       "--schedule",
                       "linger",
                       "--spool",
                       folder_.filePath("spool"),
                       "--config",
                       config.fileName(),
                       "--final-flush-timeout",
                       "2s"};
}

std::vector<long> TestPgServeFaults::stored() {
  std::vector<long> numbers;
  for (const auto& row : session_->run("SELECT CASE WHEN value = '' THEN '0' ELSE value END FROM "
                                       "workspace_agent_metadata ORDER BY workspace_agent_id"))
    numbers.push_back(std::stol(row[0]));
  return numbers;
}

bool TestPgServeFaults::arrives(std::size_t except) {
  const std::vector<long> wanted = fleet_->acknowledged();
  const auto end = std::chrono::steady_clock::now() + 60s;
  for (std::vector<long> rows; std::chrono::steady_clock::now() < end;) {  // each reading is a round trip
    rows = stored();
    bool is_there = rows.size() == wanted.size();
    for (std::size_t i = 0; is_there && i < wanted.size(); ++i) is_there = i == except || rows[i] >= wanted[i];
    if (is_there) return true;
  }
  return false;
}

bool TestPgServeFaults::databaseRestarts() {
  session_.reset();
  cluster_->stop();
  const bool goes_on = fleet_->goes_on(held());
  cluster_->start();
  session_ = std::make_unique<PgSession>(cluster_->address());
  return goes_on;
}

bool TestPgServeFaults::connectionsAreLost() {
  session_->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metabatch'");
  return fleet_->goes_on(held());
}

bool TestPgServeFaults::databaseHangs() {
  std::vector<pid_t> stopped;
  for (const auto& row : session_->run(kOurBackends)) stopped.push_back(static_cast<pid_t>(std::stol(row[0])));
  for (const pid_t pid : stopped) ::kill(pid, SIGSTOP);
  const bool goes_on = fleet_->goes_on(held());
  for (const pid_t pid : stopped) ::kill(pid, SIGCONT);
  return goes_on;
}

bool TestPgServeFaults::aRowIsLocked() {
  PgSession other(cluster_->address());
  other.run("BEGIN; UPDATE workspace_agent_metadata SET timeout = 0 WHERE workspace_agent_id = '" + agents_[0].id +
            "'");
  const bool are_others_written = fleet_->goes_on(held()) && arrives(0);  // while it is locked
  other.run("ROLLBACK");
  return are_others_written;
}

bool TestPgServeFaults::aValueIsRefused() {
  session_->run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$; "
      "CREATE TRIGGER refuse BEFORE UPDATE ON workspace_agent_metadata FOR EACH ROW WHEN (NEW.workspace_agent_id = '" +
      agents_[1].id + "') EXECUTE FUNCTION refuse()");
  const bool are_others_written = fleet_->goes_on(held()) && arrives(1);
  session_->run("DROP TRIGGER refuse ON workspace_agent_metadata; DROP FUNCTION refuse()");
  return are_others_written && fleet_->goes_on(held());  // refused ones stay refused; newer ones are written
}

bool TestPgServeFaults::strangersCrowdIn() {
  std::vector<std::unique_ptr<Client>> strangers;
  for (int i = 0; i < 200; ++i) {
    strangers.push_back(Client::try_to(serving_->port()));
    if (!strangers.back()) return false;
    const std::string token = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    strangers.back()->send(i % 3 == 0
                               ? request("POST", "/api/v2/workspaceagents/me/metadata", token, std::string(5000, 'x'))
                           : i % 3 == 1 ? std::string("GET / HTTP/1.1\r\nHost: loc")
                                        : std::string(3000, '\x16'));
  }
  return fleet_->goes_on(held());
}

bool TestPgServeFaults::descriptorsRunOut() {
  const auto pid = static_cast<pid_t>(serving_->program().process.processId());
  rlimit before{};
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &before) != 0) return false;
  serving_->program().seen_err.clear();
  const rlimit few{.rlim_cur = 8, .rlim_max = before.rlim_max};
  ::prlimit(pid, RLIMIT_NOFILE, &few, nullptr);
  const std::unique_ptr<Client> waiting = Client::try_to(serving_->port());
  const bool is_seen = waiting && serving_->program().hasSaid("connection not accepted");
  ::prlimit(pid, RLIMIT_NOFILE, &before, nullptr);
  if (waiting) waiting->send(request("GET", "/healthz"));
  return is_seen && answer_from(*waiting).status == 200 && fleet_->goes_on(held());
}

bool TestPgServeFaults::settingsAreReloaded() {
  QFile config(folder_.filePath("config.toml"));
  if (!config.open(QIODevice::WriteOnly)) return false;
  config.write("batch-size = " + QByteArray::number(100 + ++reloads_) + "\n");
  config.close();
  serving_->program().seen_err.clear();
  serving_->program().signal(SIGHUP);
  return serving_->program().hasSaid("\"event\":\"reloaded\"") && fleet_->goes_on(held());
}

bool TestPgServeFaults::itRestarts() {
  for (int i = 0; i < 3; ++i) serving_->program().signal(SIGTERM);  // as a supervisor does it
  const int status = serving_->program().end().status;
  return (status == 0 || status == 3) && start() && fleet_->goes_on(1);
}

bool TestPgServeFaults::itStopsWithoutItsDatabase() {
  session_.reset();
  cluster_->stop();
  bool goes_on = fleet_->goes_on(held());  // there is something to spool
  serving_->program().signal(SIGTERM);
  const auto ended = serving_->program().end();
  goes_on = goes_on && ended.status == 3 && ended.err.contains("\"event\":\"spooled\"");
  cluster_->start();
  session_ = std::make_unique<PgSession>(cluster_->address());
  return goes_on && start() && fleet_->goes_on(1);
}

/// What was acknowledged and not written is lost, and nothing that was written.
bool TestPgServeFaults::itIsKilled() {
  const std::vector<long> before = stored();
  serving_->kill();
  const std::vector<long> after = stored();
  for (std::size_t i = 0; i < kAgents; ++i)
    if (after[i] < before[i]) return false;
  return start() && fleet_->goes_on(1);
}

void TestPgServeFaults::nothingAcknowledgedIsLost() {
  using Fault = std::pair<const char*, bool (TestPgServeFaults::*)()>;
  std::vector<Fault> faults = {{"the database restarts", &TestPgServeFaults::databaseRestarts},
                               {"connections are lost", &TestPgServeFaults::connectionsAreLost},
                               {"the database hangs", &TestPgServeFaults::databaseHangs},
                               {"a row is locked", &TestPgServeFaults::aRowIsLocked},
                               {"a value is refused", &TestPgServeFaults::aValueIsRefused},
                               {"strangers crowd in", &TestPgServeFaults::strangersCrowdIn},
                               {"descriptors run out", &TestPgServeFaults::descriptorsRunOut},
                               {"settings are reloaded", &TestPgServeFaults::settingsAreReloaded},
                               {"it restarts", &TestPgServeFaults::itRestarts},
                               {"it stops without its database", &TestPgServeFaults::itStopsWithoutItsDatabase},
                               {"it is killed", &TestPgServeFaults::itIsKilled}};
  serving_ = std::make_unique<Serving>(db());
  QVERIFY(start());
  fleet_ = std::make_unique<FleetOfNumbers>(serving_->port(), agents_);
  const auto seed = soak().count() > 0 ? std::random_device()() : 1U;
  std::mt19937 random(seed);
  const auto began = std::chrono::steady_clock::now();
  int rounds = 0;
  do {
    std::shuffle(faults.begin(), faults.end(), random);
    for (const auto& [name, fault] : faults) {
      const QByteArray where =
          QByteArray(name) + ", round " + QByteArray::number(rounds) + ", seed " + QByteArray::number(seed);
      QVERIFY2((this->*fault)(), where.constData());
      QVERIFY2(arrives(), where + ": what was acknowledged is not written");
    }
  } while (++rounds, std::chrono::steady_clock::now() - began < soak());
  fleet_->stop();
  const auto ended = serving_->stop();
  QVERIFY2(ended.status == 0 || ended.status == 3, ended.err);
  const std::vector<long> rows = stored(), wanted = fleet_->acknowledged();
  for (std::size_t i = 0; i < kAgents; ++i) QVERIFY2(rows[i] >= wanted[i], agents_[i].id.c_str());
  qInfo(
      "%d rounds of %zu faults; %ld reports of the first agent were acknowledged, and the newest of every agent is "
      "written",
      rounds, faults.size(), fleet_->acknowledged()[0]);
}

QTEST_GUILESS_MAIN(TestPgServeFaults)
#include "tst_pg_serve_faults.moc"
