// SPDX-License-Identifier: Apache-2.0
#include "inspect/alternatives.hpp"

#include <algorithm>
#include <span>

#include "base/order.hpp"
#include "inspect/bytes/encoding.hpp"
#include "inspect/bytes/symbols.hpp"
#include "inspect/bytes/windows.hpp"
#include "inspect/reading.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch {
namespace inspecting {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kWidestGap = 48;  // bytes between two lines: line end, quoting marks, indentation

/// The bytes of base64, as many as whole symbols give.
std::string bytes_of_base64(std::string_view symbols) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : symbols) {
    bits = bits << 6 | symbol_value(c);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(static_cast<unsigned char>(bits >> count));
    bits &= (1u << count) - 1;
  }
  return bytes;
}

Uuid id_at(std::string_view bytes, std::size_t at) {
  Uuid id;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()) + at, kUuidBytes, id.bytes.begin());
  return id;
}

/// The length of a sign that cannot be seen, or 0: no-break space, soft hyphen, zero-width and
/// bidirectional marks.
std::size_t invisible_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  if (byte(0) == 0xc2 && (byte(1) == 0xa0 || byte(1) == 0xad)) return 2;
  if (byte(0) == 0xd8 && byte(1) == 0x9c) return 2;
  if (byte(0) == 0xef && byte(1) == 0xbb && byte(2) == 0xbf) return 3;
  if (byte(0) != 0xe2) return 0;
  const unsigned tail = byte(1) << 8 | byte(2);
  const bool is_mark =
      (tail >= 0x808b && tail <= 0x808f) || (tail >= 0x80a8 && tail <= 0x80af) || (tail >= 0x81a0 && tail <= 0x81af);
  return is_mark ? 3 : 0;
}

/// Where a gap ends, or `at` where there is none that joins two runs.
std::size_t end_of_gap(std::string_view text, std::size_t at, std::size_t& lines) {
  bool joins = false;
  std::size_t end = at;
  while (end < text.size() && end - at < kWidestGap) {
    const std::size_t invisible = invisible_size(text, end);
    const char c = text[end];
    if (invisible == 0 && !is_blank(c) && c != '>' && c != '|') break;
    if (c == '\n') ++lines;
    joins = joins || invisible > 0 || c == '\n' || c == '\r';
    end += std::max<std::size_t>(invisible, 1);
  }
  return joins ? end : at;
}

Uuid reordered(const Uuid& id) {
  Uuid other = id;
  std::reverse(other.bytes.begin(), other.bytes.begin() + 4);
  std::reverse(other.bytes.begin() + 4, other.bytes.begin() + 6);
  std::reverse(other.bytes.begin() + 6, other.bytes.begin() + 8);
  return other;
}

std::string lines_of(const std::vector<Uuid>& ids) {
  std::string text;
  for (const Uuid& id : ids) text += format_uuid(id) + "\n";
  return text;
}

std::string text_of_hex(std::string_view digits) {
  std::string text;
  for (std::size_t i = 0; i + 2 <= digits.size(); i += 2)
    text += static_cast<char>(static_cast<unsigned char>(hex_value(digits[i]) << 4 | hex_value(digits[i + 1])));
  return text;
}

std::vector<Uuid> ids_of_bytes(std::string_view bytes) {
  std::vector<Uuid> ids;
  for (std::size_t at = 0; at + kUuidBytes <= bytes.size(); at += kUuidBytes) ids.push_back(id_at(bytes, at));
  return ids;
}

std::string only_symbols(std::string_view text) {
  std::string symbols;
  for (const char c : text)
    if (is_symbol(c)) symbols += c;
  return symbols;
}

std::string read_as(Reading reading, std::string_view text) {
  switch (reading) {
    case Reading::joined_lines: return only_symbols(text);
    case Reading::url_safe: return from_url_safe(text);
    case Reading::hex_prefix: return lines_of(ids_of_bytes(text_of_hex(text.substr(2))));
    case Reading::hex_of_text: return text_of_hex(text.substr(text.find_first_of("xX") + 1));  // behind `0x` or `\x`
    case Reading::base64_bytes: return lines_of(ids_of_bytes(bytes_of_base64(text.substr(0, text.find('=')))));
    case Reading::mixed_order: break;
  }
  std::vector<Uuid> ids;
  for (const FoundId& found : inspect_plainly(text).ids) ids.push_back(reordered(found.id));
  return lines_of(ids);
}

