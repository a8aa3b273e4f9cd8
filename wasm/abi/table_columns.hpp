// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "abi/abi.hpp"

/// Tables that the page reads by the names of their columns. Each is described once, by an array of
/// columns: the same array writes the rows and the description, so the page never counts positions.
namespace metabatch::wasm {

/// A column: its name, and its value in a row.
template <class Row, class Value>
struct TableColumn {
  std::string_view name;
  Value (*value)(const Row&);
};
template <class Row>
using NumberColumn = TableColumn<Row, std::size_t>;
template <class Row>
using RealColumn = TableColumn<Row, double>;
template <class Row>
using TextColumn = TableColumn<Row, std::string>;

/// `table name name ...` and a line end; tabs between. The page asks for all of them once, by
/// mb_layout().
template <class Columns>
std::string layout_line(std::string_view table, const Columns& columns) {
  std::string line(table);
  for (const auto& column : columns) line.append("\t").append(column.name);
  return line += '\n';
}
std::string inspect_layout();
std::string recording_layout();
std::string simulate_layout();
std::string tune_layout();

/// Appends a row to numbers() or reals().
template <class Row, std::size_t N>
void add_row(const std::array<NumberColumn<Row>, N>& columns, const Row& row) {
  for (const auto& column : columns) numbers().push_back(static_cast<std::uint32_t>(column.value(row)));
}
template <class Row, std::size_t N>
void add_row(const std::array<RealColumn<Row>, N>& columns, const Row& row) {
  for (const auto& column : columns) reals().push_back(column.value(row));
}

/// The same as text: a line with the names, then a line for each row; tabs between. No value has a
/// tab or a line end.
template <class Row, std::size_t N>
std::string header_line(const std::array<TextColumn<Row>, N>& columns) {
  std::string line;
  for (const auto& column : columns) line.append(line.empty() ? "" : "\t").append(column.name);
  return line += '\n';
}
template <class Row, std::size_t N>
std::string row_line(const std::array<TextColumn<Row>, N>& columns, const Row& row) {
  std::string line;
  bool is_first = true;
  for (const auto& column : columns) {
    if (!is_first) line += '\t';
    is_first = false;
    line += column.value(row);
  }
  return line += '\n';
}

}  // namespace metabatch::wasm
