// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace metabatch::feed {

/// simdjson's parser for texts from any source: a text that it refuses is mended (mend_json()) and parsed once more.
class MendingParser {
 public:
  /// @shape capacity: bytes; mending makes up to six of one
  explicit MendingParser(std::size_t capacity) : parser_(capacity) {}

  /// @owns `root` holds until the next call
  simdjson::error_code parse(std::string_view text, simdjson::dom::element& root);

 private:
  simdjson::error_code parse_as_it_is(std::string_view text, simdjson::dom::element& root);

  simdjson::dom::parser parser_;
  std::string padded_;  // the parser reads a little beyond the end
};

}  // namespace metabatch::feed
