// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace metabatch::cli {

/// The whole terminal behind stdout, from construction to destruction. Destruction restores its
/// contents, its cursor and its input mode. Ctrl-C stays a signal; Ctrl-Z does nothing meanwhile.
class Screen {
 public:
  /// Whether such a terminal exists: stdout is a terminal that obeys control sequences.
  static bool is_there();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  struct Line {
    std::string_view text;
    std::string_view style;  ///< parameters of SGR (`1;31`), or "": not sent where NO_COLOR is set
  };
  /// Shows the lines from the top, each cut to the current width. Lines below the last row are not
  /// shown.
  void show(const std::vector<Line>& lines);
  /// The next key that was pressed, or 0.
  static char key();
  [[nodiscard]] bool reads_keys() const { return reads_keys_; }

 private:
  const bool has_colour_;
  bool reads_keys_ = false;
  termios before_{};
};

/// visible() text cut to `columns`; `>` ends a text that was cut.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace metabatch::cli
