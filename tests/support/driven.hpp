// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/batcher.hpp"

/// The machine on virtual time, and readable test data.
namespace metabatch::driven {

using namespace std::chrono_literals;

inline constexpr Instant t0 = Instant(1000s);

/// A wall time of so many microseconds.
inline WallTime at(std::int64_t microseconds) { return WallTime(std::chrono::microseconds(microseconds)); }
/// The n-th agent: ids ascend with n.
Uuid agent(std::uint32_t n);
/// A report of any agent.
inline Update update_of(const Uuid& of, std::string_view key = "k", std::string_view value = "v") {
  return {of, key, value, "", at(1)};
}

/// One batch that left, by value.
struct Left {
  std::uint64_t id = 0;
  Reason reason = Reason::scheduled;
  std::vector<std::string> entries;  ///< "<n>/<key>=<value>", n as given to agent()
  std::vector<std::size_t> chunks;   ///< ids of each
  std::vector<std::size_t> chunk_bytes;
  bool operator==(const Left&) const = default;
};

/// Owns a machine and its time. Every call happens at `now`.
class Driven {
 public:
  explicit Driven(Config config = {});

  Admission add(std::uint32_t agent_number, std::string_view key, WallTime collected_at = at(1),
                std::string_view value = "v", std::string_view error = "");
  /// One key of each agent first .. first + count - 1.
  void add_agents(std::uint32_t first, std::uint32_t count, std::string_view key = "k");
  /// A report of these keys, all with one value and one stamp.
  Admission report(std::uint32_t agent_number, std::vector<std::string_view> keys, WallTime collected_at = at(1));

  /// Takes a due batch; none when nothing is due.
  std::optional<Left> take();
  /// Reports that the batch in flight was written and its chunks published.
  void written();
  void ended(const FlushOutcome& outcome);
  void failed(FailureClass failure = FailureClass::connection, std::vector<Fate> fates = {});
  /// take() and written().
  std::optional<Left> flush();

  bool reconfigure(const Config& config) { return machine.reconfigure(config, now).has_value(); }
  void close() { machine.close(now); }
  /// Checks that nothing is due, and that take() returns nothing.
  bool is_quiet();
  /// The deadline as time since t0; now when it has passed; none when there is none.
  [[nodiscard]] std::optional<Duration> due_in() const;
  Counters counters() const { return machine.counters(); }

  /// The metrics that a dashboard reads, as one line: `batches=c/s/x flushed=n dropped=n
  /// utilization=count:sum size=count:sum seconds=c/s/x chunks=n:bytes failed=n`
  [[nodiscard]] std::string metrics() const;

  Instant now = t0;
  Batcher machine;

 private:
  std::optional<Left> in_flight_;
};

}  // namespace metabatch::driven
