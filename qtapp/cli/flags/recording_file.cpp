// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/recording_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "cli/flags/arguments.hpp"
#include "recording/recording_reader.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

}  // namespace

RecordingFile read_recording(const std::string& name, Console& console) {
  const auto fail = [&] { return UsageError("--recording: " + name + ": " + std::strerror(errno)); };
  const std::unique_ptr<std::FILE, CloseFile> file(name == "-" ? stdin : std::fopen(name.c_str(), "rbe"));
  if (!file) throw fail();
  RecordingFile found;
  RecordingReader reader([&](RecordedReport&& report) { found.reports->push_back(std::move(report)); }, {},
                         [&](const BadLine& line) { console.text(describe(line) + "\n"); });
  std::vector<char> block(kBlockBytes);
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get()))
    reader.read({block.data(), got});
  if (std::ferror(file.get()) != 0) throw fail();
  reader.finish();
  found.updates = reader.updates();
  found.bad_lines = reader.bad_lines();
  if (found.updates == 0) throw UsageError("--recording: " + name + ": it has no updates");
  return found;
}

}  // namespace metabatch::cli
