// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_store.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kUpdateEntries = {"metabatch_update", statements::pg_update_entries};
constexpr PgStatement kUpdateAgents = {"metabatch_agents", statements::pg_update_agents};
constexpr PgStatement kSampleRows = {nullptr, statements::pg_sample_rows};
constexpr PgStatement kNotify = {"metabatch_notify", statements::pg_notify};
constexpr PgStatement kSplitRemainder = {"metabatch_split", statements::pg_split_remainder};
constexpr PgStatement kRegisterRows = {"metabatch_register", statements::pg_register_rows};
constexpr PgStatement kAnyRow = {nullptr, statements::pg_any_row};
constexpr PgStatement kCheckWrite = {nullptr, statements::pg_check_write};
constexpr PgStatement kBegin = {nullptr, "BEGIN"};
constexpr PgStatement kRollback = {nullptr, "ROLLBACK"};

constexpr std::size_t kMostRetries = 5;                  // of deadlocks and serialization failures, within one flush
constexpr std::size_t kMostHunts = 3;                    // for refused values, within one flush
constexpr std::size_t kMaxKeyCharacters = 127;           // varchar(127)
constexpr std::size_t kRegisteredAtOnce = 5000;          // rows a statement
constexpr std::size_t kMostSampled = 32;                 // agents whose rows are counted
constexpr auto kBetweenLooks = std::chrono::minutes(1);  // at how many rows agents have
constexpr std::string_view kQueueFull = "54000";
constexpr auto kFarAhead = std::chrono::minutes(1);  // of the server's clock; what the doctor counts too

bool fits_key_column(std::string_view key) {
  return key.size() <= kMaxKeyCharacters || count_code_points(key) <= kMaxKeyCharacters;
}

bool is_worth_an_instant_retry(FailureClass failure) {
  return failure == FailureClass::deadlock || failure == FailureClass::serialization;
}

/// By agent costs less than row by row from a quarter of an agent's rows on where they lie together, from half on where they
/// are scattered (docs/performance.md).
///
/// @return the most agents that so many entries may be of
std::size_t most_agents(std::size_t entries, std::size_t agents_seen, std::size_t rows_seen) {
  return rows_seen == 0 ? 0 : 2 * entries * agents_seen / rows_seen;
}

/// Failures that say something of the statement itself, not of the moment.
bool is_lasting(FailureClass failure) {
  return failure == FailureClass::data || failure == FailureClass::permission || failure == FailureClass::other;
}

}  // namespace

struct PgStore::Flush {
  std::span<const Update> all;
  std::span<const std::string> chunks;
  std::span<const Update> live;          ///< all, without those set aside
  std::vector<Update> kept;              ///< behind `live`, once some were set aside
  std::vector<std::size_t> places = {};  ///< of `live` in `all`, once some were set aside
  std::vector<Fate> fates = {};          ///< of `all`; empty: all written
  std::uint64_t changed = 0;
  bool with_chunks = true;
  bool may_go_by_agent = true;
  bool is_registered = false;
  std::size_t hunts = 0;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  FlushOutcome outcome = {};

  Fate& fate(std::size_t live_place) { return fates[places.empty() ? live_place : places[live_place]]; }
  void need_fates() {
    if (fates.empty()) fates.resize(all.size(), Fate::written);
  }
  [[nodiscard]] std::size_t count(Fate one) const {
    return static_cast<std::size_t>(std::count(fates.begin(), fates.end(), one));
  }
};

PgStore::PgStore(PgOptions options) : options_(std::move(options)), connection_(options_.address, options_.timeouts) {}

FlushOutcome PgStore::flush(std::span<const Update> entries, std::span<const std::string> chunks) {
  connection_.arm(options_.flush_limit);
  Flush flush{.all = entries, .chunks = chunks, .live = entries, .kept = {}};
  const auto failed = write(flush);
  FlushOutcome& outcome = flush.outcome;
  if (failed) {
    outcome.failure = failed->failure;
    outcome.sqlstate = failed->sqlstate;
    outcome.message = failed->message;
    outcome.publish_errors = 0;  // nothing was committed: there was nothing to tell
    return outcome;
  }
  if (flush.with_chunks && !flush.live.empty()) {
    outcome.chunks_published = chunks.size();
    for (const std::string& chunk : chunks) outcome.notify_bytes += chunk.size();
    if (options_.notifier != nullptr) options_.notifier->publish(chunks);
  }
  look_for_alarm(flush);
  look_ahead(flush.live);
  outcome.fates = std::move(flush.fates);
  return outcome;
}

