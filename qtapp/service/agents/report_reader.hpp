// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/report.hpp"

namespace metabatch::service {

/// Reads the bodies that agents send:
///
///     {"metadata":[{"key":"cpu","collected_at":"...","age":0,"value":"12 %","error":""}]}
///     {"collected_at":"...","age":0,"value":"12 %","error":""}
///
/// @shape Unknown members, collected_at and age are ignored; of a member that comes twice the last
///        counts; a missing member or null is "". A text that is not valid UTF-8 inside strings is
///        taken (ReportLimits sanitises it); any other member of the wrong type, and what is not
///        JSON, is an error.
/// @owns  what it gives out, until the next call. One a thread
class ReportReader {
 public:
  ReportReader();
  ~ReportReader();

  /// The items of a report of several keys; `error()` says why there are none.
  std::span<const RawItem> read_list(std::string_view body);
  /// The single item of a report for `key`.
  std::span<const RawItem> read_one(std::string_view key, std::string_view body);
  /// What was wrong in the last call, or "".
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  struct Json;
  std::unique_ptr<Json> json_;
  std::vector<RawItem> items_;
  std::string error_;
};

}  // namespace metabatch::service
