// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "engine/clock.hpp"
#include "engine/lanes.hpp"
#include "feed/line_reader.hpp"
#include "feed/ndjson.hpp"

namespace metabatch::feed {

/// Adds lines to the lanes and never drops an update: it waits for capacity before each add. One
/// thread reads and adds lines; any thread may read the counts.
class Intake {
 public:
  /// Called for each refused line, and for each item left out of an accepted line, with the line
  /// (without its text) and the reason.
  using Complaint = std::function<void(const Line& line, const std::string& what)>;

  /// @shape lane: the capacity of the smallest lane
  /// @owns  `lanes` outlive it
  Intake(engine::Lanes& lanes, const Config& lane, Complaint complaint);

  /// Reads the line, and reports it when it is bad. A bad line costs only itself.
  ///
  /// @owns the record is valid until the next call
  const Record& read(const Line& line);
  /// The same for a line that was parsed before.
  ///
  /// @owns `record` is valid until add() returns
  const Record& read(const Line& line, const Record& record);
  /// Adds what the last read() returned; nothing when that line was blank or bad.
  ///
  /// @shape  goes_on: the update belongs to the report of the update before it
  /// @return false: the lanes were closed
  bool add(bool goes_on = false);
  /// Called for each report that was added; a single update is a report too. Set it before the
  /// first add().
  using Listener = std::function<void(const Report&, bool goes_on)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  /// Called when an update is about to wait for capacity. Set it before the first add().
  void set_on_wait(std::function<void()> on_wait) { on_wait_ = std::move(on_wait); }
  /// Call it after the capacity was changed.
  void set_lane(const Config& lane);

  [[nodiscard]] std::uint64_t lines() const { return lines_; }  ///< lines that were read and, unless blank, added
  [[nodiscard]] std::uint64_t reports() const { return reports_; }
  [[nodiscard]] std::uint64_t rejected_lines() const { return rejected_lines_; }
  [[nodiscard]] std::uint64_t refused_items() const { return refused_items_; }
  [[nodiscard]] std::uint64_t sanitized() const { return sanitized_; }

 private:
  bool wait(const Uuid& agent, std::size_t entries, std::size_t bytes);
  bool add_update(const Update& update, bool goes_on);
  bool add_item(const Update& update);
  bool add_report(const Record& record);
  bool add_items(const Report& report);
  void reject(const std::string& reason);
  void complain(const std::string& reason) { complaint_(line_, reason); }

  engine::Lanes& lanes_;
  const Complaint complaint_;
  Listener listener_;
  std::function<void()> on_wait_;
  std::atomic<std::size_t> most_entries_ = 0;
  std::atomic<std::size_t> most_bytes_ = 0;
  engine::Stamper stamper_;
  NdjsonParser parser_;
  ReportLimits limits_;
  Record too_long_;
  const Record* record_ = nullptr;  // of the last line
  Line line_;                       // without its text
  std::uint64_t sanitized_updates_ = 0;
  std::atomic<std::uint64_t> lines_ = 0;
  std::atomic<std::uint64_t> reports_ = 0;
  std::atomic<std::uint64_t> rejected_lines_ = 0;
  std::atomic<std::uint64_t> refused_items_ = 0;
  std::atomic<std::uint64_t> sanitized_ = 0;
};

}  // namespace metabatch::feed
