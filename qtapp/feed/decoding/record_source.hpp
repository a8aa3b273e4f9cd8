// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "feed/decoding/text_source.hpp"
#include "feed/decoding/value_reader.hpp"
#include "feed/input_file.hpp"

namespace metabatch::feed {

/// The records of an input as lines, whatever the input is: found out once, at its beginning.
class RecordSource {
 public:
  /// @owns  `input` and `stop` outlive it
  explicit RecordSource(Input& input, Stop* stop = nullptr);

  std::optional<Line> next();
  /// What the input is, where it is not one object a line: "gzip", "an array of objects"; known
  /// after the first next().
  [[nodiscard]] std::string form() const;
  /// Why it was not read to its end, for people, with its name; empty: it was.
  [[nodiscard]] std::string problem() const;

 private:
  void begin();

  Input& input_;
  TextSource text_;
  std::string head_;  // what was looked at
  Shape shape_ = Shape::lines;
  std::variant<std::monostate, LineReader, ValueReader> reader_;
};

}  // namespace metabatch::feed