std::optional<DatabaseFailure> PgStore::write(Flush& flush) {
  if (auto failed = look_at_rows(flush.all)) return failed;
  while (!flush.live.empty()) {
    const PgAnswer answer = update(flush);
    std::optional<DatabaseFailure> failed = answer.failure;
    if (!failed) {
      flush.changed = answer.changed(0);
      failed = tell_rest(flush);
      if (!failed && options_.register_missing && !flush.is_registered && flush.count(Fate::unmatched) > 0) {
        flush.is_registered = true;
        failed = register_rest(flush);
        if (!failed) continue;
      }
      if (!failed) return std::nullopt;
    } else if (give_up_chunks(flush, answer) || give_up_agents(flush, answer)) {
      continue;
    } else if (failed->failure == FailureClass::data && answer.failed_step == 0 && flush.hunts++ < kMostHunts) {
      failed = set_refused_aside(flush, *failed);
      if (!failed) continue;
    }
    if (!is_worth_an_instant_retry(failed->failure) || flush.outcome.retries == kMostRetries) return failed;
    ++flush.outcome.retries;
  }
  return std::nullopt;
}

// Once a connection, and now and then, as rows come and go, or when a batch is much larger than the one looked at.
std::optional<DatabaseFailure> PgStore::look_at_rows(std::span<const Update> entries) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_known = connection_.is_open() && rows_ && now < rows_->seen + kBetweenLooks;
  if (!options_.by_agent || entries.empty() || (is_known && entries.size() <= 2 * rows_->entries)) return std::nullopt;
  const PgSampleArray sample(entries, kMostSampled);
  const PgStep look[] = {{&kSampleRows, sample.all()}};
  PgAnswer answer = connection_.run(look);
  if (answer.failure && !is_lasting(answer.failure->failure)) return std::move(answer.failure);
  rows_ = Rows{.entries = entries.size(), .agents = sample.agents(), .seen = now};
  if (answer.failure || *PQgetvalue(answer.results[0].get(), 0, 0) != 't') return std::nullopt;
  rows_->rows = std::strtoull(PQgetvalue(answer.results[0].get(), 0, 1), nullptr, 10);
  return std::nullopt;
}

// The UPDATE is step 0, the notifications follow.
PgAnswer PgStore::update(const Flush& flush) {
  is_by_agent_ = rows_ && flush.may_go_by_agent &&
                 agent_arrays_.build(flush.live, most_agents(flush.live.size(), rows_->agents, rows_->rows));
  if (!is_by_agent_) arrays_.build(flush.live);
  steps_.clear();
  notices_.clear();
  if (flush.with_chunks)
    for (const std::string& chunk : flush.chunks)
      notices_.push_back({PgParameter{options_.channel}, PgParameter{chunk}});
  steps_.push_back(is_by_agent_ ? PgStep{&kUpdateAgents, agent_arrays_.all()} : PgStep{&kUpdateEntries, arrays_.all()});
  for (const auto& notice : notices_) steps_.push_back({&kNotify, notice});
  return connection_.run(steps_);
}

// Whatever it was, the other statement tells exactly.
bool PgStore::give_up_agents(Flush& flush, const PgAnswer& answer) {
  if (!is_by_agent_ || answer.failed_step != 0 || !is_lasting(answer.failure->failure)) return false;
  flush.may_go_by_agent = false;
  return true;
}

bool PgStore::give_up_chunks(Flush& flush, const PgAnswer& answer) {
  if (!flush.with_chunks || flush.chunks.empty()) return false;
  const bool is_at_commit = answer.failed_step == steps_.size();
  const bool is_publishing = is_at_commit ? answer.failure->sqlstate == kQueueFull
                                          : answer.failed_step > 0 && is_lasting(answer.failure->failure);
  if (!is_publishing) return false;
  flush.with_chunks = false;
  flush.outcome.publish_errors = flush.chunks.size();
  flush.outcome.sqlstate = answer.failure->sqlstate;
  flush.outcome.message = "written, but nobody could be told: " + answer.failure->message;
  return true;
}

