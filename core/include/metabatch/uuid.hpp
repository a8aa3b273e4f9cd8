// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "metabatch/result.hpp"

namespace metabatch {

/// An agent id: the 16 raw bytes of a UUID, in network order. Ordered as bytes, which is
/// PostgreSQL's order of the uuid type.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  bool operator==(const Uuid& other) const { return std::memcmp(bytes.data(), other.bytes.data(), 16) == 0; }
  bool operator<(const Uuid& other) const { return std::memcmp(bytes.data(), other.bytes.data(), 16) < 0; }
  [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }
  /// Version nibble, 0..15 (4 = random, 7 = time ordered); meaningful for variant rfc only.
  [[nodiscard]] int version() const { return bytes[6] >> 4; }
};

/// Who defined the layout of the other bits.
/// @source RFC 9562 section 4.1
enum class UuidVariant : std::uint8_t { ncs, rfc, microsoft, future };
UuidVariant variant(const Uuid& id);
std::string_view name_of(UuidVariant variant);  // for people: `RFC 9562`, `Microsoft`, ...

/// Reads every usual form, in either case: 8-4-4-4-12, 32 hex digits, and both of them in {braces}
/// or behind urn:uuid:. Nothing around it: blanks are an error.
///
/// @errors bad_uuid: at = the first byte with which no UUID goes on (so a surplus byte is its own
///         offset), or the size when the text ends too early
/// @source RFC 9562 section 4
Result<Uuid> parse_uuid(std::string_view text);

inline constexpr std::size_t kUuidChars = 36;  // 8-4-4-4-12

/// Canonical: 36 characters, lower case.
std::string format_uuid(const Uuid& id);

/// The same into memory of the caller, without an end mark.
void format_uuid_to(const Uuid& id, char (&out)[kUuidChars]);

}  // namespace metabatch
