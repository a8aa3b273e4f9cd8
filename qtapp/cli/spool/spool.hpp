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

/// Stores the updates that a run could not write at its end in a file, and loads them when the next
/// run begins.
///
/// @shape  the file is NDJSON as `metabatch ingest` reads it, one update a line, the newest of each
///         (agent, key). Behind the
///         members of an update each line has its check, which ingest ignores: `"spool":{"line":1,"of":2,"sha256":"<the
///         first 16 hex digits, of the line up to the comma before "spool">"}`. A line without a check is loaded as it is.
///         Beside FILE: FILE.lock (who uses it, as long as that process lives), FILE.new (being written), FILE.damaged (and
///         .1, .2: a spool that could not be loaded completely).
/// @errors an update that cannot be loaded or stored is reported; it never ends the process
class Spool final : public service::UnwrittenStore {
 public:
  enum class Event { loaded, damaged, waiting, stored, not_stored };
  using Reporter = std::function<void(Event, const std::string& text)>;

  /// Takes the lock, and checks whether the file could be written.
  ///
  /// @return or why it cannot be used, in words
  static std::variant<std::unique_ptr<Spool>, std::string> open(const std::string& file, Reporter report);
  ~Spool() override;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Adds the updates of the file, with their original stamps, and waits until they are written.
  /// Only then the file is removed. When the database does not accept them within `limit`, the file
  /// stays until its updates are written or stored again.
  std::string load(engine::Lanes& lanes) override;
  /// Replaces the file completely or not at all. Only its owner can read it, and it is on the disk
  /// when this returns.
  void save(engine::Lanes& lanes) override;
  [[nodiscard]] service::UnwrittenCounts counts() const override;

  void set_limit(Duration limit) { limit_ = limit; }

 private:
  struct Findings;
  Spool(std::string file, int lock, Reporter report)
      : file_(std::move(file)), lock_(lock), report_(std::move(report)) {}
  /// @return false: the database accepts nothing, and the buffer is full
  bool add_all(int fd, engine::Lanes& lanes, Findings& findings);
  void finish_file();
  std::string write(std::span<const Update> updates);
  std::string keep_damaged();

  const std::string file_;
  const int lock_;
  const Reporter report_;
  Duration limit_ = std::chrono::seconds(15);
  std::string damage_;       // which parts of the file could not be loaded, in words
  bool is_there_ = false;    // a file whose updates may not be written yet
  bool is_partial_ = false;  // some updates of the file did not fit the buffer, so it must stay unchanged
  std::atomic<std::uint64_t> waiting_ = 0, loaded_ = 0, bad_lines_ = 0;
};

}  // namespace metabatch::cli
