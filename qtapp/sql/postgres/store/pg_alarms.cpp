// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_alarms.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <utility>

#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr PgStatement kAnyRow = {nullptr, statements::pg_any_row};
constexpr auto kFarAhead = std::chrono::minutes(1);  // against the server's clock, as in count_future_stamps.sql

std::string seconds_between(WallTime from, WallTime to) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(to - from).count()) + " s";
}

}  // namespace

void PgAlarms::raise(LastWarning& last, const std::string& text) {
  if (last.claim(SteadyClock::now(), options_.between_warnings) && options_.on_alarm) options_.on_alarm(text);
}

void PgAlarms::check_emptied_table(PgFlush& flush) {
  const std::size_t written = flush.count(Fate::written), stale = flush.count(Fate::rows_stale);
  const std::size_t unmatched = flush.count(Fate::unmatched);
  if (written + stale > 0) {
    options_.warnings->empty.found(flush.began);
    has_matched_ = true;
    is_alarmed_ = false;
  }
  if (unmatched == 0 || written + stale + flush.count(Fate::locked) > 0 || !has_matched_ || is_alarmed_) return;
  is_alarmed_ = true;
  flush.outcome.table_emptied = true;
  const PgStep read[] = {{&kAnyRow}};
  const PgAnswer answer = connection_.run(read);
  const bool is_empty = !answer.failure && *PQgetvalue(answer.results[0].get(), 0, 0) == 'f';
  if (is_empty && !options_.warnings->empty.claim(SteadyClock::now())) return;
  std::string text = "none of " + std::to_string(unmatched) + " entries found its row, where rows were found before; ";
  text += is_empty ? "the table is empty: PostgreSQL empties an UNLOGGED table when it recovers from a crash; register "
                     "the agents again"
                   : "were these agents removed?";
  if (options_.on_alarm) options_.on_alarm(text);
  flush.outcome.message = std::move(text);
}

// The local copy of the server's clock can be old, so the clock is read again before anything is
// reported.
void PgAlarms::check_future_stamps(const PgFlush& flush) {
  const auto count_ahead = [&] {
    const WallTime limit = connection_.server_now() + kFarAhead;
    return std::count_if(flush.entries.begin(), flush.entries.end(),
                         [limit](const Update& one) { return one.collected_at > limit; });
  };
  if (!connection_.is_open() || count_ahead() == 0) return;
  LastWarning& last = options_.warnings->ahead;
  if (!last.is_due(SteadyClock::now(), options_.between_warnings) || connection_.read_time()) return;
  const auto count = count_ahead();
  if (count == 0) return;
  const auto latest =
      std::max_element(flush.entries.begin(), flush.entries.end(),
                       [](const Update& a, const Update& b) { return a.collected_at < b.collected_at; });
  raise(last, std::to_string(count) + " of " + std::to_string(flush.entries.size()) +
                  " entries are dated ahead of the server's clock, up to " + format_wall_time(latest->collected_at) +
                  ": until then nothing dated correctly replaces them; correct the clock of who reports them");
}

void PgAlarms::check_refusing_rows(const PgFlush& flush, const PgRemainder::Found& found) {
  const std::size_t entries = flush.entries.size();
  const WallTime server = connection_.server_now();
  if (found.ahead > 0)
    raise(options_.warnings->stale,
          std::to_string(found.ahead) + " of " + std::to_string(entries) +
              " entries were refused by rows that are dated ahead of the server's clock, by up to " +
              (found.newest == WallTime::max() ? std::string("infinity") : seconds_between(server, found.newest)) +
              ": these rows take no report until then; metabatch doctor --fix-future-stamps sets them back to now");
  else if (found.behind * 2 > entries && found.behind > 1)
    raise(options_.warnings->stale,
          std::to_string(found.behind) + " of " + std::to_string(entries) +
              " entries were older than what the database holds: a clock is wrong, or another process reports the same "
              "agents; the newest entry is " +
              seconds_between(
                  std::max_element(flush.entries.begin(), flush.entries.end(),
                                   [](const Update& a, const Update& b) { return a.collected_at < b.collected_at; })
                      ->collected_at,
                  found.newest) +
              " behind the newest row");
}

void PgAlarms::check_meeting_keys(const PgRemainder::Found& found) {
  if (found.meeting == 0) return;
  raise(options_.warnings->meeting,
        std::to_string(found.meeting) +
            " entries of one batch match the same rows as others: the column calls different keys equal; the newest is "
            "written. The key column needs a deterministic collation, as metabatch doctor says");
}

void PgAlarms::check_locks(const std::string& description) {
  if (!description.empty()) raise(options_.warnings->locked, description);
}

}  // namespace metabatch::sql
