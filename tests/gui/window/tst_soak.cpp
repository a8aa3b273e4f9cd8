// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>
#include <cstdio>

#include "gui/heartbeat.hpp"
#include "gui/operator.hpp"
#include "gui/producers.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kProducers = 8;
constexpr auto kPause = 2ms;             // 8 producers: about 50,000 updates a second
constexpr int kDefaultSeconds = 30;      // METABATCH_SOAK_SECONDS sets any length
constexpr double kLongestBlockMs = 250;  // a quarter of a second: new colours for every widget, on a busy machine
constexpr double kMostGrowthMiB = 36;    // of the resident set, from the end of the warm-up on: bounded logs fill up
constexpr int kStepMs = 400;

#if defined(__SANITIZE_ADDRESS__)
constexpr double kSlower = 20;  // the cost of a sanitizer, and its quarantine of freed memory
#else
constexpr double kSlower = 1;
#endif

double residentMiB() {
  std::ifstream file("/proc/self/statm");
  long pages = 0, resident = 0;
  file >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// Everything that is written to stderr while it lives.
class StderrCapture {
 public:
  explicit StderrCapture(const QString& file) : m_file(file), m_saved(::dup(2)) {
    const int to = ::open(qPrintable(file), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    ::dup2(to, 2);
    ::close(to);
  }
  ~StderrCapture() { end(); }
  QByteArray end() {
    if (m_saved >= 0) {
      ::dup2(m_saved, 2);
      ::close(m_saved);
      m_saved = -1;
    }
    QFile file(m_file);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
  }

 private:
  const QString m_file;
  int m_saved;
};

void recordAndPrint(QtMsgType type, const QMessageLogContext& where, const QString& text) {
  if (type == QtInfoMsg)  // our own figures
    std::printf("INFO   : %s\n", qPrintable(text));
  else
    recordComplaint(type, where, text);
}

using Act = std::function<void(MainWindow&)>;

Act key(int code, Qt::KeyboardModifiers with = Qt::NoModifier) {
  return [=](MainWindow& window) { QTest::keyClick(&window, static_cast<Qt::Key>(code), with); };
}
Act fault(int index) {
  return [=](MainWindow& window) {
    auto* const box = window.findChild<QComboBox*>("fault");
    box->setCurrentIndex(index);
    emit box->activated(index);
  };
}
Act number(const char* field, int value) {
  return [=](MainWindow& window) { window.findChild<QSpinBox*>(field)->setValue(value); };
}
Act choice(const char* field, int index) {
  return [=](MainWindow& window) { window.findChild<QComboBox*>(field)->setCurrentIndex(index); };
}
Act page(const char* name) {
  return [=](MainWindow& window) { window.pages().showPage(name); };
}
void csv(MainWindow& window) { QVERIFY(!pageCsv(*window.pages().currentWidget(), window.data()).isEmpty()); }

}  // namespace

/// Eight producers feed the real window for half a minute, or for METABATCH_SOAK_SECONDS (`./dev
/// soak desktop`), while an operator tries everything. No update may be lost, no message logged;
/// the window may not block or grow.
class TstSoak : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void eightProducersThroughTheWindow();

 private:
  struct Step {
    const char* name;
    Act act;
  };
  static std::vector<Step> faultsAndPages();
  static std::vector<Step> operatorsActions();
  void soak(MainWindow& window, int seconds);
  void closeWhileItFlushes(MainWindow& window);
  void compare(const Producers& producers, const QString& file);

  QTemporaryDir home;
  Heartbeat* heartbeat = nullptr;
};

void TstSoak::initTestCase() {
  keepSettingsIn(home, "tst_soak");
  qInstallMessageHandler(recordAndPrint);
}

