// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_locked_rows.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <utility>

#include "metabatch/chunks.hpp"
#include "sql/postgres/connection/pg_row.hpp"
#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kLockRows = {nullptr, statements::pg_lock_rows};

// The limit of a lock on the table. When it passes, no entry is set apart and the flush backs off.
constexpr Duration kTableLockLimit = std::chrono::milliseconds(500);
constexpr std::size_t kMostRemembered = 100'000;

std::uint64_t hash_of(const Update& entry) {
  const std::string_view agent(reinterpret_cast<const char*>(entry.agent.bytes.data()), entry.agent.bytes.size());
  return std::hash<std::string_view>{}(agent)*0x9E3779B97F4A7C15U + std::hash<std::string_view>{}(entry.key);
}

WallTime now() {
  return WallTime(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace

PgLockedRows::Result PgLockedRows::write(PgFlush& flush) {
  Split split;
  if (auto failed = lock(flush.entries, split)) {
    roll_back();
    return {.failure = std::move(failed), .may_divide = false, .chunks = {}};
  }
  std::vector<Update> writable;
  std::vector<Uuid> agents;
  for (std::size_t i = 0; i < flush.entries.size(); ++i) {
    if (!split.is_locked_by_us[i] || split.is_stale[i]) continue;
    writable.push_back(flush.entries[i]);
    if (agents.empty() || !(agents.back() == flush.entries[i].agent)) agents.push_back(flush.entries[i].agent);
  }
  auto chunks = encode_chunks(agents, options_.max_payload_bytes);
  Result result;
  if (chunks && flush.may_notify) result.chunks = std::move(*chunks);
  std::uint64_t changed = 0;
  PgAnswer answer = commit(writable, result.chunks, changed);
  if (answer.failure) {
    roll_back();
    return {.failure = std::move(answer.failure), .may_divide = answer.is_settled, .chunks = {}};
  }
  flush.changed += changed;
  for (std::size_t i = 0; i < flush.entries.size(); ++i)
    flush.fates[i] = split.is_missing[i]        ? Fate::unmatched
                     : split.is_stale[i]        ? Fate::rows_stale
                     : split.is_locked_by_us[i] ? Fate::written
                                                : Fate::locked;
  return result;
}

std::optional<DatabaseFailure> PgLockedRows::lock(std::span<const Update> entries, Split& split) {
  const auto wait = std::min(kTableLockLimit, connection_.lock_limit());
  const std::string wait_ms = std::to_string(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
  const PgParameter limit[] = {{wait_ms}};
  std::vector<Update> registrable;
  PgArrays registered;
  std::vector<PgStep> steps = {{&kBegin}, {&kSetLockTimeout, limit}};
  for (const Update& entry : entries)
    if (options_.register_missing && fits_key_column(entry.key)) registrable.push_back(entry);
  registered.build(registrable);
  if (!registrable.empty()) steps.push_back({&kRegisterRows, registered.agents_and_keys()});
  arrays_.build(entries);
  steps.push_back({&kLockRows, arrays_.agents_and_keys()});
  steps.push_back({&kSplitRemainder, arrays_.agents_keys_and_times()});
  PgAnswer answer = connection_.run(steps);
  if (answer.failure) return std::move(answer.failure);
  for (std::vector<bool>* const flags : {&split.is_locked_by_us, &split.is_missing, &split.is_stale})
    flags->assign(entries.size(), false);
  const PGresult* const locked = answer.results[steps.size() - 2].get();
  for (int i = 0; i < PQntuples(locked); ++i)
    split.is_locked_by_us[static_cast<std::size_t>(PgRow(locked, i).number(0)) - 1] = true;
  const PGresult* const others = answer.results[steps.size() - 1].get();
  for (int i = 0; i < PQntuples(others); ++i) {
    const PgRow row(others, i);
    (row.is_true(1) ? split.is_missing : split.is_stale)[static_cast<std::size_t>(row.number(0)) - 1] = true;
  }
  return std::nullopt;
}

PgAnswer PgLockedRows::commit(const std::vector<Update>& entries, std::span<const std::string> chunks,
                              std::uint64_t& changed) {
  transaction_.build(entries, {.channel = &options_.channel, .chunks = chunks});
  std::vector<PgStep> steps(transaction_.steps().begin(), transaction_.steps().end());
  steps.push_back({&kCommit});
  PgAnswer answer = connection_.run(steps);
  if (!answer.failure) changed = transaction_.changed(answer);
  return answer;
}

void PgLockedRows::roll_back() {
  const PgStep back[] = {{&kRollback}};
  if (connection_.is_open()) (void)connection_.run(back);
}

bool PgLockedRows::holds_all(std::span<const Update> entries) const {
  return !since_.empty() && std::all_of(entries.begin(), entries.end(),
                                        [&](const Update& entry) { return since_.contains(hash_of(entry)); });
}

void PgLockedRows::record(const PgFlush& flush) {
  if (since_.empty() && flush.count(Fate::locked) == 0) return;
  for (std::size_t i = 0; i < flush.entries.size(); ++i) {
    if (flush.fates[i] == Fate::unwritten) continue;
    if (flush.fates[i] != Fate::locked)
      since_.erase(hash_of(flush.entries[i]));
    else if (since_.size() < kMostRemembered)
      since_.try_emplace(hash_of(flush.entries[i]), now());
  }
}

std::string PgLockedRows::describe() const {
  if (since_.empty()) return "";
  const auto oldest =
      std::min_element(since_.begin(), since_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::size_t count = since_.size();
  return std::to_string(count) + (count == 1 ? " entry waits for a row" : " entries wait for rows") +
         " that somebody has locked since " + format_wall_time(oldest->second).substr(11, 8);
}

}  // namespace metabatch::sql
