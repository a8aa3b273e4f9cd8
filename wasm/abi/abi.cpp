// SPDX-License-Identifier: Apache-2.0
#include "abi/abi.hpp"

#include "abi/table_columns.hpp"

namespace metabatch::wasm {
namespace {

std::string the_input;
std::string the_text;
std::vector<std::uint32_t> the_numbers;
std::vector<double> the_reals;

std::uint32_t address(const void* memory) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(memory));
}

}  // namespace

std::string& input() { return the_input; }
std::vector<std::uint32_t>& numbers() { return the_numbers; }
std::vector<double>& reals() { return the_reals; }

std::uint32_t answer(std::string text) {
  the_text = std::move(text);
  return static_cast<std::uint32_t>(the_text.size());
}
std::uint32_t answer_numbers() { return static_cast<std::uint32_t>(the_numbers.size()); }
std::uint32_t answer_reals() { return static_cast<std::uint32_t>(the_reals.size()); }

}  // namespace metabatch::wasm

using namespace metabatch::wasm;

/// Returns memory to which the page may write so many bytes.
METABATCH_EXPORT(mb_memory)(std::uint32_t bytes) {
  the_input.resize(bytes);
  return address(the_input.data());
}
/// Describes the numbers and reals of each table: one line a table, `table name name ...`, tabs
/// between.
METABATCH_EXPORT(mb_layout)() {
  return answer(inspect_layout() + recording_layout() + simulate_layout() + tune_layout());
}
METABATCH_EXPORT(mb_text)() { return address(the_text.data()); }
METABATCH_EXPORT(mb_numbers)() { return address(the_numbers.data()); }
METABATCH_EXPORT(mb_reals)() { return address(the_reals.data()); }
