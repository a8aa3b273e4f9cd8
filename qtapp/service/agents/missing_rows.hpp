// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/store.hpp"
#include "metabatch/uuid.hpp"

namespace metabatch::service {

/// Remembers keys that a flush found without a row, for a short time. A report of such a key is
/// counted as unmatched at once instead of being buffered, written and found missing again and
/// again.
///
/// A key is remembered for `first`, and twice as long each time that it is found missing again, up
/// to `most`. So a row that was inserted just behind a flush, as when a table is filled again,
/// costs the reports of a moment, and a row that nobody inserts costs little. A key is forgotten
/// when a flush finds its row; all keys of an agent when it is looked up or registered; everything
/// when the database may have changed without notice: after a reconnect, and when the table was
/// found emptied. A flush that matched nothing adds nothing, because then the table and not the key
/// is the likely reason. Any thread.
///
/// @cost contains(): one relaxed load while nothing is remembered, else a short lock and a search
class MissingRows {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Span = std::chrono::steady_clock::duration;
  static constexpr std::size_t kMostKeys = 100'000;

  explicit MissingRows(Span first = std::chrono::seconds(3), Span most = std::chrono::seconds(30))
      : first_(first), most_(most) {}

  /// Records the result of a flush. `entries` and `outcome` are those of Store::flush().
  void record(std::span<const Update> entries, const FlushOutcome& outcome, Instant now);
  [[nodiscard]] bool contains(const Uuid& agent, std::string_view key, Instant now) const;
  void forget(const Uuid& agent);
  void clear();
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Key {
    std::string name;
    Instant until;
    Span lasts;  // from when it was last found missing
  };
  // mutex_ is held
  void remember(const Update& entry, Instant now);
  void forget_key(const Update& entry);
  void remove_expired(Instant now);

  const Span first_, most_;
  mutable std::mutex mutex_;
  std::map<Uuid, std::vector<Key>> keys_;  // mutex_
  std::atomic<std::size_t> size_ = 0;      // keys in keys_
};

/// A store that passes everything on to another store and records the keys without a row.
class RowCheckingStore final : public engine::Store {
 public:
  /// @shape inner, missing: outlive it
  RowCheckingStore(engine::Store& inner, MissingRows& missing) : inner_(inner), missing_(missing) {}
  void start() override { inner_.start(); }
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override {
    return recorded(entries, inner_.flush(entries, chunks));
  }
  FlushOutcome flush_set_apart(std::span<const Update> entries, std::span<const std::string> chunks) override {
    return recorded(entries, inner_.flush_set_apart(entries, chunks));
  }
  void cancel() noexcept override { inner_.cancel(); }
  void stop() override { inner_.stop(); }

 private:
  FlushOutcome recorded(std::span<const Update> entries, FlushOutcome outcome) {
    missing_.record(entries, outcome, std::chrono::steady_clock::now());
    return outcome;
  }

  engine::Store& inner_;
  MissingRows& missing_;
};

}  // namespace metabatch::service
