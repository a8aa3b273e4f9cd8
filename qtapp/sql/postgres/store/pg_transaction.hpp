// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "metabatch/update.hpp"
#include "sql/postgres/connection/pg_pipeline.hpp"
#include "sql/postgres/store/pg_arrays.hpp"

namespace metabatch::sql {

/// The steps of one transaction that writes entries and notifies: the registration of rows (if
/// requested), the UPDATE, the NOTIFYs. A large batch is written by several UPDATEs of about a
/// megabyte each, so that nothing large is copied twice.
///
/// @owns the data of the steps; the next build() reuses the memory
class PgTransaction {
 public:
  struct Plan {
    const std::string* channel;                ///< must stay valid
    std::span<const std::string> chunks = {};  ///< must stay valid
    bool registers = false;
    std::size_t most_agents = 0;         ///< write by agent when the entries have no more agents; 0: never
    const char* lock_timeout = nullptr;  ///< for this transaction; nullptr: that of the session
  };
  enum class Part { register_rows, update, notify, commit };

  void build(std::span<const Update> entries, const Plan& plan);
  [[nodiscard]] std::span<const PgStep> steps() const { return steps_; }
  [[nodiscard]] bool is_by_agent() const { return is_by_agent_; }
  [[nodiscard]] Part part_of(std::size_t step) const;
  /// Rows that the UPDATEs changed; the answer has no failure.
  [[nodiscard]] std::uint64_t changed(const PgAnswer& answer) const;

 private:
  bool build_by_agent(std::span<const Update> entries, std::size_t most_agents);
  void build_by_row(std::span<const Update> entries);
  void build_registration(std::span<const Update> entries);

  std::deque<PgArrays> by_row_;
  std::deque<PgAgentArrays> by_agent_;
  PgArrays registered_;
  std::vector<Update> registrable_;
  std::array<PgParameter, 1> lock_timeout_;
  std::vector<std::array<PgParameter, 2>> notifications_;
  std::vector<PgStep> steps_;
  std::size_t first_update_ = 0, first_notify_ = 0;
  bool is_by_agent_ = false;
};

/// Whether the column can hold the key. A longer one is never registered and becomes unmatched.
bool fits_key_column(std::string_view key);

}  // namespace metabatch::sql
