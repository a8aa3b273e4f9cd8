// SPDX-License-Identifier: Apache-2.0
// links: metabatch::cli
// Any bytes as a line of a spool, and as the texts of a spooled update: a written line is good, an
// update with one changed byte is not.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/spool/spool_line.hpp"

using namespace metabatch;
using namespace metabatch::cli;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

using Verdict = SpoolCheck::Verdict;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)check_spool_line(text);
  Update update;
  update.key = text.substr(0, size / 2);
  update.value = text.substr(size / 2);
  std::string line;
  append_spool_line(line, update, 3, 7);
  require(!line.empty() && line.back() == '\n' && line.find('\n') == line.size() - 1);
  line.pop_back();
  const SpoolCheck check = check_spool_line(line);
  require(check.verdict == Verdict::good && check.of == 7);
  // The check covers the update, not the numbers of the line itself.
  const std::size_t covered = line.rfind(",\"spool\":");
  require(covered != std::string::npos);
  const std::size_t at = size == 0 ? 0 : data[0] % covered;
  line[at] = static_cast<char>(line[at] ^ 1);
  require(check_spool_line(line).verdict != Verdict::good);
  return 0;
}
