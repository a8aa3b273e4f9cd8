// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace metabatch::cli {

/// The whole of the terminal behind stdout for as long as it lives; afterwards all is as it was before: what was on it, the
/// cursor, how keys are read. Ctrl-C stays a signal; Ctrl-Z does nothing meanwhile.
class Screen {
 public:
  /// Whether there is one: stdout is a terminal that can move its cursor.
  static bool is_there();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  struct Line {
    std::string_view text;
    std::string_view style;  ///< parameters of SGR (`1;31`), or "": left out where NO_COLOR is set
  };
  /// Shows the lines from the top, each cut to the width of this moment; those below the last row are left out.
  void show(const std::vector<Line>& lines);
  /// The next key that was pressed, or 0.
  static char key();
  [[nodiscard]] bool reads_keys() const { return reads_keys_; }

 private:
  const bool has_colour_;
  bool reads_keys_ = false;
  termios before_{};
};

/// `text` cut to `columns`, a cut said by `>`. Bytes that move a cursor become `?`.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace metabatch::cli
