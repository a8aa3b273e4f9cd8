// SPDX-License-Identifier: Apache-2.0
#include "support/draw.hpp"

#include <algorithm>

namespace metabatch::oracle {
namespace {

using namespace std::chrono_literals;

// Ids that differ in the first or the last byte only, on both sides of the sign bit: the order is
// that of unsigned bytes.
constexpr std::uint8_t kFirst[] = {0x00, 0x7f, 0x80, 0x80};
constexpr std::uint8_t kLast[] = {0x01, 0x00, 0x00, 0xff};
constexpr std::string_view kKeys[] = {"", "a", "b", "ab", "\x80", "cpu usage of the whole workspace"};
constexpr Duration kIntervals[] = {10ms, 100ms, 1s, 7s};
constexpr Duration kSuppress[] = {0ns, 20ms, 1s, 30s};

}  // namespace

void Text::overwrite() {
  std::fill(key.begin(), key.end(), '#');
  std::fill(value.begin(), value.end(), '#');
  std::fill(error.begin(), error.end(), '#');
}

Uuid Draw::agent() {
  const std::uint32_t which = choices_.below(large_ ? 40 : 4);
  Uuid id;
  if (which >= 4) {
    for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(which * (0x51 + 7 * i));
    return id;
  }
  id.bytes.front() = kFirst[which];
  id.bytes.back() = kLast[which];
  return id;
}

std::string Draw::key() {
  if (large_ && !choices_.one_in(4)) return "key " + std::to_string(choices_.below(30));
  return std::string(kKeys[choices_.below(6)]);
}

Text Draw::text() {
  Text text;
  text.key = key();
  if (choices_.one_in(3)) {  // one of few values, which so repeats
    text.value = choices_.one_in(4) ? "other" : "same";
    text.collected_at = WallTime(std::chrono::microseconds(choices_.below(8)) - 2us);
    return text;
  }
  text.value = std::to_string(++serial_);
  text.value.resize(text.value.size() + choices_.below(6), '.');
  if (choices_.one_in(4)) text.error.assign(choices_.below(5), 'e');
  if (choices_.one_in(24)) text.value.assign(300, 'v');
  text.collected_at = WallTime(std::chrono::microseconds(choices_.below(6)) - 2us);
  return text;
}

std::deque<Text> Draw::report() {
  std::deque<Text> items;
  if (choices_.one_in(3)) {
    for (std::uint32_t left = choices_.below(8); left > 0; --left) items.push_back(text());
    return items;
  }
  // A set is a range of the keys, in order or reversed; it may overlap another set.
  const std::uint32_t from = choices_.below(4), size = 1 + choices_.below(large_ ? 20 : 4);
  const WallTime stamp(std::chrono::microseconds(choices_.below(8)));
  for (std::uint32_t i = 0; i < size; ++i) {
    items.push_back(text());
    items.back().key = from + i < 6 ? std::string(kKeys[from + i]) : "key " + std::to_string(from + i);
    items.back().collected_at = stamp;
  }
  if (choices_.one_in(4)) std::reverse(items.begin(), items.end());
  if (choices_.one_in(6)) items.push_back(items.front());  // a key twice in one report
  return items;
}

Config Draw::config() {
  Config config;
  large_ = choices_.one_in(8);
  down_ = choices_.one_in(16);
  config.batch_size = 1 + choices_.below(large_ ? 60 : 5);
  config.interval = kIntervals[choices_.below(4)];
  config.queue = choices_.one_in(3) ? QueuePolicy::fifo : QueuePolicy::coalesce;
  config.queue_capacity = choices_.one_in(4) ? 0 : config.batch_size + choices_.below(large_ ? 200 : 7);
  config.queue_bytes = choices_.one_in(3) ? 10 + choices_.below(large_ ? 3000 : 60) : 0;
  config.schedule = static_cast<SchedulePolicy>(choices_.below(4));
  if (choices_.one_in(3)) config.batch_bytes = 1 + choices_.below(large_ ? 400 : 60);
  if (config.queue_bytes > 0) config.batch_bytes = std::min(config.batch_bytes, config.queue_bytes);
  config.agent_capacity = choices_.one_in(3) ? 1 + choices_.below(large_ ? 20 : 4) : 0;
  config.suppress_unchanged = kSuppress[choices_.below(4)];
  config.ties = static_cast<Ties>(choices_.below(2));
  config.on_failure = choices_.one_in(3) ? OnFailure::discard : OnFailure::retain;
  config.final_flush_timeout = choices_.one_in(3) ? 50ms : choices_.one_in(2) ? 1s : 0s;
  if (choices_.one_in(30)) config.batch_size = 0, config.queue_capacity = 0;
  return config;
}

Config Draw::change(Config config) {
  const std::uint32_t changes = choices_.below(3);
  for (std::uint32_t i = 0; i <= changes; ++i) change_one(config);
  if (choices_.one_in(6)) make_impossible(config);
  return config;
}

void Draw::change_one(Config& config) {
  switch (choices_.below(12)) {
    case 0: config.batch_size = 1 + choices_.below(large_ ? 80 : 6); break;
    case 1: config.interval = kIntervals[choices_.below(4)]; break;
    case 2: config.queue = static_cast<QueuePolicy>(choices_.below(2)); break;
    case 3: config.queue_capacity = choices_.below(3) + config.batch_size; break;
    case 4: config.queue_bytes = choices_.below(large_ ? 4000 : 80); break;
    case 5: config.schedule = static_cast<SchedulePolicy>(choices_.below(4)); break;
    case 6: config.ties = static_cast<Ties>(choices_.below(2)); break;
    case 7: config.on_failure = static_cast<OnFailure>(choices_.below(2)); break;
    case 8: config.batch_bytes = choices_.below(large_ ? 500 : 70); break;
    case 9: config.agent_capacity = choices_.below(5); break;
    case 10: config.suppress_unchanged = kSuppress[choices_.below(4)]; break;
    default: config.final_flush_timeout = choices_.below(3) * 100ms; break;
  }
}

void Draw::make_impossible(Config& config) {
  switch (choices_.below(10)) {
    case 0: config.batch_size = -1; break;
    case 1:
      config.batch_size = 100'001;
      config.queue_capacity = 0;
      break;
    case 2: config.interval = 1h + 1ns; break;
    case 3: config.interval = -1ns; break;
    case 4: config.queue_capacity = config.batch_size - 1; break;  // 0 means the default
    case 5: config.queue_bytes = -1; break;
    case 6: config.final_flush_timeout = -1ns; break;
    case 7: config.max_payload_bytes = choices_.one_in(2) ? 21 : 8008; break;
    case 8: config.suppress_unchanged = choices_.one_in(2) ? -1ns : 24h + 1ns; break;
    default: config.channel = "another"; break;
  }
}

FlushOutcome Draw::outcome(std::size_t entries) {
  FlushOutcome outcome;
  const std::uint32_t kind = down_ && !choices_.one_in(12) ? 5 : choices_.below(9);
  const bool fails = kind >= 5 && kind < 8;
  if (fails) outcome.failure = static_cast<FailureClass>(1 + choices_.below(kFailureClasses - 1));
  if (kind == 4 || kind == 7)
    for (std::size_t i = 0; i < entries; ++i) outcome.fates.push_back(static_cast<Fate>(choices_.below(fails ? 6 : 5)));
  if (kind == 8)  // a lock of some rows, and nothing else
    for (std::size_t i = 0; i < entries; ++i)
      outcome.fates.push_back(choices_.one_in(2) ? Fate::locked : Fate::written);
  outcome.too_much = fails && choices_.one_in(3);
  if (choices_.one_in(2)) outcome.time_limit = choices_.one_in(2) ? 1s : 100ms;
  outcome.reconnected = choices_.one_in(12);
  outcome.table_emptied = choices_.one_in(16);
  outcome.chunks_published = fails ? 0 : 1 + choices_.below(2);
  outcome.notify_bytes = 22 * outcome.chunks_published;
  outcome.publish_errors = choices_.one_in(8) ? 1 : 0;
  outcome.retries = choices_.below(3);
  return outcome;
}

Duration Draw::step(Duration interval) {
  switch (choices_.below(6)) {
    case 0: return 1ns;
    case 1: return 1ms;
    case 2: return interval / 4;
    case 3: return interval;
    case 4: return interval * (1 + choices_.below(4)) + 1ms;
    default: return 40ms;
  }
}

}  // namespace metabatch::oracle
