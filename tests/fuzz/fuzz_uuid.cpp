// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "metabatch/uuid.hpp"

/// A parsed text formats to a text that parses to the same UUID. An error is inside the text or at
/// its end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace metabatch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto id = parse_uuid(text);
  if (id) {
    const auto again = parse_uuid(format_uuid(*id));
    if (!again || !(*again == *id)) std::abort();
    return 0;
  }
  const std::size_t at = id.error().at;
  if (id.error().code != Errc::bad_uuid || at > size) std::abort();
  // The text before the error must not influence the text behind it: cut there, it ends too early.
  const auto cut = parse_uuid(text.substr(0, at));
  if (!cut && cut.error().at != at) std::abort();
  return 0;
}
