// SPDX-License-Identifier: GPL-3.0-or-later
// What the window costs. Two machines exist from the first moment to the last: an engine alone, and
// an engine under a session with the window of metabatch-desktop open. Each has a database file of
// its own. Eight producers at full speed feed one or the other for a second at a time: alone,
// window, window, alone, ... While the engine runs alone, the threads of the window and of its
// session do not run: nothing is sampled or drawn. So both are compared under the same load of the
// machine, within seconds, and neither result contains the cost of a start. Each pair of slices
// gives a ratio. The result is the median; the interval that contains it with 95 % shows how far it
// can be trusted. The processor time of the window's and the session's threads is measured too: it
// bounds the loss from below, whatever the noise. Then the bench measures a frame, and a cold
// start.
#include <pthread.h>
#include <time.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <semaphore>
#include <thread>

#include "gui/a_day.hpp"
#include "gui/producers.hpp"
#include "gui/window/main_window.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

constexpr std::size_t kProducers = 8;
constexpr int kStarts = 15;
constexpr int kFrames = 200;

struct Options {
  int rounds = 30;   // pairs of slices
  int slice = 1000;  // milliseconds
};

struct Speed {
  double offered = 0;  // updates a second
  double written = 0;  // entries a second
  double window = 0;   // processor share of the threads of the window and its session
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void runLoop(int ms) {
  QEventLoop loop;
  QTimer::singleShot(ms, &loop, &QEventLoop::quit);
  loop.exec();
}

double cpuSeconds(pthread_t thread) {
  clockid_t clock{};
  timespec time{};
  if (::pthread_getcpuclockid(thread, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// The engine without a window.
class Alone {
 public:
  Alone(const sql::Database& database, const Producers& producers) {
    (void)database.register_agents(producers.agents(), producers.keys());
    sql::StoreOptions options;
    options.notifier = &m_notifier;
    m_store = database.make_store(options);
    engine::Store* const stores[] = {m_store.get()};
    m_lanes = engine::Lanes::create(options.config, stores).value();
  }
  [[nodiscard]] engine::Lanes& lanes() { return *m_lanes; }

 private:
  engine::Notifier m_notifier;
  std::unique_ptr<engine::Store> m_store;
  std::unique_ptr<engine::Lanes> m_lanes;
};

/// The engine under the window; both can be paused.
class Windowed {
 public:
  Windowed(const sql::Database& database, const Producers& producers) {
    (void)database.register_agents(producers.agents(), producers.keys());
    m_window.resize(1440, 900);
    m_window.show();
    m_window.startSession({.alsoFeed = [this](engine::Lanes* lanes) { begin(lanes); },
                           .database = database,
                           .fleet = {.agents = 1, .keys = 1, .every = 1h},
                           .config = {},
                           .isDemo = true});
    while (m_lanes == nullptr) runLoop(1);
  }
  ~Windowed() {
    m_window.close();
    while (m_window.isVisible()) runLoop(1);
  }
  [[nodiscard]] engine::Lanes& lanes() { return *m_lanes; }
  [[nodiscard]] double cpuSeconds() const { return ::cpuSeconds(::pthread_self()) + ::cpuSeconds(m_thread); }

  /// The session's thread waits until go(). The window's thread is the caller's, which runs no
  /// loop.
  void stop() {
    QMetaObject::invokeMethod(m_there, [this] {
      m_isStopped.release();
      m_mayGo.acquire();
    });
    m_isStopped.acquire();
  }
  void go() { m_mayGo.release(); }

 private:
  /// Runs in the session's thread.
  void begin(engine::Lanes* lanes) {
    if (lanes == nullptr) return m_there->deleteLater();
    m_there = new QObject;
    const pthread_t thread = ::pthread_self();
    QMetaObject::invokeMethod(&m_window, [this, lanes, thread] {
      m_lanes = lanes;
      m_thread = thread;
    });
  }

  MainWindow m_window;
  QObject* m_there = nullptr;  // lives in the session's thread
  pthread_t m_thread{};
  engine::Lanes* m_lanes = nullptr;
  std::binary_semaphore m_isStopped{0}, m_mayGo{0};
};

/// What the producers achieve in a slice; `wait` lets the time of the slice pass.
template <class Wait>
Speed measure(Producers& producers, engine::Lanes& lanes, const Options& options, Wait wait) {
  producers.feed(&lanes);
  wait(options.slice / 5);  // until everything has started
  QElapsedTimer timer;
  timer.start();
  const std::uint64_t offered = producers.offered(), written = lanes.snapshot().counters.written;
  wait(options.slice);
  const double seconds = static_cast<double>(timer.nsecsElapsed()) / 1e9;
  const Speed found{static_cast<double>(producers.offered() - offered) / seconds,
                    static_cast<double>(lanes.snapshot().counters.written - written) / seconds};
  producers.feed(nullptr);
  return found;
}

Speed measureAlone(Producers& producers, Alone& alone, Windowed& windowed, const Options& options) {
  windowed.stop();
  const Speed found = measure(producers, alone.lanes(), options,
                              [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); });
  windowed.go();
  return found;
}

Speed measureWindowed(Producers& producers, Windowed& windowed, const Options& options) {
  double busy = 0, seconds = 0;
  Speed found = measure(producers, windowed.lanes(), options, [&](int ms) {
    const double before = windowed.cpuSeconds();
    runLoop(ms);
    busy += windowed.cpuSeconds() - before;
    seconds += ms / 1e3;
  });
  found.window = busy / seconds;
  return found;
}

/// The median, and the ranks that contain it with 95 %: half of the values are above it, so their
/// number is distributed as that many coin tosses.
QByteArray medianText(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double count = static_cast<double>(values.size());
  const auto low = static_cast<std::size_t>(std::max(0.0, std::floor((count - 1.96 * std::sqrt(count)) / 2)));
  return QByteArray::number(median(values), 'f', 3) + " (" + QByteArray::number(values[low], 'f', 3) + " to " +
         QByteArray::number(values[values.size() - 1 - low], 'f', 3) + ")";
}

void compareSpeeds(const Options& options) {
  QTemporaryDir folder;
  const auto file = [&](const char* name) { return sql::Database(folder.filePath(name).toStdString()); };
  Producers producers(kProducers, 0us);
  Alone alone(file("alone.db"), producers);
  Windowed windowed(file("windowed.db"), producers);
  std::vector<double> offered, written, shares, without, with;
  for (int round = 0; round < options.rounds; ++round) {
    Speed engine, window;
    if (round % 2 == 0) engine = measureAlone(producers, alone, windowed, options);
    window = measureWindowed(producers, windowed, options);
    if (round % 2 != 0) engine = measureAlone(producers, alone, windowed, options);
    offered.push_back(window.offered / engine.offered);
    written.push_back(window.written / engine.written);
    shares.push_back(window.window);
    without.push_back(engine.offered / 1e6);
    with.push_back(window.offered / 1e6);
  }
  std::printf("eight producers at full speed, %d pairs of slices of %d ms: median, and where it is with 95 %%\n",
              options.rounds, options.slice);
  std::printf("  M updates/s, engine alone      %s\n", medianText(without).constData());
  std::printf("  M updates/s, under the window  %s\n", medianText(with).constData());
  std::printf("  ratio of updates               %s\n", medianText(offered).constData());
  std::printf("  ratio of entries written       %s\n", medianText(written).constData());
  std::printf("  the window's threads, of one of %d processors  %s\n", QThread::idealThreadCount(),
              medianText(shares).constData());
}

void measureStart() {
  std::vector<double> times;
  for (int i = 0; i < kStarts; ++i) {
    QElapsedTimer timer;
    timer.start();
    QProcess process;
    process.start(QCoreApplication::applicationDirPath() + "/metabatch-desktop", {"--exit-when-drawn"});
    process.waitForFinished(60'000);
    times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
  }
  std::printf("cold start to a drawn window and its end: best %.0f ms, median %.0f ms of %d\n",
              *std::min_element(times.begin(), times.end()), median(times), kStarts);
}

void measureFrames() {
  FramesOfADay day;
  std::vector<double> times;
  for (int i = 0; i < kFrames; ++i) times.push_back(day.nextMs());
  std::sort(times.begin(), times.end());
  std::printf(
      "a frame of ten charts over 24 h of one-second samples: best %.1f ms, median %.1f ms, worst %.1f ms of %d\n",
      times.front(), median(times), times.back(), kFrames);
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  QTemporaryDir home;
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
  Options options;
  for (int i = 1; i < argc; ++i) {
    int* const value = std::strcmp(argv[i], "--rounds") == 0  ? &options.rounds
                       : std::strcmp(argv[i], "--slice") == 0 ? &options.slice
                                                              : nullptr;
    if (value == nullptr || i + 1 == argc || (*value = std::atoi(argv[++i])) < 1) {
      std::fprintf(stderr, "usage: metabatch-bench-desktop [--rounds N] [--slice MILLISECONDS]\n");
      return 2;
    }
  }
  measureStart();
  measureFrames();
  compareSpeeds(options);
  return 0;
}
