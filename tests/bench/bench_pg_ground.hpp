// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metabatch/update.hpp"
#include "metabatch/uuid.hpp"
#include "support/pg/pg_cluster.hpp"

namespace metabatch::bench {

inline constexpr std::size_t kKeys = 15;  // of each agent

/// The entries of one flush: agents with all their keys.
struct Work {
  std::vector<Update> entries;   ///< sorted by (agent, key)
  std::vector<Update> shuffled;  ///< the same in the order that a map would give
  std::vector<std::string> chunks;
};

/// How the rows lie in the table. A HOT update leaves its row on its page, so rows stay where they
/// were inserted.
enum class Layout {
  registered,  ///< one agent after the other, as agents are created
  scattered,   ///< each row of an agent on a page of its own: the worst case
};

/// One database of the cluster with the table and its rows; agents have random ids.
class Ground {
 public:
  /// @shape fillfactor: 60 as init-db makes the table, 100 as the origin does
  Ground(const test::PgCluster& cluster, std::string name, std::size_t agents, int fillfactor,
         Layout layout = Layout::registered);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string address() const { return address_; }
  [[nodiscard]] const std::vector<Uuid>& agents() const { return agents_; }  ///< in a random order
  [[nodiscard]] std::size_t rows() const { return agents_.size() * kKeys; }

  /// The next `count` agents in their order, starting again at the end. Stamps only grow, and
  /// values change.
  void next(std::size_t count, Work& work);
  /// The same for one agent, as it reports; valid until the next call.
  [[nodiscard]] Report next_report();

  struct Table {
    std::uint64_t updates = 0, hot = 0, heap_bytes = 0, index_bytes = 0;
  };
  /// As the server's statistics show it once the writers have disconnected.
  [[nodiscard]] Table table() const;

 private:
  void name_keys_and_values();
  std::string name_, address_;
  std::vector<Uuid> agents_;
  std::vector<std::string> key_texts_, value_texts_;
  std::vector<std::string_view> keys_, values_, errors_;  // of a report; values repeat in another order for each stamp
  std::vector<WallTime> stamps_;
  std::size_t next_ = 0;
  std::int64_t stamp_ = 1'700'000'000'000'000;
};

/// Processor time that a process of this machine has used.
///
/// @units nanoseconds
std::uint64_t processor_time_of(int pid);
/// The same of this thread, and of all threads of this process.
std::uint64_t processor_time_of_thread();
std::uint64_t processor_time_of_process();

/// The server processes that serve one application in a database.
std::vector<int> backends_of(const std::string& address, const std::string& application);

}  // namespace metabatch::bench
