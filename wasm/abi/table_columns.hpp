// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
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

/// The value of a column that is known when this is compiled.
template <auto value, class Row>
std::uint32_t number_in(const Row& row) {
  return static_cast<std::uint32_t>(value(row));
}

/// Makes the rows the answer, as one table of numbers. The columns are a template argument, so
/// that their functions are compiled into the loop: a call by pointer for each number takes several
/// times as long, and a table may have half a million rows.
template <const auto& columns, class Row>
std::uint32_t answer_rows(const std::vector<Row>& rows) {
  constexpr std::size_t width = columns.size();
  numbers().resize(rows.size() * width);
  const auto write_row = []<std::size_t... Nth>(const Row& row, std::uint32_t* cells, std::index_sequence<Nth...>) {
    ((cells[Nth] = number_in<columns[Nth].value>(row)), ...);
  };
  std::uint32_t* cells = numbers().data();
  for (const Row& row : rows) {
    write_row(row, cells, std::make_index_sequence<width>());
    cells += width;
  }
  return answer_numbers();
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
