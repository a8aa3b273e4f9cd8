// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recorded session: the counts agree with the reported records, and the block
// boundaries change nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "recording/recording_reader.hpp"

using namespace metabatch;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Everything that a reader reported, as text, so that two readings can be compared.
std::string readings_of(std::string_view bytes, std::size_t block) {
  std::string seen;
  std::uint64_t updates = 0;
  std::uint64_t bad_lines = 0;
  Recording recording;
  RecordingReader reader(
      [&](RecordedReport&& report) {
        recording.push_back(std::move(report));
        seen += "report\n";
      },
      [&](std::string_view line, std::uint64_t number) {
        require(!line.empty());
        seen += "session " + std::to_string(number) + "\n";
      },
      [&](const BadLine& line) {
        ++bad_lines;
        seen += describe(line) + "\n";
      });
  for (; !bytes.empty(); bytes.remove_prefix(std::min(block, bytes.size()))) reader.read(bytes.substr(0, block));
  reader.finish();
  require(reader.reports() == recording.size());
  require(reader.bad_lines() == bad_lines);
  for (const RecordedReport& one : recording) updates += one.keys.size();
  require(reader.updates() == updates);
  require(duration_of(recording) >= Duration{});
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  require(readings_of(bytes, std::max<std::size_t>(size, 1)) == readings_of(bytes, 7));
  return 0;
}
