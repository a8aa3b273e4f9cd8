// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "fleet/arrivals.hpp"
#include "metabatch/simulation/recording.hpp"

namespace metabatch {

/// A recording as arrivals. Every (agent, key) of it has a row.
class RecordedArrivals final : public Arrivals {
 public:
  /// `recording` is in the order of time and its lists are parallel. Reports from `end` on are left
  /// out.
  RecordedArrivals(std::shared_ptr<const Recording> recording, std::int64_t replicas, Duration end);

  [[nodiscard]] Duration next() const override;
  std::optional<Arrival> pop() override;
  [[nodiscard]] std::uint64_t agents() const override { return agents_.size(); }
  [[nodiscard]] std::uint64_t agents_present() const override { return agents_.size(); }
  [[nodiscard]] std::size_t rows() const override { return rows_.size(); }
  void rows_of(const Batch& batch, std::vector<std::uint32_t>& rows) const override;

 private:
  struct Row {
    Uuid agent;
    std::string_view key;
    bool operator<(const Row& other) const { return agent == other.agent ? key < other.key : agent < other.agent; }
    bool operator==(const Row& other) const { return agent == other.agent && key == other.key; }
  };

  [[nodiscard]] std::uint32_t row_of(const Row& row) const;

  std::shared_ptr<const Recording> recording_;
  std::uint64_t replicas_;
  std::vector<Row> rows_;  // ascending, as the entries of a batch are
  std::vector<Uuid> agents_;
  std::vector<std::uint32_t> row_numbers_;  // of every item of every report, in order
  std::size_t next_item_ = 0;
  std::vector<ServerClock> clocks_;
  std::size_t at_ = 0, end_ = 0;
  std::vector<std::string_view> keys_, values_, errors_;
  std::vector<WallTime> stamps_;
};

}  // namespace metabatch
