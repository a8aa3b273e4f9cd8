// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.hpp"
#include "fleet/arrival_times.hpp"
#include "recording/recording_reader.hpp"

namespace metabatch {

/// The microseconds of a JSON number: `250000`, `250000.0` and `2.5e5` are the same. Nothing: it is
/// negative, not whole, or has more than 18 digits. The one rule for at_us, whoever reads it.
std::optional<std::int64_t> arrival_micros(std::string_view number);

/// The at_us of a line; nothing: it has none, or one that is no such number (null is one). For
/// readers of lines that have no number as it is written.
std::optional<std::int64_t> arrival_of_line(std::string_view line);

struct RecordedItem {
  std::string key, value, error;
};

/// One line of a recording. Its texts keep their memory from line to line.
struct RecordedLine {
  enum class Kind : std::uint8_t { update, report, session };
  Kind kind = Kind::session;
  Uuid agent;
  RecordedItem item;  ///< update only
  WallTime collected_at{};
  std::vector<RecordedItem> items;  ///< report only, the first items_used
  std::size_t items_used = 0;
  std::optional<std::int64_t> at_us;  ///< nothing: missing, or no such number; the line is good without it
  std::string record;                 ///< session only

  /// What is wrong with the line, its number left out; nothing: it was read.
  std::optional<BadLine> read(std::string_view text);

 private:
  /// What is known of a member: of one that comes twice the last.
  enum class State : std::uint8_t { missing, wrong, given };
  struct Members;
  void take_member(JsonReader& json, Members& members);
  void take_items(JsonReader& json, Members& members);
  std::optional<BadLine> judge(const Members& members);
  void clean(RecordedItem& item);

  std::string name_, agent_text_, time_text_, room_;
};

}  // namespace metabatch
