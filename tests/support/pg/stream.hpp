// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "sql/postgres/store/pg_store.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::test {

/// A real engine on a real store, as in the program, with a model of the expected table. It waits
/// for the flushes themselves, never for the clock.
class Stream {
 public:
  Stream(sql::PgOptions options, Model& model, Config config = quick());
  ~Stream();

  static Config quick();  ///< batches of 500, every 50 ms

  /// Every agent of 1..agents reports keys k0..k(keys-1), one microsecond later than the last time.
  void report(std::size_t agents, std::size_t keys, const std::string& value);
  void add(const Update& update);

  /// Waits until a flush meets the condition; earlier flushes count too.
  ///
  /// @return false: not within 30 s
  bool saw(const std::function<bool(const engine::FlushRecord&)>& flush);
  bool failed_as(FailureClass failure);
  /// Waits until nothing is held. False: not within 30 s.
  bool drained();
  void close() { engine_->close(); }

  [[nodiscard]] engine::Snapshot snapshot() const { return engine_->snapshot(); }
  /// Checks the accounting identity of the sum and of every part.
  [[nodiscard]] bool is_balanced() const;
  [[nodiscard]] std::vector<std::string> alarms();
  void forget();  ///< what saw() has counted

 private:
  Model& model_;
  sql::PgStore store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<engine::FlushRecord> flushes_;
  std::vector<std::string> alarms_;
  std::int64_t time_ = 1'700'000'000'000'000;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace metabatch::test
