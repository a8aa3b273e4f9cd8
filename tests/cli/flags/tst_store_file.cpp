// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "cli/flags/arguments.hpp"
#include "cli/flags/store_file.hpp"
#include "cli/report/flush_times.hpp"
#include "cli/report/results.hpp"

using namespace metabatch;
using namespace metabatch::cli;
using namespace std::chrono_literals;

namespace {

/// Flushes of a database that needs 2 ms, and 10 us for each entry.
FlushFigures measuredFigures(int flushes) {
  FlushTimes times;
  for (int i = 0; i < flushes; ++i) {
    engine::FlushRecord flush;
    flush.id = static_cast<std::uint64_t>(i) + 1;
    flush.started = Instant{} + i * 1s;
    flush.entries = i % 2 == 0 ? 100 : 500;
    flush.took = 2ms + static_cast<std::int64_t>(flush.entries) * 10us;
    times.record(flush);
  }
  return times.figures();
}

}  // namespace

class TestStoreFile : public QObject {
  Q_OBJECT
 private slots:
  void aResultIsReadAsItWasMeasured();
  void aFailedFlushMeasuresNothing();
  void aFileThatIsNoResultIsRefused_data();
  void aFileThatIsNoResultIsRefused();

 private:
  std::string written(const std::string& text) const {
    const std::string path = folder_.path().toStdString() + "/result.json";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const QTemporaryDir folder_;
};

void TestStoreFile::aResultIsReadAsItWasMeasured() {
  RunResult result;
  result.flush_times = measuredFigures(20);
  QCOMPARE(result.flush_times->store.row_cost, Duration(10us));
  StoreModel store;
  store.failures = 7;
  read_store_file(written(result_json(result)), store);
  QCOMPARE(store.row_cost, Duration(10us));
  QCOMPARE(store.latency.p50, Duration(2ms));
  QCOMPARE(store.failures, 7U);
  const std::string text = flush_times_text(*result.flush_times);
  QVERIFY2(text.find("an entry costs 10.0 us") != text.npos, text.c_str());
}

void TestStoreFile::aFailedFlushMeasuresNothing() {
  FlushTimes times;
  engine::FlushRecord flush;
  flush.failure = FailureClass::connection;
  flush.took = 10s;
  times.record(flush);
  QCOMPARE(times.figures().flushes, std::size_t{0});
  QCOMPARE(flush_times_text(times.figures()), std::string());
}

void TestStoreFile::aFileThatIsNoResultIsRefused_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("reason");
  QTest::newRow("no JSON") << QByteArray("[store]\n") << QByteArray("it is not the JSON result");
  QTest::newRow("of a simulation") << QByteArray("{\"offered\":1}") << QByteArray("it has no member `store`");
  RunResult few;
  few.flush_times = measuredFigures(2);
  QTest::newRow("too few flushes") << QByteArray::fromStdString(result_json(few)) << QByteArray("too few flushes");
  QTest::newRow("not a number") << QByteArray(R"({"store":{"latency_p50_s":"4","latency_p99_s":1,"row_cost_s":0}})")
                                << QByteArray("store.latency_p50_s must be a number");
  QTest::newRow("negative") << QByteArray(R"({"store":{"latency_p50_s":1,"latency_p99_s":1,"row_cost_s":-1}})")
                            << QByteArray("store.row_cost_s must be a number");
  QTest::newRow("p99 below p50") << QByteArray(R"({"store":{"latency_p50_s":2,"latency_p99_s":1,"row_cost_s":0}})")
                                 << QByteArray("is below");
}

void TestStoreFile::aFileThatIsNoResultIsRefused() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, reason);
  StoreModel store;
  try {
    read_store_file(written(text.toStdString()), store);
    QFAIL("it was read");
  } catch (const UsageError& error) {
    QVERIFY2(QByteArray(error.what()).contains(reason), error.what());
  }
}

QTEST_GUILESS_MAIN(TestStoreFile)
#include "tst_store_file.moc"
