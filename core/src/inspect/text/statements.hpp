// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "inspect/bytes/byte_source.hpp"
#include "inspect/span_recorder.hpp"

/// Notifications in SQL and in the server's log. Each function reads the wrapping that begins at
/// `at`, with all that is in it, or leaves everything as it was.
namespace metabatch::inspecting {

/// @shape at, line_end: offsets in the text of `input`; beyond line_end only what a statement or a
///        payload goes on with is read
struct Place {
  Source input;
  std::size_t at;
  std::size_t line_end;
};
bool read_notify(Recorder& out, const Place& place);
bool read_pg_notify(Recorder& out, const Place& place);

/// What a line of the log says of the statement whose parameters follow.
enum class Logged : std::uint8_t {
  unknown,  ///< nothing
  notify,   ///< it calls pg_notify
  other,    ///< it is another one
};
Logged logged_statement(std::string_view line);
/// `$1 = 'channel', $2 = 'payload'`: only where the statement calls pg_notify, or, without a
/// statement, where $1 is the name of a channel of ours.
bool read_parameters(Recorder& out, const Place& place, Logged statement);

}  // namespace metabatch::inspecting
