// SPDX-License-Identifier: Apache-2.0
#include "engine/writer_gate.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::engine {
namespace {

constexpr double kWorthwhile = 1.1;        // of the rate before
constexpr std::uint64_t kFlushesEach = 2;  // of each writer are measured, and one of one that writes alone
constexpr std::size_t kFirst = 2;          // writers, as soon as somebody waits

}  // namespace

void WriterCount::awaited() {
  if (std::exchange(is_awaited_, true)) return;
  if (is_settled_)
    allowed_ = most_;
  else
    measure(std::min(kFirst, most_));
}

void WriterCount::wrote(std::uint64_t entries, Instant began, Instant ended) {
  last_end_ = std::max(last_end_, ended);
  if (began < changed_) return;
  entries_ += entries;
  busy_ += ended - began;
  ++flushes_;
  judge();
}

// The time between two flushes is the input's, so only the time of flushes counts.
void WriterCount::judge() {
  if (!is_awaited_ || is_settled_ || flushes_ < (allowed_ == 1 ? 1 : kFlushesEach * allowed_)) return;
  const auto busy = static_cast<double>(std::max<std::int64_t>(busy_.count(), 1)) / static_cast<double>(allowed_);
  const double rate = static_cast<double>(entries_) / busy;
  if (is_last_) return settle(best_ >= kWorthwhile * rate ? kFirst : 1);
  if (rate < kWorthwhile * best_) return allowed_ - 1 == kFirst ? try_one() : settle(allowed_ - 1);
  best_ = rate;
  best_writers_ = allowed_;
  if (allowed_ < most_) return measure(allowed_ + 1);
  if (allowed_ == kFirst) return try_one();
  settle(allowed_);
}

void WriterCount::try_one() {
  is_last_ = true;
  measure(1);
}

void WriterCount::settle(std::size_t writers) {
  allowed_ = best_writers_ = writers;
  is_settled_ = true;
}

void WriterCount::measure(std::size_t writers) {
  allowed_ = writers;
  changed_ = last_end_;
  entries_ = flushes_ = 0;
  busy_ = {};
}

class WriterGate::Guarded final : public TurnStore {
 public:
  Guarded(WriterGate& gate, std::unique_ptr<Store> store) : gate_(gate), store_(std::move(store)) {}

  void start() override { store_->start(); }
  void stop() override { store_->stop(); }
  bool await_turn() override {
    std::unique_lock lock(gate_.mutex_);
    gate_.left_.wait(lock, [this] { return is_cancelled_ || gate_.writing_ < gate_.count_.allowed(); });
    if (std::exchange(is_cancelled_, false)) return false;
    ++gate_.writing_;
    return true;
  }
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override {
    return in_turn(entries.size(), [&] { return store_->flush(entries, chunks); });
  }
  FlushOutcome flush_set_apart(std::span<const Update> entries, std::span<const std::string> chunks) override {
    return in_turn(entries.size(), [&] { return store_->flush_set_apart(entries, chunks); });
  }
  void give_up_turn() override {
    {
      const std::lock_guard lock(gate_.mutex_);
      --gate_.writing_;
    }
    gate_.left_.notify_all();
  }
  void cancel() noexcept override {
    {
      const std::lock_guard lock(gate_.mutex_);
      is_cancelled_ = true;
    }
    gate_.left_.notify_all();
    store_->cancel();
  }

 private:
  template <class Flush>
  FlushOutcome in_turn(std::size_t entries, const Flush& flush) {
    const Instant began = gate_.clock_.now();
    FlushOutcome outcome = flush();
    const Instant ended = gate_.clock_.now();
    {
      const std::lock_guard lock(gate_.mutex_);
      is_cancelled_ = false;
      --gate_.writing_;
      if (outcome.failure == FailureClass::none) gate_.count_.wrote(entries, began, ended);
    }
    gate_.left_.notify_all();
    return outcome;
  }

  WriterGate& gate_;
  const std::unique_ptr<Store> store_;
  bool is_cancelled_ = false;  // gate's mutex
};

void WriterGate::hold() {
  const std::lock_guard lock(mutex_);
  count_.hold();
}

void WriterGate::awaited() {
  {
    const std::lock_guard lock(mutex_);
    count_.awaited();
  }
  left_.notify_all();
}

std::size_t WriterGate::allowed() const {
  const std::lock_guard lock(mutex_);
  return count_.allowed();
}

std::size_t WriterGate::best() const {
  const std::lock_guard lock(mutex_);
  return count_.best();
}

std::unique_ptr<Store> WriterGate::guard(std::unique_ptr<Store> store) {
  return std::make_unique<Guarded>(*this, std::move(store));
}

}  // namespace metabatch::engine
