// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/time.hpp"

/// The lines about the machine in a recorded session, between the updates. A line is an object
/// whose member `record` names the kind. docs/recording-format.md lists them all, member by member.
///
/// @units `at`: counted from when the recording began, as the at_us of an update; microseconds in
///        the file
namespace metabatch {

/// The first line.
struct SessionHead {
  WallTime started{};
  std::string program;  ///< what wrote it
  std::string source;   ///< what was recorded, for people; never holds a secret
  Config config;        ///< as it ran when the recording began
};

/// A setting changed.
struct SessionSettings {
  Duration at{};
  Config config;  ///< all of them, as they run from now on
};

/// Something that the charts mark.
struct SessionMark {
  Duration at{};
  std::string text;
};

/// A flush that ended.
struct SessionFlush {
  Duration at{};  ///< when it began
  Duration took{};
  std::uint64_t id = 0;
  std::uint64_t lane = 0;
  Reason reason = Reason::scheduled;
  std::uint64_t entries = 0;
  std::uint64_t agents = 0;
  Counters fates;  ///< written, rows_stale, unmatched, quarantined, discarded of this flush
  FailureClass failure = FailureClass::none;
  std::uint64_t retries = 0;
  std::uint64_t publish_errors = 0;
  std::string sqlstate;
  std::string message;
  std::vector<std::string> chunks;  ///< the payloads
};

/// A sample of all counters. Counts are since the session, not the recording, began.
struct SessionSample {
  Duration at{};
  Counters counters;
  FlushCounters flushes;
  DelayHistogram delay;  ///< since the sample before
  std::uint64_t reports = 0;
  std::uint64_t buffered_entries = 0;
  std::uint64_t buffered_bytes = 0;
};

/// The line, with a line feed. NUL and invalid UTF-8 in texts become U+FFFD.
std::string session_line(const SessionHead& head);
std::string session_line(const SessionSettings& settings);
std::string session_line(const SessionMark& mark);
std::string session_line(const SessionFlush& flush);
std::string session_line(const SessionSample& sample);

/// monostate: a kind that this version does not know, to be ignored.
using SessionLine =
    std::variant<std::monostate, SessionHead, SessionSettings, SessionMark, SessionFlush, SessionSample>;

/// Reads one back. A member that is missing has its default, one that is not known is passed over.
///
/// @return nothing: no JSON object with a `record`, or a member that cannot be what it says
std::optional<SessionLine> parse_session_line(std::string_view line);

}  // namespace metabatch
