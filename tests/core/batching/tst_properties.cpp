// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <chrono>

#include "support/operations.hpp"

using metabatch::oracle::Choices;
using metabatch::oracle::Coverage;
using metabatch::oracle::run_operations;

/// Runs the machine against the oracle on random sequences of operations. METABATCH_SEED repeats a
/// run; METABATCH_SEQUENCES makes it longer.
class TestProperties : public QObject {
  Q_OBJECT

 private slots:
  void machineAgreesWithOracle();
  void fuzzerBytesDriveTheSameSequences();
};

namespace {

constexpr std::uint64_t kSequences = 12000;  // a few seconds on one slow core
constexpr std::size_t kOperations = 120;

std::uint64_t fromEnvironment(const char* name, std::uint64_t otherwise) {
  bool ok = false;
  const qulonglong value = qEnvironmentVariable(name).toULongLong(&ok);
  return ok ? value : otherwise;
}

}  // namespace

void TestProperties::machineAgreesWithOracle() {
  const auto fresh = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const std::uint64_t seed = fromEnvironment("METABATCH_SEED", fresh);
  const std::uint64_t sequences = fromEnvironment("METABATCH_SEQUENCES", kSequences);
  qInfo("METABATCH_SEED=%llu", static_cast<unsigned long long>(seed));
  Coverage coverage;
  for (std::uint64_t i = 0; i < sequences; ++i) {
    const auto difference = run_operations(Choices(seed + i * 0x632BE59BD9B4E019), coverage, kOperations);
    if (difference)
      QFAIL(qPrintable(QString("METABATCH_SEED=%1, sequence %2\n").arg(seed).arg(i) +
                       QString::fromStdString(*difference)));
  }
  const std::string missing = coverage.missing();
  QVERIFY2(missing.empty(), ("never visited:\n" + missing).c_str());
}

void TestProperties::fuzzerBytesDriveTheSameSequences() {
  Coverage coverage;
  std::vector<std::uint8_t> bytes;
  std::uint32_t state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1664525 + 1013904223;  // the generator of Numerical Recipes
    bytes.push_back(static_cast<std::uint8_t>(state >> 24));
    if (i % 40 != 0) continue;
    const auto difference = run_operations(Choices(bytes), coverage, 4000);
    QVERIFY2(!difference, difference.value_or("").c_str());
  }
}

QTEST_GUILESS_MAIN(TestProperties)
#include "tst_properties.moc"
