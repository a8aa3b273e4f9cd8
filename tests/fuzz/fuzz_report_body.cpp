// SPDX-License-Identifier: Apache-2.0
// links: metabatch::service
// Any bytes as the body of a report: they are read as another parser reads them, or an error is
// returned.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "service/agents/report_reader.hpp"

using namespace metabatch;
using nlohmann::json;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Item {
  std::string key, value, error;
  bool operator==(const Item&) const = default;
};

bool read_text(const json& from, const char* name, std::string& text) {
  const auto found = from.find(name);
  if (found == from.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  text = found->get<std::string>();
  return true;
}

/// The content of a body; nothing: it is invalid. Of members with one name both parsers keep the
/// last.
std::optional<std::vector<Item>> items_of(const json& root) {
  if (!root.is_object()) return std::nullopt;
  std::vector<Item> items;
  const auto list = root.find("metadata");
  if (list == root.end() || list->is_null()) return items;
  if (!list->is_array()) return std::nullopt;
  for (const json& one : *list) {
    Item& item = items.emplace_back();
    if (!one.is_object() || !read_text(one, "key", item.key) || !read_text(one, "value", item.value) ||
        !read_text(one, "error", item.error))
      return std::nullopt;
  }
  return items;
}

/// The same for a body with one key.
std::optional<Item> item_of(const json& root) {
  Item item{"the key", {}, {}};
  if (!root.is_object() || !read_text(root, "value", item.value) || !read_text(root, "error", item.error))
    return std::nullopt;
  return item;
}

Item item_of(const RawItem& raw) { return {std::string(raw.key), std::string(raw.value), std::string(raw.error)}; }

/// A number that one of the two cannot hold.
bool has_long_number(std::string_view body) {
  std::size_t digits = 0;
  for (const char c : body) {
    const bool is_digit = c >= '0' && c <= '9';
    if (digits > 15 || (digits > 0 && (c == 'e' || c == 'E'))) return true;
    digits = is_digit ? digits + 1 : 0;
  }
  return digits > 15;
}

/// Where the two need not agree: on bytes that are mended, and on depth.
bool is_comparable(std::string_view body) {
  const auto depth = std::count_if(body.begin(), body.end(), [](char c) { return c == '[' || c == '{'; });
  return depth < 500 && clean_size(body) == body.size() && body.find("\\u") == std::string_view::npos &&
         !body.starts_with("\xEF\xBB\xBF") && !has_long_number(body);
}

/// Of repeated members the first may be wrong, which only one of the two reports.
bool has_doubles(std::string_view body) {
  bool has = false;
  std::vector<std::vector<std::string>> names;
  const json::parser_callback_t look = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end && !names.empty()) names.pop_back();
    if (event == json::parse_event_t::key && !names.empty()) {
      const std::string name = value.get<std::string>();
      has |= std::find(names.back().begin(), names.back().end(), name) != names.back().end();
      names.back().push_back(name);
    }
    return true;
  };
  return !json::parse(body, look, false).is_discarded() && has;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  static service::ReportReader reader, second;
  std::vector<Item> items;
  for (const RawItem& one : reader.read_list(body)) items.push_back(item_of(one));
  require(reader.error().empty() || items.empty());
  const auto alone = second.read_one("the key", body);
  require(alone.size() == (second.error().empty() ? 1U : 0U));
  if (!is_comparable(body) || has_doubles(body)) return 0;
  const json root = json::parse(body, nullptr, false);
  const auto wanted = root.is_discarded() ? std::nullopt : items_of(root);
  require(reader.error().empty() == wanted.has_value());
  if (wanted) require(items == *wanted);
  const auto wanted_alone = root.is_discarded() ? std::nullopt : item_of(root);
  require(alone.empty() != wanted_alone.has_value());
  if (wanted_alone) require(item_of(alone[0]) == *wanted_alone);
  return 0;
}
