// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "support/cost/heap.hpp"
#include "support/scenarios.hpp"

using namespace metabatch;
using namespace metabatch::tests;
using namespace std::chrono_literals;

/// The memory of a simulation depends on the fleet, not on the simulated time.
class TestSimulatorMemory : public QObject {
  Q_OBJECT

 private slots:
  void aDayTakesAsMuchAsAnHour();
  void anAgentTakesFewBytes();
};

void TestSimulatorMemory::aDayTakesAsMuchAsAnHour() {
  Simulator simulator = Simulator::create(validated(scenario_of({{"agents", "60"},
                                                                 {"late", "2%"},
                                                                 {"late-by", "1m"},
                                                                 {"for", "24h"},
                                                                 {"duplicates", "2%"},
                                                                 {"stay", "20m"},
                                                                 {"away", "20m"},
                                                                 {"jitter", "5s"},
                                                                 {"failures", "2%"},
                                                                 {"burst-every", "5m"}}))
                                              .value());
  simulator.run_until(1h);
  const std::size_t after_an_hour = bytes_in_use();
  std::size_t most = after_an_hour;
  while (!simulator.finished()) {
    simulator.run_for(30min);
    most = std::max(most, bytes_in_use());
  }
  QVERIFY(simulator.counters().offered > 3'000'000);
  QVERIFY2(most < after_an_hour + 64 * 1024, qPrintable(QString::number(most - after_an_hour)));
}

void TestSimulatorMemory::anAgentTakesFewBytes() {
  const std::size_t before = bytes_in_use();
  const auto fleet = [](std::string_view agents) {
    return Simulator::create(validated(scenario_of({{"agents", agents}, {"keys", "15"}})).value());
  };
  const Simulator few = fleet("1000");
  const std::size_t with_few = bytes_in_use() - before;
  const Simulator many = fleet("101000");
  const std::size_t with_many = bytes_in_use() - before - with_few;
  const double per_agent = static_cast<double>(with_many - with_few) / 100'000;
  QVERIFY2(per_agent < 15 * (8 + 24) + 64 + 2 * 16,
           qPrintable(QString::number(per_agent)));  // rows and their ages, agent, report
}

QTEST_GUILESS_MAIN(TestSimulatorMemory)
#include "tst_simulator_memory.moc"