/// With operatorsActions(): everything that can be done to a running session, each where the
/// operator does it.
std::vector<TstSoak::Step> TstSoak::faultsAndPages() {
  return {
      {"batches of one", number("batch_size", 1)},
      {"batches of 2,000", number("batch_size", 2000)},
      {"page of flushes", page("Flushes")},
      {"export of flushes", csv},
      {"slow store", fault(1)},
      {"page of agents", page("Agents")},
      {"zoom in", key(Qt::Key_Plus, Qt::ControlModifier)},
      {"flush now", key(Qt::Key_F5, Qt::ControlModifier)},
      {"failing store", fault(2)},
      {"page of the channel", page("Channel")},
      {"lost store", fault(3)},
      {"dashboard", page("Dashboard")},
      {"store in order", fault(0)},
      {"flushes held", key(Qt::Key_H, Qt::ControlModifier)},
      {"fifo", choice("queue", 1)},
      {"flushes go on", key(Qt::Key_H, Qt::ControlModifier)},
  };
}

std::vector<TstSoak::Step> TstSoak::operatorsActions() {
  return {
      {"charts stand still", key(Qt::Key_Space)},
      {"dark", [](MainWindow& window) { window.setThemeChoice(ThemeChoice::dark); }},
      {"charts follow", key(Qt::Key_Space)},
      {"zoom out", key(Qt::Key_Minus, Qt::ControlModifier)},
      {"coalesce", choice("queue", 0)},
      {"light", [](MainWindow& window) { window.setThemeChoice(ThemeChoice::light); }},
      {"narrow", [](MainWindow& window) { window.resize(820, 700); }},
      {"another fleet", number("agents", 20)},
      {"wide", [](MainWindow& window) { window.resize(1280, 820); }},
      {"taken back", key(Qt::Key_Z, Qt::ControlModifier)},
      {"export of charts", csv},
      {"batches of 500", number("batch_size", 500)},
      {"small room", number("queue_capacity", 1000)},  // fewer than rows: some values are refused, and reported so
      {"large room", number("queue_capacity", 100'000)},
      {"everything seen", [](MainWindow& window) { window.data().time.setSpan(24h); }},
      {"a minute", [](MainWindow& window) { window.data().time.setSpan(1min); }},
  };
}

void TstSoak::soak(MainWindow& window, int seconds) {
  std::vector<Step> steps = faultsAndPages();
  for (Step& step : operatorsActions()) steps.push_back(std::move(step));
  const int warmUp = std::min(seconds / 3, 120);  // and each step once: its first time allocates what stays
  QElapsedTimer timer;
  timer.start();
  std::optional<double> warm;
  double most = 0;
  QEventLoop loop;
  QTimer act;
  std::size_t next = 0, rounds = 0;
  connect(&act, &QTimer::timeout, &loop, [&] {
    heartbeat->setDoing(steps[next].name);
    steps[next].act(window);
    next = (next + 1) % steps.size();
    rounds += next == 0;
    const qint64 second = timer.elapsed() / 1000;
    if (second >= warmUp && rounds > 0 && !warm) warm = residentMiB();
    if (warm) most = std::max(most, residentMiB());
    if (second >= seconds && rounds > 1) loop.quit();
  });
  act.start(kStepMs);
  loop.exec();
  qInfo("resident: %.1f MiB warm, %.1f MiB at most; longest block %.1f ms while: %s; %d beats", *warm, most,
        heartbeat->longestMs(), qPrintable(heartbeat->longestWhile()), heartbeat->beats());
  QVERIFY2(most - *warm < kMostGrowthMiB * kSlower, qPrintable(QString::number(most - *warm)));
}

/// The store is slow, so that a flush is certainly running.
void TstSoak::closeWhileItFlushes(MainWindow& window) {
  heartbeat->setDoing("closing");
  auto* const fault = window.findChild<QComboBox*>("fault");
  fault->setCurrentIndex(1);
  emit fault->activated(1);
  QSignalSpy closed(&window, &MainWindow::sessionClosed);
  QEventLoop loop;
  connect(&window, &MainWindow::sessionClosed, &loop, &QEventLoop::quit, Qt::QueuedConnection);
  connect(window.drive().session(), &LiveSession::sampled, &loop,
          [&](const std::shared_ptr<const SessionSnapshot>& snapshot) {
            if (snapshot->sample.counters.in_flight > 0) window.close();
          });
  QTimer::singleShot(kPatience, &loop, &QEventLoop::quit);
  loop.exec();
  QCOMPARE(closed.count(), 1);
  QCOMPARE(closed[0][0].toULongLong(), 0u);
}

/// The table, read in plain SQL, against the producers' own model.
void TstSoak::compare(const Producers& producers, const QString& file) {
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::int64_t>> table;
  {
    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", "soak");
    database.setDatabaseName(file);
    QVERIFY(database.open());
    QSqlQuery query(database);
    QVERIFY(query.exec("SELECT workspace_agent_id, key, value, collected_at FROM workspace_agent_metadata"));
    while (query.next())
      table[{query.value(0).toString().toStdString(), query.value(1).toString().toStdString()}] = {
          query.value(2).toString().toStdString(), query.value(3).toLongLong()};
  }
  QSqlDatabase::removeDatabase("soak");
  const auto rows = producers.rows();
  QCOMPARE(rows.size(), kProducers * Producers::kAgentsEach * Producers::kKeys);
  std::size_t different = 0;
  for (const Producers::Row& row : rows)
    if (table[{row.agent, row.key}] != std::pair(row.value, row.collected_at)) ++different;
  QCOMPARE(different, std::size_t(0));
}

void TstSoak::eightProducersThroughTheWindow() {
  const int seconds = qEnvironmentVariableIntValue("METABATCH_SOAK_SECONDS");
  StderrCapture said(home.filePath("stderr"));
  const sql::Database database(home.filePath("soak.db").toStdString());
  Producers producers(kProducers, kPause);
  QVERIFY(database.register_agents(producers.agents(), producers.keys()).index() == 0);
  MainWindow window;
  window.resize(1280, 820);
  window.show();
  Heartbeat beats;
  heartbeat = &beats;
  SessionPlan plan{.alsoFeed = [&](engine::Lanes* lanes) { producers.feed(lanes); },
                   .database = database,
                   .fleet = {.agents = 10, .keys = 5, .every = 1s},
                   .config = {},
                   .isDemo = true};
  window.startSession(std::move(plan));
  int snapshots = 0, unbalanced = 0;
  connect(window.drive().session(), &LiveSession::sampled, this,
          [&](const std::shared_ptr<const SessionSnapshot>& snapshot) {
            ++snapshots;
            if (!snapshot->sample.counters.balanced()) ++unbalanced;
          });
  soak(window, seconds > 0 ? seconds : kDefaultSeconds);
  closeWhileItFlushes(window);
  const Counters end = window.data().series.latest().counters;
  qInfo("%llu updates offered, %llu coalesced, %llu dropped, %llu written; longest block %.1f ms while: %s",
        static_cast<unsigned long long>(end.offered), static_cast<unsigned long long>(end.coalesced),
        static_cast<unsigned long long>(end.dropped()), static_cast<unsigned long long>(end.written), beats.longestMs(),
        qPrintable(beats.longestWhile()));
  QVERIFY(snapshots > 2 * std::min(seconds, kDefaultSeconds) / 2);
  QCOMPARE(unbalanced, 0);
  QVERIFY(end.balanced());
  QCOMPARE(end.held() + end.discarded + end.unmatched + end.quarantined + end.stale + end.rows_stale, 0u);
  QVERIFY(end.offered >= producers.offered() && end.dropped() >= producers.dropped());
  compare(producers, home.filePath("soak.db"));
  QVERIFY2(beats.longestMs() < kLongestBlockMs * kSlower, qPrintable(beats.longestWhile()));
  QCOMPARE(complaints().join('\n'), QString());
  QCOMPARE(said.end(), QByteArray());
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const int seconds = std::max(qEnvironmentVariableIntValue("METABATCH_SOAK_SECONDS"), kDefaultSeconds);
  qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number((seconds + 300) * 1000));  // its watchdog gives 300 s
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstSoak suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_soak.moc"
