// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "cli/terminal/terminal.hpp"

namespace metabatch::cli {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // another page, no cursor
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

void put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

winsize size_now() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    size.ws_col = 80;
    size.ws_row = 24;
  }
  return size;
}

}  // namespace

bool Screen::is_there() { return obeys_sequences(STDOUT_FILENO); }

Screen::Screen() : has_colour_(!is_set("NO_COLOR")) {
  reads_keys_ = ::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0;
  if (reads_keys_) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  put(kEnter);
}

Screen::~Screen() {
  put(kLeave);
  if (reads_keys_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

void Screen::show(const std::vector<Line>& lines) {
  const winsize size = size_now();
  std::string out = "\x1b[H";
  for (std::size_t i = 0; i < lines.size() && i < size.ws_row; ++i) {
    if (i > 0) out += "\r\n";
    const bool is_styled = has_colour_ && !lines[i].style.empty();
    if (is_styled) out.append("\x1b[").append(lines[i].style).append("m");
    out += fitted(lines[i].text, size.ws_col);
    if (is_styled) out += "\x1b[0m";
    out += "\x1b[K";
  }
  put(out += "\x1b[J");
}

char Screen::key() {
  pollfd watched{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char pressed = 0;
  if (::poll(&watched, 1, 0) > 0 && ::read(STDIN_FILENO, &pressed, 1) == 1) return pressed;
  return 0;
}

std::string fitted(std::string_view given, std::size_t columns) {
  const std::string text = visible(given, Layout::one_line);
  std::string shown;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_inside = (byte & 0xC0) == 0x80;  // a code point that has begun
    if (!is_inside && used == columns) {
      while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80) shown.pop_back();
      if (!shown.empty()) shown.back() = '>';
      return shown;
    }
    if (!is_inside) ++used;
    shown += text[i];
  }
  return shown;
}

}  // namespace metabatch::cli
