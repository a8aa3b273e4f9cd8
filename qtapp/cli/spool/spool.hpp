// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/lanes.hpp"
#include "service/unwritten_store.hpp"

namespace metabatch::cli {

/// Keeps what a run could not write at its end in a file, and takes that in when the next one begins.
///
/// @shape  the file is NDJSON as `metabatch ingest` reads it, one update a line, the newest of each (agent, key). Behind the
///         members of an update each line has its check, which ingest passes over: `"spool":{"line":1,"of":2,"sha256":"<the
///         first 16 hex digits, of the line up to the comma before "spool">"}`. A line without one is taken as it is.
///         Beside FILE: FILE.lock (who uses it, for as long as he lives), FILE.new (being written), FILE.damaged (and .1, .2:
///         a spool of which some could not be taken in).
/// @errors what could not be taken in or kept is told and never ends the process
class Spool final : public service::UnwrittenStore {
 public:
  enum class Event { taken_in, damaged, waiting, kept, not_kept };
  using Tell = std::function<void(Event, const std::string& text)>;

  /// Takes the lock, and looks whether the file could be written.
  ///
  /// @return or why it cannot be used, in words
  static std::variant<std::unique_ptr<Spool>, std::string> open(const std::string& file, Tell tell);
  ~Spool() override;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Adds what the file holds, with the stamps it was given, and waits until it is written. The file goes only then:
  /// when the database does not take it within `limit` the file stays, until what is in it is written or kept anew.
  std::string load(engine::Lanes& lanes) override;
  /// Replaces the file, whole or not at all; readable by its owner only, on the disk when this returns.
  void save(engine::Lanes& lanes) override;
  [[nodiscard]] service::UnwrittenCounts counts() const override;

  void set_limit(Duration limit) { limit_ = limit; }

 private:
  struct Findings;
  Spool(std::string file, int lock, Tell tell) : file_(std::move(file)), lock_(lock), tell_(std::move(tell)) {}
  /// @return false: the database takes nothing, and there is no room
  bool add_all(int fd, engine::Lanes& lanes, Findings& findings);
  void finish_file();
  std::string write(std::span<const Update> updates);
  std::string put_aside();

  const std::string file_;
  const int lock_;
  const Tell tell_;
  Duration limit_ = std::chrono::seconds(15);
  std::string damage_;       // what of the file could not be taken in, in words
  bool is_there_ = false;    // a file whose updates are not known to be written
  bool is_partial_ = false;  // not all of the file found room: it must stay as it is
  std::atomic<std::uint64_t> waiting_ = 0, taken_in_ = 0, bad_lines_ = 0;
};

}  // namespace metabatch::cli
