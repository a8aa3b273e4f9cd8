// SPDX-License-Identifier: Apache-2.0
#include "service/agents/report_reader.hpp"

#include "feed/mending_parser.hpp"

namespace metabatch::service {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// A member that is a string; null and missing are "".
bool read_text(const element& member, std::string_view& text) {
  text = {};
  return member.is_null() || member.get_string().get(text) == simdjson::SUCCESS;
}

/// The first member of a wrong type, or "". Of a repeated member, the last one counts. `key` is not
/// read when the path names the key.
std::string_view read_item(const object& from, bool has_key, RawItem& item) {
  bool is_key_wrong = false, is_value_wrong = false, is_error_wrong = false;
  for (const auto& [name, member] : from) {
    if (has_key && name == "key") is_key_wrong = !read_text(member, item.key);
    if (name == "value") is_value_wrong = !read_text(member, item.value);
    if (name == "error") is_error_wrong = !read_text(member, item.error);
  }
  return is_key_wrong ? "key" : is_value_wrong ? "value" : is_error_wrong ? "error" : "";
}

std::string position_of(std::size_t item) { return "metadata[" + std::to_string(item) + "]"; }

}  // namespace

struct ReportReader::Json : feed::MendingParser {
  Json() : MendingParser(std::size_t{16} << 20) {}
  /// The object in a body, or why there is none.
  std::string read(std::string_view body, object& found) {
    element root;
    const simdjson::error_code code = parse(body, root);
    if (code != simdjson::SUCCESS) return simdjson::error_message(code);
    if (root.get_object().get(found) != simdjson::SUCCESS) return "The body is not an object.";
    return {};
  }
};

ReportReader::ReportReader() : json_(std::make_unique<Json>()) {}
ReportReader::~ReportReader() = default;

std::span<const RawItem> ReportReader::read_list(std::string_view body) {
  items_.clear();
  object root;
  error_ = json_->read(body, root);
  if (!error_.empty()) return {};
  simdjson::dom::array list;
  bool is_there = false;
  for (const auto& [name, member] : root) {
    if (name != "metadata") continue;
    is_there = !member.is_null();
    const bool is_list = !is_there || member.get_array().get(list) == simdjson::SUCCESS;
    error_ = is_list ? "" : "metadata is not an array.";
  }
  if (!error_.empty() || !is_there) return {};
  for (const element one : list) {
    object from;
    if (one.get_object().get(from) != simdjson::SUCCESS) {
      error_ = position_of(items_.size()) + " is not an object.";
      return {};
    }
    items_.emplace_back();
    if (const std::string_view wrong = read_item(from, true, items_.back()); !wrong.empty()) {
      error_ = position_of(items_.size() - 1) + "." + std::string(wrong) + " is not a string.";
      return {};
    }
  }
  return items_;
}

std::span<const RawItem> ReportReader::read_one(std::string_view key, std::string_view body) {
  items_.clear();
  object root;
  error_ = json_->read(body, root);
  if (!error_.empty()) return {};
  items_.emplace_back();
  if (const std::string_view wrong = read_item(root, false, items_.back()); !wrong.empty()) {
    error_ = std::string(wrong) + " is not a string.";
    return {};
  }
  items_.back().key = key;
  return items_;
}

}  // namespace metabatch::service
