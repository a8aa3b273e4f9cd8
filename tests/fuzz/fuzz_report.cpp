// SPDX-License-Identifier: Apache-2.0
// Whatever an agent sends, what is handed on obeys every limit, and nothing disappears without
// being counted.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "metabatch/report.hpp"

using namespace metabatch;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool clean(std::string_view text) { return clean_size(text) == text.size(); }

/// The bytes as texts: a length byte (times 1, or times 40 for the long ones), then the text,
/// repeated where too short.
struct Texts {
  std::string_view bytes;

  std::string next() {
    if (bytes.empty()) return {};
    const auto head = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    const std::size_t size = head < 200 ? head % 32 : (head - 199u) * 40;
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(taken.size());
    std::string text(taken);
    while (!taken.empty() && text.size() < size) text += taken;
    return text.substr(0, size);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Texts texts{{reinterpret_cast<const char*>(data), size}};
  std::vector<std::string> owned;
  while (!texts.bytes.empty()) owned.push_back(texts.next());
  owned.resize((owned.size() + 2) / 3 * 3);
  std::vector<RawItem> items;
  for (std::size_t i = 0; i < owned.size(); i += 3) items.push_back({owned[i], owned[i + 1], owned[i + 2]});

  ReportLimits limits;
  for (int round = 0; round < 2; ++round) {
    const std::size_t most_keys = size % 4 == 0 ? size % 7 : items.size();
    const Report report = limits.apply(Uuid{}, items, WallTime{}, most_keys);
    const std::size_t read = report.size() + limits.refused().size() + limits.repeated();
    require(report.is_parallel() && report.size() <= most_keys && read <= items.size());
    require(limits.error().has_value() == (read < items.size()));
    require((limits.over_most_keys() > 0) <= (report.size() == most_keys));
    require(!limits.error() || limits.error()->at > kMaxReportKeyBytes);
    for (std::size_t i = 0; i < report.size(); ++i) {
      require(clean(report.keys[i]) && count_code_points(report.keys[i]) <= kMaxKeyCharacters);
      require(clean(report.values[i]) && report.values[i].size() <= kMaxValueBytes);
      require(clean(report.errors[i]) && report.errors[i].size() <= kMaxErrorBytes);
      for (std::size_t before = 0; before < i; ++before) require(report.keys[before] != report.keys[i]);
    }
  }
  require(limits.refused_items() == 2 * (limits.refused().size() + limits.repeated()) && limits.sanitized() % 2 == 0);
  return 0;
}
