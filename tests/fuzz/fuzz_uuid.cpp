// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "metabatch/uuid.hpp"

/// What parses formats to something that parses to the same; what does not has an offence inside or at its end.
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
  // What stands before the offence must not matter to what follows it: the cut text ends too early, there.
  const auto cut = parse_uuid(text.substr(0, at));
  if (!cut && cut.error().at != at) std::abort();
  return 0;
}
