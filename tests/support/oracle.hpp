// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metabatch/batch.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/update.hpp"
#include "support/coverage.hpp"
#include "support/item.hpp"
#include "support/known_rows.hpp"

namespace metabatch::oracle {

/// The specification, "The batcher", as slow and plain code: one item at a time, in vectors that
/// are searched from the front, and every count made by counting. It shares types with the machine,
/// never code.
///
/// Time advances event by event. Before an operation at `now`, everything that time alone causes
/// until then has happened (ticks, deadlines, the end of a backoff), each on the entries held at
/// its moment.
class Oracle {
 public:
  /// None when the config is impossible.
  static std::optional<Config> filled(Config config);

  Oracle(const Config& config, Instant now, Coverage& coverage);

  Admission add(const Update& update, Instant now);
  std::optional<Admission> add(const Report& report, Instant now);
  const Flight* take(Instant now);
  void complete(std::uint64_t id, const FlushOutcome& outcome, Instant now);
  bool reconfigure(const Config& config, Instant now);
  void forget(const Uuid& agent, Instant now);
  void forget_all(Instant now) { known_.forget_all(now); }
  void close(Instant now);

  [[nodiscard]] bool is_due(Instant now) const;
  /// When something is next due; none when nothing will be without another operation.
  [[nodiscard]] std::optional<Instant> deadline(Instant now) const;
  [[nodiscard]] std::optional<Instant> deadline_without_backoff(Instant now) const;
  [[nodiscard]] bool finished(Instant now) const;
  /// From when on nothing more is handed out; none while open.
  [[nodiscard]] std::optional<Instant> closing_until() const {
    if (!closed_) return {};
    return close_deadline_;
  }
  [[nodiscard]] Counters counters() const;
  [[nodiscard]] std::uint64_t buffered_entries() const;
  [[nodiscard]] std::uint64_t buffered_bytes() const;
  [[nodiscard]] std::optional<Instant> oldest() const;
  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const std::optional<Flight>& flight() const { return flight_; }

  /// The machine draws the jitter. The oracle knows the bounds of a backoff and receives its end
  /// here.
  struct Backoff {
    Instant earliest{}, latest{};
    std::optional<Instant> end;
  };
  [[nodiscard]] const std::optional<Backoff>& backoff() const { return backoff_; }
  /// False when `end` is outside the bounds.
  bool learn_backoff_end(Instant end);
  /// When the next round of retries begins; the same rule as for backoffs. None: nothing is set
  /// apart.
  bool learn_retry(std::optional<Instant> at);
  [[nodiscard]] std::uint64_t set_apart_entries() const;
  [[nodiscard]] std::uint64_t batch_limit() const { return limit_.of(config_.batch_size); }

  FlushCounters flushes;                ///< the expected value of Metrics::flushes
  std::uint64_t utilization_count = 0;  ///< agents seen in flush attempts
  std::uint64_t utilization_sum = 0;    ///< entries of flush attempts
  std::uint64_t delays = 0;             ///< updates written
  Duration longest_delay{};

 private:
  [[nodiscard]] bool is_pending(const Uuid& agent, std::string_view key) const;
  [[nodiscard]] std::int64_t keys_of(const Uuid& agent) const;
  [[nodiscard]] std::int64_t slots_of(const Uuid& agent) const;
  [[nodiscard]] std::uint64_t pending_bytes() const;
  bool merge_set_apart(const Item& item, Admission* admission);
  [[nodiscard]] bool is_in_flight(const Uuid& agent, std::string_view key) const;
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] Instant after_flush_deadline() const;
  [[nodiscard]] Instant next_tick(Instant after) const;
  [[nodiscard]] bool has_capacity(const Item& item);
  void merge(Item item, Admission* admission);
  void enqueue(Item item, Admission& admission);
  void absorb();
  void absorb_one();
  void pass_time(Instant now);
  void pass_time_before(Instant now);
  void pass_ticks(Instant from, Instant until);
  void end_backoff();
  void fire_remembered();
  void sweep_when_due(Instant now);
  void sweep();
  [[nodiscard]] bool holds_due() const;
  [[nodiscard]] bool is_pending_due() const;
  [[nodiscard]] bool is_retry_due(Instant now) const;
  Flight next_flight(Instant now);
  bool leave_out(Flight& flight, Instant now);
  void take_pending(Flight& flight);
  void take_set_apart(Flight& flight);
  void adapt(Limit& limit, const Flight& flight, const FlushOutcome& outcome, bool fails_again, Instant now);
  void adapt_retries(const Flight& flight, const FlushOutcome& outcome);
  void plan_round(bool was_retry, Instant now);
  Tally settle_all(const Flight& flight, const FlushOutcome& outcome, Instant now);
  void count(const Flight& flight, const FlushOutcome& outcome, std::size_t settled);
  void end_pending(const Flight& flight, const FlushOutcome& outcome, bool progress, Instant now);
  void put_set_apart(Item entry);
  void settle(const Item& entry, Fate fate, bool was_retry, Instant now);
  void merge_back(Item entry);
  void begin_backoff(FailureClass failure, Instant now);
  void visit(Branch branch) const { coverage_.visit(branch); }

  Coverage& coverage_;
  Config config_;
  Instant start_;              // of the series of ticks
  Instant evaluated_;          // until when time has advanced
  Instant last_end_;           // of the last flush; creation when none
  std::vector<Item> pending_;  // by position
  std::vector<Item> queue_;    // fifo
  std::vector<Item> set_apart_;
  std::optional<Backoff> retry_;  // of the entries that are set apart
  bool in_round_ = false;
  bool round_settled_ = false, round_too_much_ = false, round_failed_ = false;
  bool passed_over_ = false;
  std::uint64_t round_from_ = 0;     // positions before were tried in this round
  std::uint64_t rounds_failed_ = 0;  // in a row
  Limit limit_, retry_limit_;
  std::optional<Flight> flight_;
  std::optional<Backoff> backoff_;
  std::optional<Instant> closed_;
  Instant close_deadline_{};
  std::uint64_t positions_ = 0;
  std::uint64_t ids_ = 0;
  std::uint64_t failures_ = 0;  // in a row
  bool remembered_ = false;     // a tick that passed in flight or in a backoff
  KnownRows known_;
  Counters counts_;  // all except the held ones
};

}  // namespace metabatch::oracle
