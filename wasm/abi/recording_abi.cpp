// SPDX-License-Identifier: Apache-2.0
#include "abi/recording_abi.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "abi/abi.hpp"
#include "abi/table_columns.hpp"
#include "recording/recording_reader.hpp"

/// Recorded arrivals for the simulator of the page. There is one recording at a time, for both
/// slots.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::uint64_t kReported = 20;  // bad lines

std::shared_ptr<Recording> kept;    // in use
std::shared_ptr<Recording> coming;  // being read
std::uint64_t kept_bad_lines = 0;
std::optional<RecordingReader> reader;
std::string problems;

constexpr std::array<RealColumn<RecordingReader>, 4> kRecordingColumns = {{
    {"lines", [](const RecordingReader& r) { return static_cast<double>(r.lines()); }},
    {"reports", [](const RecordingReader& r) { return static_cast<double>(r.reports()); }},
    {"updates", [](const RecordingReader& r) { return static_cast<double>(r.updates()); }},
    {"bad_lines", [](const RecordingReader& r) { return static_cast<double>(r.bad_lines()); }},
}};

}  // namespace

std::string wasm::recording_layout() { return layout_line("recording", kRecordingColumns); }

std::shared_ptr<const Recording> wasm::recorded() { return kept; }
std::uint64_t wasm::recorded_bad_lines() { return kept_bad_lines; }

/// Begins to read another recording. The one in use stays until it is replaced.
METABATCH_EXPORT(mb_recording_begin)() {
  coming = std::make_shared<Recording>();
  problems.clear();
  reader.emplace([](RecordedReport&& report) { coming->push_back(std::move(report)); }, nullptr,
                 [](const BadLine& line) {
                   if (reader->bad_lines() <= kReported) problems.append(describe(line)).append("\n");
                 });
  return 0;
}

/// Reads the next bytes of the recording.
METABATCH_EXPORT(mb_recording_add)() {
  if (reader) reader->read(input());
  return 0;
}

/// Ends the reading. The answer is one row of the table `recording`, or nothing when no recording
/// was begun. A recording without an update replaces nothing.
METABATCH_EXPORT(mb_recording_end)() {
  reals().clear();
  if (!reader) return answer_reals();
  reader->finish();
  add_row(kRecordingColumns, *reader);
  if (!coming->empty()) {
    kept = std::move(coming);
    kept_bad_lines = reader->bad_lines();
  }
  reader.reset();
  coming.reset();
  return answer_reals();
}

/// The duration of a simulation of the whole recording, as a text for the field `duration`; then
/// the first bad lines.
METABATCH_EXPORT(mb_recording_text)() {
  return answer((kept ? format_duration(duration_of(*kept)) : "") + "\n" + problems);
}

METABATCH_EXPORT(mb_recording_forget)() {
  reader.reset();
  kept.reset();
  kept_bad_lines = 0;
  coming.reset();
  problems.clear();
  return 0;
}
