// SPDX-License-Identifier: Apache-2.0
#include "feed/mending_parser.hpp"

#include "feed/mend_json.hpp"

namespace metabatch::feed {

simdjson::error_code MendingParser::parse(std::string_view text, simdjson::dom::element& root) {
  const simdjson::error_code code = parse_as_it_is(text, root);
  return code == simdjson::SUCCESS ? code : parse_as_it_is(mend_json(text), root);
}

simdjson::error_code MendingParser::parse_as_it_is(std::string_view text, simdjson::dom::element& root) {
  padded_.assign(text);
  padded_.append(simdjson::SIMDJSON_PADDING, ' ');
  return parser_.parse(padded_.data(), text.size(), false).get(root);
}

}  // namespace metabatch::feed
