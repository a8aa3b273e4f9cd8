// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/simulation/recording.hpp"
#include "metabatch/update.hpp"

/// Recorded sessions: NDJSON as `metabatch ingest` reads it, with lines in between that only a
/// reader of sessions uses (session_lines.hpp). docs/recording-format.md defines the format.
namespace metabatch {

inline constexpr std::size_t kMaxRecordingLineBytes = std::size_t{1} << 20;  // without its end, as for ingest

/// Members that a line may be refused for.
enum class RecordedMember : std::uint8_t { agent, key, value, error, collected_at, metadata, at_us, record };
std::string_view name_of(RecordedMember member);

/// A line that could not be read, and costs only itself.
struct BadLine {
  enum class Kind : std::uint8_t {
    too_long,  ///< over kMaxRecordingLineBytes; `at` is that
    not_json,  ///< or no object; at = first offending byte
    member,    ///< missing, of another type or unreadable; at = a RecordedMember
    clock,     ///< its collected_at is years from the lines around it; it is played in its order, and not counted bad
  };
  std::uint64_t number = 0;  ///< from 1
  Kind kind = Kind::not_json;
  std::size_t at = 0;
};
/// `line 17: not JSON, at byte 3`.
std::string describe(const BadLine& line);

/// Divides its input into lines, and the lines into reports, session lines and bad lines.
///
/// @shape update := {"agent","key","value","error","collected_at","at_us"}, report :=
///        {"agent","metadata":[...],"at_us"}. Unknown members are ignored, of one that comes twice
///        the last counts, a missing value or error is "". Updates of one agent that follow each
///        other with the same collected_at and at_us are one report. An object without an agent
///        whose `record` is a string is a session line. NUL, invalid UTF-8 and lone surrogates in
///        texts become U+FFFD
/// @units  at_us: microseconds since the recording began; a line without takes its collected_at,
///         counted from the first one, a report without comes with the line before it. Time does
///         not go back: an earlier line counts as the last one. A head (record "session") amid a
///         file begins a new count where the last one ended
/// @errors none: every line of any content is one of the three
/// @cost   one pass; memory: the longest line (at most kMaxRecordingLineBytes) and the report that
///         is still growing
class RecordingReader {
 public:
  using OnReport = std::function<void(RecordedReport&&)>;
  using OnSessionLine = std::function<void(std::string_view line, std::uint64_t number)>;
  using OnBadLine = std::function<void(const BadLine&)>;

  /// @shape any of them may be null: then its lines are ignored
  explicit RecordingReader(OnReport on_report, OnSessionLine on_session_line = {}, OnBadLine on_bad_line = {});
  RecordingReader(RecordingReader&&) noexcept;
  RecordingReader& operator=(RecordingReader&&) noexcept;
  ~RecordingReader();

  /// The next bytes, cut anywhere.
  void read(std::string_view block);
  /// There is no more: the last line needs no end.
  void finish();

  [[nodiscard]] std::uint64_t lines() const;
  [[nodiscard]] std::uint64_t reports() const;
  [[nodiscard]] std::uint64_t updates() const;
  [[nodiscard]] std::uint64_t bad_lines() const;
  /// Where the count of the session that is being read began: what its at_us are counted from.
  [[nodiscard]] Duration origin() const;

 private:
  struct Machinery;
  std::unique_ptr<Machinery> machinery_;
};

/// The duration of a simulation in which every report arrives: the next full second after the last
/// one.
Duration duration_of(const Recording& recording);

/// The lines of one report as they stand in a recording, each with a line feed: an update a line.
void append_report(std::string& to, const Report& report, Duration at);

}  // namespace metabatch
