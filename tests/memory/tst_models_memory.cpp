// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "models/charts/live_series.hpp"
#include "models/logs/channel_log.hpp"
#include "models/logs/flush_log.hpp"
#include "models/steady_fleet.hpp"
#include "support/cost/heap.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace metabatch::tests;
using namespace std::chrono_literals;

/// The memory of the models of a window that stays open.
class TestModelsMemory : public QObject {
  Q_OBJECT

 private slots:
  void aWeekOfSamplesKeepsTheMemoryFlat();
};

/// One sample, two flushes and a notification a second for seven days, and a changed setting each
/// minute. Everything that grows in the models has grown by the end of the second day.
void TestModelsMemory::aWeekOfSamplesKeepsTheMemoryFlat() {
  constexpr int kDay = 86'400;
  constexpr std::size_t kMostGrowth = 256 << 10;  // bytes, from the end of the second day to that of the seventh
  LiveSeries series;
  FlushLog flushes;
  ChannelLog channel;
  const std::string payload(34 * 22, 'A');
  FlushLine line;
  std::vector<FlushLine> flushLines;
  std::vector<ChannelLine> channelLines;
  std::size_t settled = 0;
  for (int second = 0; second < 7 * kDay; ++second) {
    Sample sample = after(second);
    series.append(sample);
    for (const Reason reason : {Reason::capacity, Reason::scheduled})
      series.append(FlushPoint{sample.at, 1ms, reason, 500});
    series.append(ChannelPoint{sample.at, 2, 68, 0.001});
    line.chunks = std::make_shared<const std::vector<std::string>>(1, payload);
    flushLines.push_back(line);
    channelLines.push_back(readChannel(payload, 1, {}));
    if (second % 60 == 0) {  // as many at once as arrived since the last sample
      flushes.add(std::exchange(flushLines, {}));
      channel.add(std::exchange(channelLines, {}));
    }
    if (second % 60 == 0) series.mark(sample.at, QStringLiteral("batch size %1").arg(second));
    if (second == 2 * kDay) settled = bytes_in_use();
  }
  const std::size_t end = bytes_in_use();
  qInfo("%.2f MB after two days, %.2f MB after seven", static_cast<double>(settled) / 1e6,
        static_cast<double>(end) / 1e6);
  QVERIFY2(end < settled + kMostGrowth, qPrintable(QString::number(end - settled)));
  QVERIFY(end < std::size_t{64} << 20);
  QCOMPARE(series.latest().at, after(7 * kDay - 1).at);
}

QTEST_GUILESS_MAIN(TestModelsMemory)
#include "tst_models_memory.moc"