/// Does RFC 9562 define each id with its bytes swapped, and at most half of them as they are?
bool is_mixed_order(std::span<const FoundId> ids) {
  std::size_t as_is = 0;
  for (const FoundId& one : ids) {
    if (!is_plausible(reordered(one.id))) return false;
    as_is += is_plausible(one.id) ? 1 : 0;
  }
  return !ids.empty() && as_is * 2 <= ids.size();
}

}  // namespace

std::string from_url_safe(std::string_view text) {
  std::string chunk(text);
  for (char& c : chunk) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return chunk;
}

std::size_t end_of_padding(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] == '=' && end - at < 2) ++end;
  return end;
}

bool is_base64_of_ids(std::string_view run, std::string_view behind) {
  const std::size_t padding = end_of_padding(behind, 0);
  if ((run.size() + padding) % 4 != 0 || run.size() < 2 * kUuidBytes) return false;
  const std::size_t bytes = run.size() * 6 / 8;
  if (bytes % kUuidBytes != 0 || bytes < 2 * kUuidBytes) return false;
  const std::string raw = bytes_of_base64(run);
  for (std::size_t at = 0; at + kUuidBytes <= raw.size(); at += kUuidBytes)
    if (!is_plausible(id_at(raw, at))) return false;
  return true;
}

Joined joined_from(std::string_view text, std::size_t at, std::size_t end) {
  Joined joined{end, 1, false};
  bool is_cut = false;
  std::size_t symbols = end - at;
  std::size_t last = symbols;  // of the run in front of the gap
  for (;;) {
    std::size_t lines = joined.lines;
    const std::size_t next = end_of_gap(text, joined.end, lines);
    const std::size_t stop = next == joined.end ? next : end_of_run(text, next, kSymbol);
    if (stop == next || last + (stop - next) < kIdSymbols) break;
    is_cut = is_cut || symbols % kIdSymbols != 0;
    last = stop - next;
    symbols += last;
    joined = {stop, lines, false};
  }
  if (!is_cut || symbols % kIdSymbols != 0) return joined;
  const std::string all = only_symbols(text.substr(at, joined.end - at));
  const Fit fit = fit_at(all, 0);
  joined.holds_ids = fit.windows >= 2 && fit.sound == fit.windows;
  return joined;
}

void find_mixed_order(Inspection& result) {
  const std::span<const FoundId> ids(result.ids);
  for (const Finding& finding : result.findings) {
    if (!is_mixed_order(ids.subspan(finding.first_id, finding.ids))) continue;
    if (result.alternatives.size() >= kMaxAlternatives) return;
    result.alternatives.push_back({Reading::mixed_order, finding.at, finding.length, finding.ids, 1});
  }
}

void count_ids(std::string_view input, Inspection& result) {
  for (Alternative& one : result.alternatives)
    if (one.ids == 0) one.ids = static_cast<std::uint32_t>(inspect_plainly(text_of(one, input)).ids.size());
  auto& all = result.alternatives;
  all.erase(std::remove_if(all.begin(), all.end(), [](const Alternative& one) { return one.ids == 0; }), all.end());
  insertion_sort(all, [](const Alternative& a, const Alternative& b) { return a.at < b.at; });
}

}  // namespace inspecting

std::string text_of(const Alternative& alternative, std::string_view input) {
  if (alternative.at > input.size()) return {};
  const std::string_view part = input.substr(alternative.at, alternative.length);
  const Container container = inspecting::container_of(input);
  if (!inspecting::is_unicode(container)) return inspecting::read_as(alternative.reading, part);
  return inspecting::read_as(alternative.reading, inspecting::transcoded(part, container).text);
}

}  // namespace metabatch
