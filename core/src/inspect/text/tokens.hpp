// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "inspect/bytes/byte_source.hpp"
#include "inspect/span_recorder.hpp"

namespace metabatch::inspecting {

/// What stands around a token.
struct Around {
  std::size_t input_from = 0;  ///< the whole text without the blanks around it
  std::size_t input_to = 0;
  std::size_t line_from = 0;  ///< the line without the blanks around it
  std::size_t line_to = 0;
  Channel named = Channel::unnamed;         ///< a channel whose name stands in front of it in its line
  Wrapping list_wrapping = Wrapping::none;  ///< of UUIDs that stand in this line
};

/// Is there a UUID of 36 characters? What stands beside it does not count.
bool is_uuid_shape(std::string_view text, std::size_t at);

/// Reads what begins with a letter, a digit, `+` or `/`: UUIDs in any form, runs of hex digits,
/// runs of the symbols of a chunk, and everything else as text. A UUID shape wins over every other
/// reading of the same bytes.
class TokenReader {
 public:
  TokenReader(const Source& source, Recorder& out) : source_(source), text_(source.text), out_(out) {}

  /// Reads the token at `at`; the result is where it ends.
  std::size_t read(std::size_t at, const Around& around);
  /// A run of URL-safe base64 that begins with `-` or `_`; `at` when it is none.
  std::size_t read_url_safe(std::size_t at);
  /// A UUID that covers [at, end), braces or `urn:uuid:` included; false: it is none.
  bool read_uuid(std::size_t at, std::size_t end, const Around& around);
  /// Offers the run [at, end) and those that follow it as one where lines, or signs that cannot be
  /// seen, cut it in pieces.
  void find_joined(std::size_t at, std::size_t end);
  /// Ends the list of UUIDs if one is open.
  void end_list();
  /// Ends the list and begins something else.
  void begin(Form form, Channel channel);

 private:
  std::size_t put_text(std::size_t end);
  std::size_t put_uuid(std::size_t at, const Around& around);
  std::size_t put_mistyped(std::size_t from, std::size_t to, const Around& around);
  std::size_t read_urn(std::size_t at, const Around& around);
  std::size_t read_hyphenated(std::size_t at, std::size_t run_end, const Around& around);
  std::size_t read_run(std::size_t at, std::size_t end, const Around& around);
  std::size_t read_part(std::size_t at, std::size_t end, const Around& around);
  bool read_hex_run(std::size_t at, std::size_t end, const Around& around);
  std::size_t read_word(std::size_t at, std::size_t run_end, const Around& around);
  std::size_t read_chunk_run(std::size_t at, std::size_t end, const Around& around);
  bool read_segments(std::size_t at, std::size_t end, const Around& around);
  std::size_t finish_chunk(std::size_t end);
  void offer(Reading reading, std::size_t from, std::size_t to, std::size_t lines = 1);
  void open_list(const Around& around);

  const Source& source_;
  std::string_view text_;
  Recorder& out_;
  bool in_list_ = false;
  std::size_t joined_until_ = 0;  // runs up to here were tried as one
};

}  // namespace metabatch::inspecting
