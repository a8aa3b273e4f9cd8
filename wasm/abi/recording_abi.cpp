// SPDX-License-Identifier: Apache-2.0
#include "abi/recording_abi.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "abi/abi.hpp"
#include "recording/recording_reader.hpp"

/// Recorded arrivals for the simulator of the page. One recording at a time, for both slots.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::uint64_t kTold = 20;  // bad lines

std::shared_ptr<Recording> kept;
std::optional<RecordingReader> reader;
std::string troubles;

}  // namespace

std::shared_ptr<const Recording> wasm::recorded() { return reader ? nullptr : kept; }

/// Forgets the recording there is; what mb_recording_add() brings from now on is the next one.
METABATCH_EXPORT(mb_recording_begin)() {
  kept = std::make_shared<Recording>();
  troubles.clear();
  reader.emplace([](RecordedReport&& report) { kept->push_back(std::move(report)); }, nullptr,
                 [](const BadLine& line) {
                   if (reader->bad_lines() <= kTold) troubles.append(describe(line)).append("\n");
                 });
  return 0;
}

/// The next bytes of it.
METABATCH_EXPORT(mb_recording_add)() {
  if (reader) reader->read(input());
  return 0;
}

/// Its lines, reports, updates, bad lines: it is there unless it has no updates.
METABATCH_EXPORT(mb_recording_end)() {
  reals().assign(4, 0);
  if (!reader) return answer_reals();
  reader->finish();
  std::size_t at = 0;
  for (const std::uint64_t count : {reader->lines(), reader->reports(), reader->updates(), reader->bad_lines()})
    reals()[at++] = static_cast<double>(count);
  reader.reset();
  if (kept->empty()) kept.reset();
  return answer_reals();
}

/// How long a simulation has to be for all of it, as the field `duration` says it; then the first bad lines.
METABATCH_EXPORT(mb_recording_text)() {
  return answer((kept ? format_duration(duration_of(*kept)) : "") + "\n" + troubles);
}

METABATCH_EXPORT(mb_recording_forget)() {
  reader.reset();
  kept.reset();
  return 0;
}
