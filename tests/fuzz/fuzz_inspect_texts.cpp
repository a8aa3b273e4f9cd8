// SPDX-License-Identifier: Apache-2.0
// source: inspect_texts.cpp
// Texts with known ids in them: the inspector finds every one, in order, and no other.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/inspect_texts.hpp"
#include "metabatch/inspect.hpp"

using namespace metabatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto made = tests::embedded_text({reinterpret_cast<const char*>(data), size});
  const Inspection found = inspect(made.text);
  const bool is_right = std::equal(found.ids.begin(), found.ids.end(), made.ids.begin(), made.ids.end(),
                                   [](const FoundId& one, const Uuid& id) { return one.id == id; });
  if (is_right) return 0;
  std::fprintf(stderr, "%zu ids in place of %zu in:\n%s\n", found.ids.size(), made.ids.size(), made.text.c_str());
  for (const FoundId& one : found.ids)
    if (std::find(made.ids.begin(), made.ids.end(), one.id) == made.ids.end())
      std::fprintf(stderr, "invented: %s\n", format_uuid(one.id).c_str());
  for (const Uuid& id : made.ids)
    if (std::none_of(found.ids.begin(), found.ids.end(), [&](const FoundId& one) { return one.id == id; }))
      std::fprintf(stderr, "lost: %s\n", format_uuid(id).c_str());
  std::abort();
}