std::optional<DatabaseFailure> PgStore::set_refused_aside(Flush& flush, const DatabaseFailure& refusal) {
  flush.need_fates();
  const std::size_t before = flush.count(Fate::quarantined);
  if (auto failed = hunt(flush, 0, flush.live.size())) return failed;
  if (flush.count(Fate::quarantined) == before) return refusal;
  flush.kept.clear();
  flush.places.clear();
  for (std::size_t i = 0; i < flush.all.size(); ++i) {
    if (flush.fates[i] == Fate::quarantined) continue;
    flush.kept.push_back(flush.all[i]);
    flush.places.push_back(i);
  }
  flush.live = flush.kept;
  return std::nullopt;
}

// Bisects [from, to), which is known to hold a refused value or is looked at first.
std::optional<DatabaseFailure> PgStore::hunt(Flush& flush, std::size_t from, std::size_t to) {
  const PgAnswer answer = rehearse(flush.live.subspan(from, to - from));
  if (!answer.failure) return std::nullopt;
  if (answer.failure->failure != FailureClass::data) return answer.failure;
  if (to - from > 1) {
    const std::size_t middle = from + (to - from) / 2;
    if (auto failed = hunt(flush, from, middle)) return failed;
    return hunt(flush, middle, to);
  }
  flush.fate(from) = Fate::quarantined;
  flush.outcome.sqlstate = answer.failure->sqlstate;
  flush.outcome.message = answer.failure->message;
  if (options_.on_refused) options_.on_refused(flush.live[from], {answer.failure->sqlstate, answer.failure->message});
  return std::nullopt;
}

// Writes and rolls back: only what is told to others is ever committed.
PgAnswer PgStore::rehearse(std::span<const Update> entries) {
  arrays_.build(entries);
  const PgStep steps[] = {{&kBegin}, {&kUpdateEntries, arrays_.all()}, {&kRollback}};
  PgAnswer answer = connection_.run(steps);
  if (!answer.failure || !connection_.is_open()) return answer;
  const PgStep back[] = {{&kRollback}};
  if (PgAnswer rolled_back = connection_.run(back); rolled_back.failure) return rolled_back;
  return answer;
}

std::optional<DatabaseFailure> PgStore::tell_rest(Flush& flush) {
  const std::size_t rest =
      flush.live.size() - static_cast<std::size_t>(std::min<std::uint64_t>(flush.changed, flush.live.size()));
  for (std::size_t i = 0; i < flush.live.size() && !flush.fates.empty(); ++i) flush.fate(i) = Fate::written;
  if (rest == 0) return std::nullopt;
  if (is_by_agent_) arrays_.build(flush.live);
  const PgStep split[] = {{&kSplitRemainder, arrays_.agents_keys_and_times()}};
  const PgAnswer answer = connection_.run(split);
  if (answer.failure) return answer.failure;
  flush.need_fates();
  const PGresult* const rows = answer.results[0].get();
  std::size_t told = 0;
  for (const bool is_missing : {true, false})
    for (int row = 0; row < PQntuples(rows) && told < rest; ++row) {
      if ((*PQgetvalue(rows, row, 1) == 't') != is_missing) continue;
      flush.fate(static_cast<std::size_t>(std::atoi(PQgetvalue(rows, row, 0))) - 1) =
          is_missing ? Fate::unmatched : Fate::rows_stale;
      ++told;
    }
  // Rows that were missing when we wrote and are there now: which ones nobody can tell, how many we can.
  for (std::size_t i = 0; i < flush.live.size() && told < rest; ++i) {
    if (flush.fate(i) != Fate::written) continue;
    flush.fate(i) = Fate::unmatched;
    ++told;
  }
  return std::nullopt;
}

