// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>

#include "metabatch/config.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

/// A config with one setting changed and the others at their defaults.
Config with(Setting setting, std::int64_t value, QueuePolicy queue = QueuePolicy::coalesce) {
  Config config;
  config.queue = queue;
  switch (setting) {
    case Setting::batch_size: config.batch_size = value; break;
    case Setting::interval: config.interval = Duration(value); break;
    case Setting::queue_capacity: config.queue_capacity = value; break;
    case Setting::batch_bytes: config.batch_bytes = value; break;
    case Setting::agent_capacity: config.agent_capacity = value; break;
    case Setting::queue_bytes: config.queue_bytes = value; break;
    case Setting::suppress_unchanged: config.suppress_unchanged = Duration(value); break;
    case Setting::suppress_capacity: config.suppress_capacity = value; break;
    case Setting::final_flush_timeout: config.final_flush_timeout = Duration(value); break;
    case Setting::max_payload_bytes: config.max_payload_bytes = value; break;
    case Setting::channel: config.channel = std::string(static_cast<std::size_t>(value), 'c'); break;
    default: break;
  }
  return config;
}

constexpr int kFine = -1;

}  // namespace

class TstConfig : public QObject {
  Q_OBJECT
 private slots:
  void zeroMeansTheDefault();
  void fifoDefaultCapacityIsFiveBatches();
  void validatedTwiceIsTheSame();
  void boundaries_data();
  void boundaries();
  void everyBatchSizeHasADefaultCapacity();
  void firstImpossibleSettingIsNamed();
  void channelIsFixedWhileRunning();
  void untouchedDefaultCapacityFollowsTheBatch();
  void chosenCapacityStays();
  void untouchedDefaultBatchBytesFollowTheBuffer();
  void descriptions_data();
  void descriptions();
};

