// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/report.hpp"
#include "metabatch/simulation/fleet.hpp"

namespace metabatch {

/// What the values of a fleet look like.
enum class TextStyle : std::uint8_t {
  random,    ///< random symbols; key and value lengths as the fleet states: costs least, so the simulator uses it
  lifelike,  ///< keys and values as templates of workspaces define them, for people to read; lengths as they come
};

/// The keys of every report and its values. What an agent sends is a function of its number and of
/// how often its values changed, so none of it is kept.
class ReportTexts {
 public:
  ReportTexts(const Fleet& fleet, std::uint64_t seed, TextStyle style);
  /// The lists of a report; `version`: how often the agent's values changed.
  ///
  /// @return views that are valid until the next call
  Report report(const Uuid& agent, std::uint32_t number, std::uint32_t version, WallTime stamp);
  /// In byte order.
  [[nodiscard]] std::span<const std::string_view> keys() const { return keys_; }
  /// Position of a key in byte order.
  [[nodiscard]] std::uint32_t key_number(std::string_view key) const;

 private:
  static constexpr std::size_t kOffsets = 4096;
  void fill_random(std::uint32_t number, std::uint32_t version);
  void fill_lifelike(std::uint32_t number, std::uint32_t version);

  TextStyle style_;
  std::uint64_t salt_;
  std::uint64_t shortest_, lengths_;
  std::string pool_;                  // random: every value is a part of it
  std::vector<std::string> written_;  // lifelike: the values
  std::vector<std::string> key_names_;
  std::vector<std::string_view> keys_, values_, errors_;
  std::vector<WallTime> stamps_;
};

}  // namespace metabatch
