// SPDX-License-Identifier: Apache-2.0
#include "bench_pg_ground.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/rng.hpp"
#include "metabatch/chunks.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::bench {
namespace {

constexpr std::size_t kValues = 61;  // no multiple of the number of keys, so that a key gets another value each time

std::uint64_t time_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

bool before(const Update& a, const Update& b) { return a.agent == b.agent ? a.key < b.key : a.agent < b.agent; }

}  // namespace

Ground::Ground(const test::PgCluster& cluster, std::string name, std::size_t agents, int fillfactor, Layout layout)
    : name_(std::move(name)), address_(cluster.address("postgres", name_)) {
  test::PgSession(cluster.address()).run("CREATE DATABASE " + name_);
  test::PgSession session(address_);
  if (fillfactor == 60)
    sql::create_table(std::get<sql::PgAddress>(sql::PgAddress::parse(address_)));
  else
    session.run(test::create_table_sql("WITH (fillfactor=" + std::to_string(fillfactor) + ")"));
  session.run(
      "INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, value, timeout, interval) "
      "SELECT md5(a::text)::uuid, 'Display name', 'key_number_' || k, 'coder stat something', repeat('v', 12), 10, 10 "
      "FROM generate_series(1, " +
      std::to_string(agents) + ") a, generate_series(10, " + std::to_string(9 + kKeys) +
      (layout == Layout::registered ? ") k ORDER BY a, k" : ") k ORDER BY k, a"));
  session.run("VACUUM ANALYZE workspace_agent_metadata");
  for (const auto& row : session.run("SELECT DISTINCT workspace_agent_id FROM workspace_agent_metadata"))
    agents_.push_back(parse_uuid(row[0]).value());
  Rng rng(1);
  for (std::size_t i = agents_.size(); i > 1; --i) std::swap(agents_[i - 1], agents_[rng.below(i)]);
  name_keys_and_values();
}

void Ground::name_keys_and_values() {
  for (std::size_t key = 0; key < kKeys; ++key) key_texts_.push_back("key_number_" + std::to_string(10 + key));
  for (std::size_t i = 0; i < kValues; ++i)
    value_texts_.push_back(std::to_string(i * 7) + "." + std::to_string(i) + " of 32 GiB");
  keys_.assign(key_texts_.begin(), key_texts_.end());
  for (std::size_t i = 0; i < kValues + kKeys; ++i) values_.push_back(value_texts_[i % kValues]);
  errors_.resize(kKeys);
}

Report Ground::next_report() {
  const std::size_t place = std::exchange(next_, (next_ + 1) % agents_.size());
  const auto turn = static_cast<std::size_t>(++stamp_) % kValues;
  stamps_.assign(kKeys, WallTime(std::chrono::microseconds(stamp_)));
  return {agents_[place], keys_, std::span(values_).subspan(turn, kKeys), errors_, stamps_};
}

void Ground::next(std::size_t count, Work& work) {
  work.entries.clear();
  std::vector<Uuid> named;
  for (std::size_t i = 0; i < count; ++i) {
    const Report report = next_report();
    named.push_back(report.agent);
    for (std::size_t key = 0; key < kKeys; ++key)
      work.entries.push_back(
          {report.agent, report.keys[key], report.values[key], report.errors[key], report.collected_at[key]});
  }
  work.shuffled = work.entries;
  Rng rng(static_cast<std::uint64_t>(stamp_));
  for (std::size_t i = work.shuffled.size(); i > 1; --i)
    std::swap(work.shuffled[i - 1], work.shuffled[rng.below(static_cast<std::uint32_t>(i))]);
  std::sort(work.entries.begin(), work.entries.end(), before);
  std::sort(named.begin(), named.end());
  work.chunks = encode_chunks(named).value();
}

Ground::Table Ground::table() const {
  test::PgSession session(address_);
  const auto number = [&](const char* what) { return std::stoull(session.value(std::string("SELECT ") + what)); };
  Table table;
  table.updates = number("n_tup_upd FROM pg_stat_user_tables WHERE relname = 'workspace_agent_metadata'");
  table.hot = number("n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'workspace_agent_metadata'");
  table.heap_bytes = number("pg_relation_size('workspace_agent_metadata')");
  table.index_bytes = number("pg_indexes_size('workspace_agent_metadata')");
  return table;
}

std::uint64_t processor_time_of(int pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::uint64_t nanoseconds = 0;
  if (std::ifstream(folder + "/schedstat") >> nanoseconds) return nanoseconds;
  std::ifstream file(folder + "/stat");  // a kernel without schedstat counts ticks of 10 ms
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  std::uint64_t user = 0, system = 0;
  rest >> user >> system;
  return (user + system) * 1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t processor_time_of_thread() { return time_of(CLOCK_THREAD_CPUTIME_ID); }
std::uint64_t processor_time_of_process() { return time_of(CLOCK_PROCESS_CPUTIME_ID); }

std::vector<int> backends_of(const std::string& address, const std::string& application) {
  std::vector<int> pids;
  for (const auto& row : test::PgSession(address).run(
           "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = '" +
           application + "'"))
    pids.push_back(std::stoi(row[0]));
  return pids;
}

}  // namespace metabatch::bench
