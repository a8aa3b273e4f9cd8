// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>
#include <limits>

#include "base/axis_steps.hpp"

using namespace metabatch;

/// The numbers at which axes end, and their marks.
class TstAxisSteps : public QObject {
  Q_OBJECT

 private slots:
  void stepsAroundAValue_data();
  void stepsAroundAValue();
};

void TstAxisSteps::stepsAroundAValue_data() {
  QTest::addColumn<double>("value");
  QTest::addColumn<double>("below");
  QTest::addColumn<double>("above");
  QTest::newRow("nothing") << 0.0 << 1.0 << 1.0;
  QTest::newRow("below zero") << -4.0 << 1.0 << 1.0;
  QTest::newRow("not finite") << std::numeric_limits<double>::infinity() << 1.0 << 1.0;
  QTest::newRow("a step itself") << 200.0 << 200.0 << 200.0;
  QTest::newRow("a step as it is computed") << 0.1 * 3 + 0.2 << 0.5 << 0.5;
  QTest::newRow("between 2 and 5") << 2.01 << 2.0 << 5.0;
  QTest::newRow("between 5 and 10") << 5'100.0 << 5'000.0 << 10'000.0;
  QTest::newRow("small") << 0.0013 << 0.001 << 0.002;
}

void TstAxisSteps::stepsAroundAValue() {
  QFETCH(double, value);
  QFETCH(double, below);
  QFETCH(double, above);
  QVERIFY(std::abs(axis_ceiling(value) - above) <= above * 1e-9);
  QVERIFY(std::abs(axis_floor(value) - below) <= below * 1e-9);
}

QTEST_APPLESS_MAIN(TstAxisSteps)
#include "tst_axis_steps.moc"
