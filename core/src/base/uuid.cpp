// SPDX-License-Identifier: Apache-2.0
#include "metabatch/uuid.hpp"

namespace metabatch {
namespace {

constexpr std::uint8_t kNotHex = 0xff;

constexpr std::array<std::uint8_t, 256> make_hex_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNotHex;
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) {
    values['a' + i] = static_cast<std::uint8_t>(10 + i);
    values['A' + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}
constexpr auto kHexValues = make_hex_values();

std::uint8_t hex_value(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

/// Where in the 8-4-4-4-12 form the two digits of each byte stand.
constexpr std::array<std::uint8_t, 16> kDigitAt = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::array<std::uint8_t, 4> kHyphenAt = {8, 13, 18, 23};

bool is_hyphen_place(std::size_t i) {
  return i == kHyphenAt[0] || i == kHyphenAt[1] || i == kHyphenAt[2] || i == kHyphenAt[3];
}

/// The digits of `body`, whose size is right; nothing checks the hyphens here.
bool read_digits(std::string_view body, bool hyphens, Uuid& id) {
  unsigned bad = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const std::size_t at = hyphens ? kDigitAt[i] : 2 * i;
    const unsigned high = hex_value(body[at]);
    const unsigned low = hex_value(body[at + 1]);
    bad |= high | low;
    id.bytes[i] = static_cast<std::uint8_t>((high << 4) | (low & 0xf));
  }
  return (bad & 0xf0) == 0;
}

bool has_hyphens(std::string_view body) {
  return body[8] == '-' && body[13] == '-' && body[18] == '-' && body[23] == '-';
}

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Offset of the first byte with which no UUID goes on. Only called for text that is not one.
std::size_t first_offence(std::string_view text) {
  constexpr std::string_view kUrn = "urn:uuid:";
  std::size_t at = 0;
  const bool braces = !text.empty() && text[0] == '{';
  if (braces) {
    at = 1;
  } else if (!text.empty() && lowered(text[0]) == 'u') {
    while (at < kUrn.size() && at < text.size() && lowered(text[at]) == kUrn[at]) ++at;
    if (at < kUrn.size()) return at;
  }
  const std::string_view body = text.substr(at);
  const bool hyphens = body.size() > kHyphenAt[0] && body[kHyphenAt[0]] == '-';
  const std::size_t body_size = hyphens ? kUuidChars : 32;
  for (std::size_t i = 0; i < body_size; ++i) {
    if (i >= body.size()) return text.size();
    const bool fits = hyphens && is_hyphen_place(i) ? body[i] == '-' : hex_value(body[i]) != kNotHex;
    if (!fits) return at + i;
  }
  at += body_size;
  return braces && at < text.size() && text[at] == '}' ? at + 1 : at;
}

/// `text` without its braces or urn:uuid:, when it is dressed in them.
std::string_view undressed(std::string_view text) {
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') return text.substr(1, text.size() - 2);
  if (text.size() < 9 || lowered(text[0]) != 'u') return text;
  constexpr std::string_view kUrn = "urn:uuid:";
  for (std::size_t i = 0; i < kUrn.size(); ++i) {
    if (lowered(text[i]) != kUrn[i]) return text;
  }
  return text.substr(kUrn.size());
}

}  // namespace

UuidVariant variant(const Uuid& id) {
  const unsigned top = id.bytes[8] >> 5;
  if (top < 4) return UuidVariant::ncs;
  if (top < 6) return UuidVariant::rfc;
  return top == 6 ? UuidVariant::microsoft : UuidVariant::future;
}

Result<Uuid> parse_uuid(std::string_view text) {
  const std::string_view body = undressed(text);
  Uuid id;
  const bool hyphens = body.size() == kUuidChars && has_hyphens(body);
  if ((hyphens || body.size() == 32) && read_digits(body, hyphens, id)) return id;
  return Error{Errc::bad_uuid, first_offence(text)};
}

void format_uuid_to(const Uuid& id, char (&out)[kUuidChars]) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const std::size_t at : kHyphenAt) out[at] = '-';
  for (std::size_t i = 0; i < 16; ++i) {
    out[kDigitAt[i]] = kDigits[id.bytes[i] >> 4];
    out[kDigitAt[i] + 1] = kDigits[id.bytes[i] & 0xf];
  }
}

std::string format_uuid(const Uuid& id) {
  char out[kUuidChars];
  format_uuid_to(id, out);
  return {out, kUuidChars};
}

std::string_view name_of(UuidVariant variant) {
  switch (variant) {
    case UuidVariant::ncs: return "NCS";
    case UuidVariant::rfc: return "RFC 9562";
    case UuidVariant::microsoft: return "Microsoft";
    case UuidVariant::future: return "reserved";
  }
  return "?";
}

}  // namespace metabatch
