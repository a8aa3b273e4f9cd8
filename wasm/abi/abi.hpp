// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How the page and the module communicate. The page writes bytes to `mb_memory(size)`, calls one
/// function, and reads its answer from one place. The answer is text (UTF-8), numbers (32 bits
/// each) or reals (doubles). It is valid until the next call.
namespace metabatch::wasm {

/// The bytes that the page wrote.
std::string& input();

/// Makes the text the answer; returns its size in bytes.
std::uint32_t answer(std::string text);
/// The same for numbers; returns their count. The vector's memory is reused.
std::vector<std::uint32_t>& numbers();
std::uint32_t answer_numbers();
/// The same for reals.
std::vector<double>& reals();
std::uint32_t answer_reals();

/// `title name name ...` for an enum whose name_of() returns "?" (or nothing) behind its last
/// value, so that no list of names is written twice.
template <class Enum>
std::string names(std::string_view title) {
  std::string line(title);
  for (unsigned value = 0; value < 256; ++value) {
    const std::string_view name = name_of(static_cast<Enum>(value));
    if (name.empty() || name == "?") break;
    line += '\t';
    line += name;
  }
  return line += '\n';
}

}  // namespace metabatch::wasm

#define METABATCH_EXPORT(name) extern "C" __attribute__((export_name(#name))) std::uint32_t name
