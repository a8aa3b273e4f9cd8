// SPDX-License-Identifier: GPL-3.0-or-later
// What the window costs: eight producers at full speed into the embedded database, with the engine alone and with the
// window of metabatch-desktop open over it, in turn and in one program; then what a frame costs, and a cold start.
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "gui/a_day.hpp"
#include "gui/main_window.hpp"
#include "gui/producers.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

constexpr std::size_t kProducers = 8;
constexpr int kStarts = 15;
constexpr int kFrames = 200;

struct Options {
  int rounds = 5;
  int seconds = 5;
};

struct Speed {
  double offered = 0;  // updates a second
  double written = 0;  // entries a second
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

/// Between two moments, once all of it is under way.
Speed measure(const Producers& producers, const engine::Lanes& lanes, const Options& options) {
  runLoop(1000);
  QElapsedTimer timer;
  timer.start();
  const std::uint64_t offered = producers.offered(), written = lanes.snapshot().counters.written;
  runLoop(options.seconds * 1000);
  const double seconds = static_cast<double>(timer.nsecsElapsed()) / 1e9;
  return {static_cast<double>(producers.offered() - offered) / seconds,
          static_cast<double>(lanes.snapshot().counters.written - written) / seconds};
}

Speed withoutWindow(const sql::Database& database, const Options& options) {
  Producers producers(kProducers, 0us);
  (void)database.register_agents(producers.agents(), producers.keys());
  const Config config = validated(Config{}).value();
  engine::Notifier notifier;
  sql::StoreWishes wishes;
  wishes.config = config;
  wishes.notifier = &notifier;
  const auto store = database.make_store(wishes);
  engine::Store* const stores[] = {store.get()};
  auto lanes = engine::Lanes::create(config, stores);
  producers.feed(lanes->get());
  const Speed found = measure(producers, **lanes, options);
  producers.feed(nullptr);
  return found;
}

Speed withWindow(const sql::Database& database, const Options& options) {
  Producers producers(kProducers, 0us);
  (void)database.register_agents(producers.agents(), producers.keys());
  MainWindow window;
  window.resize(1440, 900);
  window.show();
  engine::Lanes* running = nullptr;
  window.startSession({.alsoFeed =
                           [&](engine::Lanes* lanes) {
                             producers.feed(lanes);
                             if (lanes != nullptr)
                               QMetaObject::invokeMethod(&window, [&running, lanes] { running = lanes; });
                           },
                       .database = database,
                       .fleet = {.agents = 1, .keys = 1, .every = 1h},
                       .config = {},
                       .isDemo = true});
  while (running == nullptr) runLoop(1);
  const Speed found = measure(producers, *running, options);
  window.close();
  while (window.isVisible()) runLoop(1);
  return found;
}

void compareSpeeds(const Options& options) {
  std::vector<double> offered, written, alone, both;
  for (int round = 0; round < options.rounds; ++round) {
    QTemporaryDir folder;
    const auto file = [&](const char* name) { return sql::Database(folder.filePath(name).toStdString()); };
    Speed without, with;
    if (round % 2 == 0) without = withoutWindow(file("without.db"), options);
    with = withWindow(file("with.db"), options);
    if (round % 2 != 0) without = withoutWindow(file("without.db"), options);
    offered.push_back(with.offered / without.offered);
    written.push_back(with.written / without.written);
    alone.push_back(without.offered);
    both.push_back(with.offered);
    std::printf(
        "round %d: without the window %.2f M updates/s, %.0f written/s; with it %.2f M/s, %.0f/s; ratios %.2f, %.2f\n",
        round + 1, without.offered / 1e6, without.written, with.offered / 1e6, with.written, offered.back(),
        written.back());
    std::fflush(stdout);
  }
  std::printf("median of %d: %.2f M updates/s without, %.2f M/s with; with / without %.2f (updates), %.2f (written)\n",
              options.rounds, median(alone) / 1e6, median(both) / 1e6, median(offered), median(written));
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
    int* const value = std::strcmp(argv[i], "--rounds") == 0    ? &options.rounds
                       : std::strcmp(argv[i], "--seconds") == 0 ? &options.seconds
                                                                : nullptr;
    if (value == nullptr || i + 1 == argc || (*value = std::atoi(argv[++i])) < 1) {
      std::fprintf(stderr, "usage: metabatch-bench-desktop [--rounds N] [--seconds N]\n");
      return 2;
    }
  }
  measureStart();
  measureFrames();
  compareSpeeds(options);
  return 0;
}
