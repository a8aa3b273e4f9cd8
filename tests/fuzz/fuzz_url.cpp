// SPDX-License-Identifier: Apache-2.0
// links: metabatch::service
// Any bytes as the parts of a request's address: decoding undoes encoding, and no part reads beyond
// its own.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json_writer.hpp"
#include "service/http/http.hpp"

using namespace metabatch::service;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string percent_encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto decoded = percent_decoded(text);
  require(!decoded || decoded->size() <= text.size());
  const std::string encoded = percent_encoded(text);
  require(percent_decoded(encoded) == text);
  require(query_value("other=1&name=" + encoded + "&last=2", "name") == text);
  (void)query_value(text, "name");
  const std::string_view cookie = cookie_value(text, "name");
  require(cookie.size() <= text.size());
  (void)is_host_allowed(text, {});
  std::string quoted;
  metabatch::append_json_text(quoted, text, metabatch::JsonEscapes::html);
  require(quoted.size() >= 2 && quoted.front() == '"' && quoted.back() == '"');
  for (const char c : std::string_view(quoted)) require(static_cast<unsigned char>(c) >= 0x20 && c != '<' && c != '>');
  return 0;
}
