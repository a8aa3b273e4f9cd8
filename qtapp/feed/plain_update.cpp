// SPDX-License-Identifier: Apache-2.0
#include "feed/plain_update.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace metabatch::feed {
namespace {

constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
constexpr std::uint64_t kHighs = 0x8080'8080'8080'8080;

bool ends_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '"' || c == '\\' || byte < 0x20 || byte > 0x7F;
}

/// The place of the first byte that is a quote, a backslash, a control or no ASCII.
///
/// Only such a byte borrows from those above it, so the lowest one found is exact.
std::size_t plain_size(std::string_view text) {
  std::size_t i = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; i + 8 <= text.size(); i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, 8);
      const std::uint64_t quote = word ^ (kOnes * '"'), backslash = word ^ (kOnes * '\\');
      const std::uint64_t found =
          (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | (word - kOnes * 0x20) | word) & kHighs;
      if (found != 0) return i + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (i < text.size() && !ends_plain(text[i])) ++i;
  return i;
}

struct Reader {
  std::string_view rest;

  void skip_blanks() {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take_text(std::string_view& text) {
    if (!take('"')) return false;
    const std::size_t size = plain_size(rest);
    if (size == rest.size() || rest[size] != '"') return false;
    text = rest.substr(0, size);
    rest.remove_prefix(size + 1);
    return true;
  }
};

/// The texts of an update, and which of them came.
struct PlainMembers {
  enum : unsigned { agent = 1, key = 2, value = 4, error = 8, collected_at = 16, needed = agent | key | collected_at };
  std::string_view agent_text, key_text, value_text, error_text, time_text;
  unsigned seen = 0;

  std::string_view* find(std::string_view name) {
    if (name == "agent") return once(agent, agent_text);
    if (name == "key") return once(key, key_text);
    if (name == "value") return once(value, value_text);
    if (name == "error") return once(error, error_text);
    if (name == "collected_at") return once(collected_at, time_text);
    return nullptr;
  }

 private:
  std::string_view* once(unsigned member, std::string_view& text) {
    if ((seen & member) != 0) return nullptr;
    seen |= member;
    return &text;
  }
};

}  // namespace

bool parse_plain_update(std::string_view line, Update& update) {
  if (!line.starts_with('{')) return false;
  Reader reader{line.substr(1)};
  PlainMembers members;
  do {
    std::string_view name;
    if (!reader.take_text(name) || !reader.take(':')) return false;
    std::string_view* const text = members.find(name);
    if (text == nullptr || !reader.take_text(*text)) return false;
  } while (reader.take(','));
  if (!reader.take('}') || (members.seen & PlainMembers::needed) != PlainMembers::needed) return false;
  reader.skip_blanks();
  if (!reader.rest.empty()) return false;
  const Result<Uuid> agent = parse_uuid(members.agent_text);
  const Result<WallTime> time = parse_wall_time(members.time_text);
  if (!agent || !time) return false;
  update = {*agent, members.key_text, members.value_text, members.error_text, *time};
  return true;
}

}  // namespace metabatch::feed
