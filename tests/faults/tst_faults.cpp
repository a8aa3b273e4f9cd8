// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <chrono>

#include "faults/simulation.hpp"

using namespace metabatch::faults;

/// A short run of the fault simulation: worlds drawn from seeds, in which no value may be lost and
/// no entry may wait for ever. METABATCH_SEED repeats a run; METABATCH_SEQUENCES makes it longer.
class TestFaults : public QObject {
  Q_OBJECT

 private slots:
  void nothingIsLostAndNothingWaitsForEver_data();
  void nothingIsLostAndNothingWaitsForEver();
  void aSeedRepeatsItsRun();
};

namespace {

std::uint64_t fromEnvironment(const char* name, std::uint64_t otherwise) {
  bool ok = false;
  const qulonglong value = qEnvironmentVariable(name).toULongLong(&ok);
  return ok ? value : otherwise;
}

}  // namespace

void TestFaults::nothingIsLostAndNothingWaitsForEver_data() {
  QTest::addColumn<int>("subject");
  QTest::addColumn<int>("runs");
  QTest::newRow("the machine of core") << static_cast<int>(Subject::batcher) << 150;
  QTest::newRow("the engine") << static_cast<int>(Subject::engine) << 15;
}

void TestFaults::nothingIsLostAndNothingWaitsForEver() {
  QFETCH(int, subject);
  QFETCH(int, runs);
  const auto fresh = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const std::uint64_t seed = fromEnvironment("METABATCH_SEED", fresh);
  const std::uint64_t sequences = fromEnvironment("METABATCH_SEQUENCES", static_cast<std::uint64_t>(runs));
  qInfo("METABATCH_SEED=%llu", static_cast<unsigned long long>(seed));
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const Result result = simulate(seed + i * 0x632BE59BD9B4E019, static_cast<Subject>(subject));
    QVERIFY2(result.finding.empty(), result.finding.c_str());
  }
}

void TestFaults::aSeedRepeatsItsRun() {
  const Result once = simulate(42, Subject::batcher), again = simulate(42, Subject::batcher);
  QCOMPARE(once.flushes, again.flushes);
  QVERIFY(once.flushes > 100);
  QCOMPARE(once.simulated, again.simulated);
}

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
