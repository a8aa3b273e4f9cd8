// SPDX-License-Identifier: Apache-2.0
#include "engine/short_wait.hpp"

#include <QTest>

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

/// Each reading is later than the one before by a step.
class SteadilySlowClock final : public engine::Clock {
 public:
  explicit SteadilySlowClock(Duration step) : step_(step) {}
  Instant now() override { return now_ += step_; }
  Instant coarse_now() override { return now_; }
  WallTime wall_now() override { return {}; }
  void wait(std::unique_lock<std::mutex>&, std::condition_variable&, std::optional<Instant>) override {}

 private:
  const Duration step_;
  Instant now_{1h};
};

int rounds_with(Duration step) {
  SteadilySlowClock clock(step);
  engine::ShortWait wait(clock);
  int rounds = 0;
  while (wait.goes_on()) ++rounds;
  return rounds;
}

}  // namespace

class TestShortWait : public QObject {
  Q_OBJECT
 private slots:
  void lastsFiftyMicroseconds() {
    QCOMPARE(rounds_with(10us), 4);
    QCOMPARE(rounds_with(1us), 49);
    QCOMPARE(rounds_with(1s), 0);
  }
  /// In virtual time it would never end. A hundred rounds took seconds on a busy machine.
  void endsAtOnceWhereTheClockStandsStill() { QCOMPARE(rounds_with(0s), 0); }
};

QTEST_APPLESS_MAIN(TestShortWait)
#include "tst_short_wait.moc"
