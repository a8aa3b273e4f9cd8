// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feed/mend_json.hpp"
#include "metabatch/report.hpp"
#include "metabatch/update.hpp"

namespace metabatch::feed {

/// One line of input, parsed.
struct Record {
  enum class Kind : std::uint8_t {
    blank,   ///< only blanks, a comment (#), or a session line: ignored
    update,  ///< one update, exactly as given, texts sanitised
    report,  ///< one report, as received: ReportLimits is the caller's to apply
    bad,     ///< the line costs only itself; `reason` explains it
  };
  Kind kind = Kind::blank;
  Update update;                   ///< update only
  Uuid agent;                      ///< report only
  std::span<const RawItem> items;  ///< report only
  std::string reason;              ///< bad only: for people, on one line
  std::uint64_t sanitized = 0;     ///< update only: texts in which something was replaced; see ReportLimits
  // Of a recording (docs/recording-format.md); a line without them is good.
  std::optional<std::int64_t> at_us;  ///< update and report only: when it arrived; empty: not given
  bool begins_session = false;        ///< blank only: the head of a session, at_us starts anew
};

/// Reads the two forms of input, one JSON object a line:
///
///     {"agent":"<uuid>","key":"cpu","value":"12 %","error":"","collected_at":"2026-01-02T03:04:05.678901Z"}
///     {"agent":"<uuid>","metadata":[{"key":"cpu","value":"12 %","error":""}]}
///
/// @shape A line with a member `metadata` is a report; one with a text `record` and no agent is a
///        session line of a recording (docs/recording-format.md). Unknown members are ignored (a
///        report's collected_at is one); of a member that comes twice the last counts; a missing
///        value or error is "". A member of the wrong type (null is one) makes the line bad, as
///        does everything that is not JSON. A line whose first character is # is a comment. NUL,
///        invalid UTF-8 and lone surrogate escapes inside strings become U+FFFD; numbers of any
///        size are passed over.
/// @errors none: every line of any content is a Record
/// @owns  the texts: a Record holds until the next parse(), and while the line does
/// @cost  about a copy and one pass; memory grows with the longest line (bounded by LineReader) and
///        stays
class NdjsonParser {
 public:
  NdjsonParser();
  ~NdjsonParser();

  const Record& parse(std::string_view line);

 private:
  struct Json;
  void read(std::string_view line);
  std::string_view cleaned(std::string_view text, std::string& buffer);

  std::unique_ptr<Json> json_;
  Record record_;
  std::vector<RawItem> items_;
  std::string key_buffer_, value_buffer_, error_buffer_;
};

}  // namespace metabatch::feed
