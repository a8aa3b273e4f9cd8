// SPDX-License-Identifier: Apache-2.0
#include "feed/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/utf8.hpp"

namespace metabatch::feed {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;

/// Reads at most `max_bytes` and one byte more, so that the caller sees a file that is too large.
int read_all(int fd, std::size_t max_bytes, std::string& text) {
  while (text.size() <= max_bytes) {
    const std::size_t before = text.size();
    text.resize(before + kBlock);
    const ssize_t got = ::read(fd, text.data() + before, kBlock);
    const int failed = got < 0 ? errno : 0;
    text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (failed == EINTR) continue;
    if (got <= 0) return failed;
  }
  return 0;
}

std::string problem_of(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) return "has more than " + std::to_string(max_bytes) + " bytes";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return "is UTF-16; convert it to UTF-8: iconv -f UTF-16 -t UTF-8";
  if (const std::size_t at = text.find('\0'); at != text.npos)
    return "is no text: byte " + std::to_string(at) + " is NUL";
  return {};
}

/// Replaces `\r\n` by `\n`. A lone `\r` stays.
void use_line_feeds(std::string& text) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < text.size(); ++from)
    if (text[from] != '\r' || from + 1 == text.size() || text[from + 1] != '\n') text[to++] = text[from];
  text.resize(to);
}

}  // namespace

TextFile read_text_file(const std::string& path, std::size_t max_bytes) {
  TextFile file;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int failed = fd < 0 ? errno : read_all(fd, max_bytes, file.text);
  if (fd >= 0) ::close(fd);
  if (failed != 0)
    file.problem = path + ": cannot be read: " + std::strerror(failed);
  else if (const std::string problem = problem_of(file.text, max_bytes); !problem.empty())
    file.problem = path + " " + problem;
  if (!file.problem.empty()) return {{}, file.problem};
  if (file.text.starts_with(kByteOrderMark)) file.text.erase(0, kByteOrderMark.size());
  use_line_feeds(file.text);
  return file;
}

std::vector<ListedLine> listed_lines(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<ListedLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find_first_not_of(kBlanks);
    if (first == line.npos || line[first] == '#') continue;
    const std::size_t last = line.find_last_not_of(kBlanks);
    lines.push_back({number, first + 1, line.substr(first, last - first + 1)});
  }
  return lines;
}

}  // namespace metabatch::feed