std::optional<DatabaseFailure> PgStore::register_rest(Flush& flush) {
  std::vector<Update> missing;
  for (std::size_t i = 0; i < flush.live.size(); ++i)
    if (flush.fate(i) == Fate::unmatched && fits_key_column(flush.live[i].key)) missing.push_back(flush.live[i]);
  if (missing.empty()) return std::nullopt;
  arrays_.build(missing);
  const PgStep insert[] = {{&kRegisterRows, arrays_.agents_and_keys()}};
  return connection_.run(insert).failure;
}

void PgStore::look_for_alarm(Flush& flush) {
  const bool is_nothing_found =
      !flush.live.empty() && flush.changed == 0 && flush.count(Fate::unmatched) == flush.live.size();
  if (!is_nothing_found) {
    const bool is_found = flush.changed > 0 || flush.count(Fate::rows_stale) > 0;
    if (is_found) options_.warnings->empty.found(flush.began);
    if (is_found) has_matched_ = true;
    if (has_matched_) is_alarmed_ = false;
    return;
  }
  if (!has_matched_ || is_alarmed_) return;
  is_alarmed_ = true;
  const PgStep look[] = {{&kAnyRow}};
  const PgAnswer answer = connection_.run(look);
  const bool is_empty = !answer.failure && *PQgetvalue(answer.results[0].get(), 0, 0) == 'f';
  if (is_empty && !options_.warnings->empty.claim(std::chrono::steady_clock::now())) return;
  std::string text =
      "none of " + std::to_string(flush.live.size()) + " entries found its row, where rows were found before; ";
  text += is_empty ? "the table is empty: PostgreSQL empties an UNLOGGED table when it recovers from a crash; register "
                     "the agents again"
                   : "were these agents removed?";
  if (options_.on_alarm) options_.on_alarm(text);
  flush.outcome.message = std::move(text);
}

// What we reckon can be old, so the server is asked before anything is said.
void PgStore::look_ahead(std::span<const Update> entries) {
  const auto count_ahead = [&] {
    const WallTime limit = connection_.server_now() + kFarAhead;
    return std::count_if(entries.begin(), entries.end(),
                         [limit](const Update& one) { return one.collected_at > limit; });
  };
  if (!connection_.is_open() || count_ahead() == 0) return;
  const auto now = std::chrono::steady_clock::now();
  LastWarning& last = options_.warnings->ahead;
  if (!last.is_due(now, options_.between_warnings) || connection_.ask_for_time()) return;
  const auto count = count_ahead();
  if (count == 0 || !last.claim(now, options_.between_warnings)) return;
  const auto latest = std::max_element(
      entries.begin(), entries.end(), [](const Update& a, const Update& b) { return a.collected_at < b.collected_at; });
  if (options_.on_alarm)
    options_.on_alarm(std::to_string(count) + " of " + std::to_string(entries.size()) +
                      " entries are dated ahead of the server's clock, up to " +
                      format_wall_time(latest->collected_at) +
                      ": until then nothing dated rightly replaces them; correct the clock of who reports them");
}

DatabaseResult<std::size_t> register_agents(const PgAddress& address, std::span<const Uuid> agents,
                                                     std::span<const std::string_view> keys) {
  PgConnection connection(address, {});
  PgArrays arrays;
  std::vector<Update> rows;
  std::size_t created = 0;
  const auto insert = [&]() -> std::optional<DatabaseFailure> {
    if (rows.empty()) return std::nullopt;
    arrays.build(rows);
    rows.clear();
    connection.arm(std::chrono::seconds(30));
    const PgStep steps[] = {{&kRegisterRows, arrays.agents_and_keys()}};
    const PgAnswer answer = connection.run(steps);
    if (!answer.failure) created += answer.changed(0);
    return answer.failure;
  };
  for (const Uuid& agent : agents)
    for (const std::string_view key : keys) {
      if (!fits_key_column(key)) continue;
      rows.push_back({agent, key, {}, {}, {}});
      if (rows.size() < kRegisteredAtOnce) continue;
      if (auto failed = insert()) return *failed;
    }
  if (auto failed = insert()) return *failed;
  return created;
}

std::optional<DatabaseFailure> check_postgres(const PgAddress& address) {
  PgConnection connection(address, {});
  connection.arm(std::chrono::seconds(12));
  const PgStep steps[] = {{&kCheckWrite}};
  return connection.run(steps).failure;
}

}  // namespace metabatch::sql
