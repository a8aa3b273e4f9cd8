// SPDX-License-Identifier: Apache-2.0
#include "support/pg/stream.hpp"

#include <QtGlobal>
#include <algorithm>

namespace metabatch::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);

}  // namespace

Config Stream::quick() {
  Config config;
  config.interval = std::chrono::milliseconds(50);
  return config;
}

Stream::Stream(sql::PgOptions options, Model& model, Config config)
    : model_(model), store_([&] {
        options.on_alarm = [this](const std::string& text) {
          const std::lock_guard lock(mutex_);
          alarms_.push_back(text);
        };
        return options;
      }()) {
  engine::EngineOptions engine_options;
  engine_options.on_flush = [this](const engine::FlushRecord& flush) {
    const std::lock_guard lock(mutex_);
    flushes_.push_back(flush);
    changed_.notify_all();
  };
  engine_ = engine::Engine::create(validated(config).value(), store_, std::move(engine_options));
}

Stream::~Stream() { engine_.reset(); }

void Stream::add(const Update& update) {
  model_.offer(update);
  if (engine_->add(update).dropped() != 0) qFatal("dropped");
}

void Stream::report(std::size_t agents, std::size_t keys, const std::string& value) {
  const WallTime time = at_us(++time_);
  for (std::size_t agent = 1; agent <= agents; ++agent)
    for (std::size_t key = 0; key < keys; ++key) {
      const std::string name = key_number(key), text = value + std::to_string(agent * 100 + key);
      add({agent_number(agent), name, text, "", time});
    }
}

bool Stream::saw(const std::function<bool(const engine::FlushRecord&)>& flush) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return std::any_of(flushes_.begin(), flushes_.end(), flush); });
}

bool Stream::failed_as(FailureClass failure) {
  return saw([failure](const engine::FlushRecord& flush) { return flush.failure == failure; });
}

bool Stream::drained() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    lock.unlock();
    const bool is_drained = engine_->snapshot().counters.held() == 0;
    lock.lock();
    return is_drained;
  });
}

bool Stream::is_balanced() const {
  const engine::Snapshot now = engine_->snapshot();
  return now.counters.balanced() &&
         std::all_of(now.parts.begin(), now.parts.end(), [](const Counters& part) { return part.balanced(); });
}

std::vector<std::string> Stream::alarms() {
  const std::lock_guard lock(mutex_);
  return alarms_;
}

void Stream::forget() {
  const std::lock_guard lock(mutex_);
  flushes_.clear();
}

}  // namespace metabatch::test
