// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

/// Reads golden vectors; tests/golden/generate.py describes the format.
namespace metabatch::tests {

/// One line, with its fields as they are in the file.
struct VecCase {
  std::size_t line = 0;
  std::vector<std::string> fields;

  [[nodiscard]] const std::string& kind() const { return fields.front(); }
};

inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    parts.emplace_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

/// A list within a field; an empty field is an empty list.
inline std::vector<std::string> list_of(std::string_view field) {
  return field.empty() ? std::vector<std::string>{} : split(field, ',');
}

/// Undoes \xHH.
inline std::string text_of(std::string_view field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size() && field[i + 1] == 'x') {
      text += static_cast<char>(std::stoi(std::string(field.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    } else {
      text += field[i];
    }
  }
  return text;
}

/// The cases of one file; none when it cannot be read, which a caller notices by requiring at least
/// one.
inline std::vector<VecCase> read_vec(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<VecCase> cases;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.front() != '#') cases.push_back({number, split(line, '\t')});
  }
  return cases;
}

}  // namespace metabatch::tests
