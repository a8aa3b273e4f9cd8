// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_remainder.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sql/postgres/connection/pg_row.hpp"
#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kListRowKeys = {nullptr, statements::pg_list_row_keys};
constexpr auto kFarAhead = std::chrono::minutes(1);  // against the server's clock, as in count_future_stamps.sql

}  // namespace

std::optional<DatabaseFailure> PgRemainder::classify(PgFlush& flush, const std::vector<std::size_t>& positions,
                                                     std::size_t missing, Found& found) {
  if (missing == 0) return std::nullopt;
  entries_.clear();
  for (const std::size_t position : positions) entries_.push_back(flush.entries[position]);
  arrays_.build(entries_);
  const PgStep split[] = {{&kSplitRemainder, arrays_.agents_keys_and_times()}};
  PgAnswer answer = connection_.run(split);
  if (answer.failure) return std::move(answer.failure);
  const PGresult* const rows = answer.results[0].get();
  const WallTime limit = connection_.server_now() + kFarAhead;
  std::size_t settled = 0;
  for (const bool is_missing : {true, false})
    for (int i = 0; i < PQntuples(rows) && settled < missing; ++i) {
      const PgRow row(rows, i);
      if (row.is_true(1) != is_missing) continue;
      flush.fates[positions[static_cast<std::size_t>(row.number(0)) - 1]] =
          is_missing ? Fate::unmatched : Fate::rows_stale;
      ++settled;
      if (is_missing) continue;
      const WallTime stamp = row.is_null(2) ? WallTime::max() : WallTime(std::chrono::microseconds(row.number(2)));
      ++(stamp > limit ? found.ahead : found.behind);
      found.newest = std::max(found.newest, stamp);
    }
  if (settled < missing)
    if (auto failed = write_newest(flush, positions, settled, missing, found)) return failed;
  // Some rows were missing during the write and exist now. It is unknown which ones, but the number
  // is exact.
  for (const std::size_t position : positions) {
    if (settled == missing) break;
    if (flush.fates[position] != Fate::written) continue;
    flush.fates[position] = Fate::unmatched;
    ++settled;
  }
  return std::nullopt;
}

// When several entries match one row, the UPDATE changes the row once, with the first of them. That
// need not be the newest.
std::optional<DatabaseFailure> PgRemainder::write_newest(PgFlush& flush, const std::vector<std::size_t>& positions,
                                                         std::size_t& settled, std::size_t missing, Found& found) {
  const PgStep list[] = {{&kListRowKeys, arrays_.agents_and_keys()}};
  PgAnswer answer = connection_.run(list);
  if (answer.failure) return std::move(answer.failure);
  const PGresult* const rows = answer.results[0].get();
  std::map<std::pair<Uuid, std::string>, std::vector<std::size_t>> by_row;
  for (int i = 0; i < PQntuples(rows); ++i) {
    const PgRow row(rows, i);
    const std::size_t position = positions[static_cast<std::size_t>(row.number(0)) - 1];
    by_row[{flush.entries[position].agent, row.text(1)}].push_back(position);
  }
  std::vector<Update> newest;
  for (const auto& [row, meeting] : by_row) {
    if (meeting.size() < 2) continue;
    found.meeting += meeting.size();
    const std::size_t winner = *std::max_element(meeting.begin(), meeting.end(), [&](std::size_t a, std::size_t b) {
      return flush.entries[a].collected_at < flush.entries[b].collected_at;
    });
    newest.push_back(flush.entries[winner]);
    for (const std::size_t position : meeting) {
      if (position == winner || flush.fates[position] != Fate::written || settled == missing) continue;
      flush.fates[position] = Fate::rows_stale;
      ++settled;
    }
    if (flush.fates[winner] != Fate::written) {  // it was counted stale against an older one: exchange their fates
      const auto other = std::find_if(meeting.begin(), meeting.end(),
                                      [&](std::size_t position) { return flush.fates[position] == Fate::written; });
      if (other != meeting.end()) std::swap(flush.fates[winner], flush.fates[*other]);
    }
  }
  if (newest.empty()) return std::nullopt;
  PgArrays arrays;
  arrays.build(newest);
  const PgStep update[] = {{&kUpdateEntries, arrays.all()}};
  return std::move(connection_.run(update).failure);
}

}  // namespace metabatch::sql