void TstConfig::zeroMeansTheDefault() {
  QVERIFY(ValidConfig() == validated(Config{}).value());
  const ValidConfig config;
  QCOMPARE(config->batch_size, 500);
  QCOMPARE(config->interval, Duration(5s));
  QCOMPARE(config->queue_capacity, 100'000);
  QCOMPARE(config->batch_bytes, 16'777'216);
  QCOMPARE(config->agent_capacity, 1'024);
  QCOMPARE(config->queue_bytes, 268'435'456);
  QCOMPARE(config->final_flush_timeout, Duration(15s));
  QCOMPARE(config->max_payload_bytes, 8000);
  QCOMPARE(config->channel, std::string("workspace_agent_metadata_batch"));
  QVERIFY(config->queue == QueuePolicy::coalesce && config->schedule == SchedulePolicy::fixed);
  QVERIFY(config->ties == Ties::keep_first && config->on_failure == OnFailure::retain);
}

void TstConfig::fifoDefaultCapacityIsFiveBatches() {
  QCOMPARE(validated(with(Setting::batch_size, 0, QueuePolicy::fifo)).value()->queue_capacity, 2'500);
  QCOMPARE(validated(with(Setting::batch_size, 100'000, QueuePolicy::fifo)).value()->queue_capacity, 500'000);
}

void TstConfig::validatedTwiceIsTheSame() {
  for (const auto queue : {QueuePolicy::coalesce, QueuePolicy::fifo}) {
    const Config once = *validated(with(Setting::batch_size, 700, queue));
    QVERIFY(*validated(once) == once);
  }
}

void TstConfig::boundaries_data() {
  QTest::addColumn<int>("setting");
  QTest::addColumn<qint64>("value");
  QTest::addColumn<int>("code");
  const auto row = [](Setting setting, std::int64_t value, int code) {
    QTest::addRow("%s %lld", name_of(setting).data(), static_cast<long long>(value))
        << static_cast<int>(setting) << qint64(value) << code;
  };
  const int negative = static_cast<int>(Errc::setting_negative);
  const int large = static_cast<int>(Errc::setting_too_large);
  const int small = static_cast<int>(Errc::setting_too_small);
  const std::int64_t hour = 3'600'000'000'000;
  for (const auto setting : {Setting::batch_size, Setting::interval, Setting::queue_capacity, Setting::batch_bytes,
                             Setting::agent_capacity, Setting::queue_bytes, Setting::suppress_unchanged,
                             Setting::suppress_capacity, Setting::final_flush_timeout, Setting::max_payload_bytes}) {
    row(setting, -1, negative);
    row(setting, std::numeric_limits<std::int64_t>::min(), negative);
    row(setting, 0, kFine);
    row(setting, std::numeric_limits<std::int64_t>::max(), large);
  }
  row(Setting::batch_size, 1, kFine);
  row(Setting::batch_size, 100'000, kFine);
  row(Setting::batch_size, 100'001, large);
  row(Setting::interval, 1, kFine);
  row(Setting::interval, hour, kFine);
  row(Setting::interval, hour + 1, large);
  row(Setting::queue_capacity, 499, small);
  row(Setting::queue_capacity, 500, kFine);
  row(Setting::queue_capacity, 1LL << 27, kFine);
  row(Setting::queue_capacity, (1LL << 27) + 1, large);
  row(Setting::batch_bytes, 1, kFine);
  row(Setting::batch_bytes, 256LL << 20, kFine);  // as much as queue_bytes
  row(Setting::batch_bytes, (256LL << 20) + 1, large);
  row(Setting::agent_capacity, 1, kFine);
  row(Setting::agent_capacity, 1LL << 27, kFine);
  row(Setting::agent_capacity, (1LL << 27) + 1, large);
  row(Setting::queue_bytes, 1, kFine);
  row(Setting::queue_bytes, 1LL << 36, kFine);
  row(Setting::queue_bytes, (1LL << 36) + 1, large);
  row(Setting::suppress_unchanged, 24 * hour, kFine);
  row(Setting::suppress_unchanged, 24 * hour + 1, large);
  row(Setting::suppress_capacity, 1, kFine);
  row(Setting::suppress_capacity, 1LL << 27, kFine);
  row(Setting::suppress_capacity, (1LL << 27) + 1, large);
  row(Setting::final_flush_timeout, hour, kFine);
  row(Setting::final_flush_timeout, hour + 1, large);
  row(Setting::max_payload_bytes, 21, small);
  row(Setting::max_payload_bytes, 22, kFine);
  row(Setting::max_payload_bytes, 7999, kFine);
  row(Setting::max_payload_bytes, 8007, kFine);  // 363 ids, 7986 bytes
  row(Setting::max_payload_bytes, 8008, large);  // 364 ids, 8008 bytes
  row(Setting::channel, 0, small);
  row(Setting::channel, 1, kFine);
  row(Setting::channel, 63, kFine);
  row(Setting::channel, 64, large);
}

void TstConfig::boundaries() {
  QFETCH(int, setting);
  QFETCH(qint64, value);
  QFETCH(int, code);
  const auto config = validated(with(static_cast<Setting>(setting), value));
  QCOMPARE(config.has_value(), code == kFine);
  if (code == kFine) return;
  QCOMPARE(static_cast<int>(config.error().code), code);
  QCOMPARE(config.error().at, static_cast<std::size_t>(setting));
}

void TstConfig::everyBatchSizeHasADefaultCapacity() {
  for (const auto queue : {QueuePolicy::coalesce, QueuePolicy::fifo})
    for (const std::int64_t size : {1, 2, 499, 99'999, 100'000}) {
      const auto config = validated(with(Setting::batch_size, size, queue));
      QVERIFY(config.has_value());
      QVERIFY(config.value()->queue_capacity >= size);
    }
}

void TstConfig::firstImpossibleSettingIsNamed() {
  Config config = with(Setting::interval, -1);
  config.channel.clear();
  QCOMPARE(validated(config).error(), (Error{Errc::setting_negative, static_cast<std::size_t>(Setting::interval)}));
}

void TstConfig::channelIsFixedWhileRunning() {
  const Config running = *validated(Config{});
  Config wanted = running;
  wanted.batch_size = 900;
  QCOMPARE(validated_change(running, wanted).value()->batch_size, 900);
  wanted.channel = "other";
  QCOMPARE(validated_change(running, wanted).error(),
           (Error{Errc::setting_fixed, static_cast<std::size_t>(Setting::channel)}));
  wanted.interval = Duration(-1);
  QCOMPARE(validated_change(running, wanted).error().code, Errc::setting_negative);
}

void TstConfig::untouchedDefaultCapacityFollowsTheBatch() {
  const Config running = *validated(with(Setting::batch_size, 0, QueuePolicy::fifo));
  Config wanted = running;
  wanted.batch_size = 5'000;
  QCOMPARE(validated_change(running, wanted).value()->queue_capacity, 25'000);
  wanted.queue = QueuePolicy::coalesce;
  QCOMPARE(validated_change(running, wanted).value()->queue_capacity, 100'000);
  wanted.queue_capacity = 6'000;
  QCOMPARE(validated_change(running, wanted).value()->queue_capacity, 6'000);
}

void TstConfig::chosenCapacityStays() {
  const Config running = *validated(with(Setting::queue_capacity, 600));
  Config wanted = running;
  wanted.batch_size = 100;
  QCOMPARE(validated_change(running, wanted).value()->queue_capacity, 600);
  wanted.batch_size = 601;
  QCOMPARE(validated_change(running, wanted).error(),
           (Error{Errc::setting_too_small, static_cast<std::size_t>(Setting::queue_capacity)}));
}

void TstConfig::untouchedDefaultBatchBytesFollowTheBuffer() {
  const Config running = *validated(with(Setting::queue_bytes, 1'000));
  QCOMPARE(running.batch_bytes, 1'000);
  Config wanted = running;
  wanted.queue_bytes = 64 << 20;
  QCOMPARE(validated_change(running, wanted).value()->batch_bytes, 16 << 20);
  wanted.batch_bytes = 500;
  QCOMPARE(validated_change(running, wanted).value()->batch_bytes, 500);
}

void TstConfig::descriptions_data() {
  QTest::addColumn<int>("setting");
  QTest::addColumn<qint64>("value");
  QTest::addColumn<QString>("sentence");
  const auto row = [](Setting setting, std::int64_t value, const char* sentence) {
    QTest::addRow("%s %lld", name_of(setting).data(), static_cast<long long>(value))
        << static_cast<int>(setting) << qint64(value) << QString(sentence);
  };
  row(Setting::batch_size, 100'001,
      "batch_size is too large: asked for 100,001 entries, possible is 1 to 100,000 entries, or 0 for the default of "
      "500.");
  row(Setting::interval, -1'500'000'000,
      "interval cannot be negative: asked for -1.5s, possible is up to 1h, or 0 for the default of 5s.");
  row(Setting::queue_capacity, 499,
      "queue_capacity is too small: asked for 499 entries, possible is 500 (it holds at least one batch) to "
      "134,217,728, or 0 for the default of 100,000.");
  row(Setting::queue_bytes, -7,
      "queue_bytes cannot be negative: asked for -7 bytes, possible is 1 to 68,719,476,736 bytes, or 0 for the default "
      "of 268,435,456.");
  row(Setting::queue_bytes, std::numeric_limits<std::int64_t>::max(),
      "queue_bytes is too large: asked for 9,223,372,036,854,775,807 bytes, possible is 1 to 68,719,476,736 bytes, or "
      "0 for the default of 268,435,456.");
  row(Setting::agent_capacity, std::numeric_limits<std::int64_t>::min(),
      "agent_capacity cannot be negative: asked for -9,223,372,036,854,775,808 keys of one agent, possible is 1 to "
      "134,217,728 keys, or 0 for the default of 1,024.");
  row(Setting::final_flush_timeout, 7'200'000'000'000,
      "final_flush_timeout is too large: asked for 2h, possible is up to 1h, or 0 for the default of 15s.");
  row(Setting::max_payload_bytes, 21,
      "max_payload_bytes is too small: asked for 21 bytes, possible is 22 (one agent id) to 8,007 bytes (whole ids "
      "must "
      "fit the 7,999 bytes PostgreSQL accepts), or 0 for the default of 8,000.");
  row(Setting::channel, 0, "channel is too small: asked for an empty name, possible is a name of 1 to 63 bytes.");
  row(Setting::channel, 64, "channel is too large: asked for a name of 64 bytes, possible is a name of 1 to 63 bytes.");
}

void TstConfig::descriptions() {
  QFETCH(int, setting);
  QFETCH(qint64, value);
  QFETCH(QString, sentence);
  const Config asked = with(static_cast<Setting>(setting), value);
  QCOMPARE(QString::fromStdString(describe(validated(asked).error(), asked)), sentence);
  QCOMPARE(describe({Errc::setting_fixed, static_cast<std::size_t>(Setting::channel)}, asked),
           std::string("channel cannot be changed while running: stop, and start again with the new one."));
}

QTEST_GUILESS_MAIN(TstConfig)
#include "tst_config.moc"
