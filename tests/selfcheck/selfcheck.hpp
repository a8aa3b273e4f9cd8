// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Checks without a framework, run natively and in the browser build. A new check is a function in
/// a source of its own and a line in the table of selfcheck.cpp.
namespace metabatch::selfcheck {

/// The results of a check as one number: FNV-1a, 64 bits, over everything added.
/// @source http://www.isthe.com/chongo/tech/comp/fnv/
class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) add_byte(static_cast<unsigned char>(byte));
  }
  /// Eight bytes, the lowest first, on every machine.
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) add_byte(number >> shift & 0xff);
  }
  [[nodiscard]] std::string hex() const {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[value_ >> shift & 0xf];
    return text;
  }

 private:
  void add_byte(std::uint64_t byte) { value_ = (value_ ^ byte) * 0x100'0000'01b3u; }

  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325u;
};

/// Prints the difference, with file and line, on stderr; the check has then failed.
bool differs(std::string_view file, std::size_t line, std::string_view what);

/// Each function compares core's results with the golden file in `golden` (a folder) and adds them
/// to the digest.
bool check_uuids(const std::string& golden, Digest& digest);
bool check_chunks(const std::string& golden, Digest& digest);
/// There are no vectors: the golden files are the paste, and native and browser builds must agree
/// on them.
bool check_inspect(const std::string& golden, Digest& digest);
bool check_machine(const std::string& golden, Digest& digest);
bool check_simulator(const std::string& golden, Digest& digest);
bool check_tuner(const std::string& golden, Digest& digest);

}  // namespace metabatch::selfcheck
