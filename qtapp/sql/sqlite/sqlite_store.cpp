// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "metabatch/report.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

/// Counts code points, as PostgreSQL does.
bool exceeds(std::string_view text, std::size_t limit) {
  return text.size() > limit && count_code_points(text) > limit;
}

bool is_refusal_of_a_value(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG;
}

/// The canonical text of an agent id. It is reused while the agent stays the same, because entries
/// come sorted by agent.
class AgentText {
 public:
  std::string_view of(const Uuid& agent) {
    if (text_.empty() || !(agent == agent_)) {
      agent_ = agent;
      text_ = format_uuid(agent);
    }
    return text_;
  }

 private:
  Uuid agent_;
  std::string text_;
};

}  // namespace

SqliteStore::SqliteStore(SqliteOptions options)
    : options_(std::move(options)), connection_(options_.file, options_.busy_timeout) {}

void SqliteStore::start() { (void)ready(); }  // the first flush reports a failure

void SqliteStore::stop() {
  update_.finalize();
  find_.finalize();
  register_.finalize();
  connection_.close();
}

void SqliteStore::cancel() noexcept { connection_.interrupt(); }

std::optional<DatabaseFailure> SqliteStore::ready() {
  if (connection_.is_open() && connection_.is_replaced()) {
    stop();  // this writes what a deleted -wal still contains
    if (auto failed = connection_.open()) return failed;
    stop();
    return DatabaseFailure{FailureClass::permission, "",
                           options_.file +
                               "-wal was deleted or replaced while the file was open; what was committed is "
                               "kept, and the file is opened again"};
  }
  if (connection_.is_open()) return std::nullopt;
  if (auto failed = connection_.open()) return failed;
  ++opened_;
  sqlite3* const handle = connection_.handle();
  for (const auto& [statement, text] :
       {std::pair{&update_, statements::sqlite_update_entry}, std::pair{&find_, statements::sqlite_find_row},
        std::pair{&register_, statements::sqlite_register_row}})
    if (const int code = statement->prepare(handle, text); code != SQLITE_OK) {
      DatabaseFailure failed = connection_.failure(code);
      stop();
      return failed;
    }
  return std::nullopt;
}

FlushOutcome SqliteStore::flush(std::span<const Update> entries, std::span<const std::string> chunks) {
  connection_.arm();
  FlushOutcome outcome;
  Written written;
  const std::size_t opened = opened_;
  auto failed = write_all(entries, written);
  outcome.reconnected = opened > 0 && opened_ > opened;
  outcome.retries = connection_.take_waits();
  for (const auto& [place, why] : written.refused)
    if (options_.on_refused) options_.on_refused(entries[place], {"", why});
  const auto is_known = [](Fate fate) { return fate != Fate::unwritten; };
  if (failed) {
    abandon(*failed);
    outcome.failure = failed->failure;
    outcome.message = std::move(failed->message);
    if (std::none_of(written.fates.begin(), written.fates.end(), is_known)) return outcome;
  } else {
    outcome.message = std::move(written.quarantine_reason);
  }
  outcome.fates = std::move(written.fates);
  publish(chunks, outcome);
  return outcome;
}

std::optional<DatabaseFailure> SqliteStore::write_all(std::span<const Update> entries, Written& written) {
  if (auto failed = ready()) return failed;
  if (auto failed = connection_.execute("BEGIN IMMEDIATE")) return failed;
  bool is_rolled_back = false;
  auto failed = write_rows(entries, Mode::together, written, is_rolled_back);
  if (!failed && !is_rolled_back &&
      sqlite3_exec(connection_.handle(), "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK) {
    connection_.remember_wal();
    return std::nullopt;
  }
  if (!failed && !is_rolled_back && !is_refusal_of_a_value(sqlite3_extended_errcode(connection_.handle())))
    failed = connection_.failure(sqlite3_extended_errcode(connection_.handle()));
  written = {};
  written.fates.assign(entries.size(), Fate::unwritten);
  if (failed) return failed;
  (void)connection_.execute("ROLLBACK");  // a constraint that is checked at the commit leaves the transaction open
  return write_rows(entries, Mode::one_by_one, written, is_rolled_back);
}

std::optional<DatabaseFailure> SqliteStore::write_rows(std::span<const Update> entries, Mode mode, Written& written,
                                                       bool& is_rolled_back) {
  AgentText agent;
  written.fates.assign(entries.size(), Fate::unwritten);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (connection_.is_interrupted())  // between two statements SQLite itself would not notice it
      return DatabaseFailure{FailureClass::timeout, "", options_.file + ": the write was cancelled"};
    Fate fate = Fate::written;
    const int code = write_one(entries[i], agent.of(entries[i].agent), fate);
    if (is_refusal_of_a_value(code))
      fate = Fate::quarantined;
    else if (code != SQLITE_OK)
      return connection_.failure(code);
    written.fates[i] = fate;
    if (fate == Fate::quarantined) quarantine(i, entries[i], code, written);
    is_rolled_back = mode == Mode::together && sqlite3_get_autocommit(connection_.handle()) != 0;
    if (is_rolled_back) return std::nullopt;
  }
  return std::nullopt;
}

void SqliteStore::quarantine(std::size_t place, const Update& entry, int code, Written& written) const {
  std::string& why = written.quarantine_reason;
  if (code != SQLITE_OK) {
    why = connection_.failure(code).message;
  } else {
    const bool is_value = exceeds(entry.value, kMaxValueCharacters);
    why = is_value ? "value" : "error";
    why += " too long: ";
    why += std::to_string(count_code_points(is_value ? entry.value : entry.error));
    why += " characters, the column holds ";
    why += std::to_string(kMaxValueCharacters);
  }
  written.refused.emplace_back(place, why);
}

int SqliteStore::write_one(const Update& entry, std::string_view agent, Fate& fate) {
  if (exceeds(entry.value, kMaxValueCharacters) || exceeds(entry.error, kMaxValueCharacters)) {
    fate = Fate::quarantined;
    return SQLITE_OK;
  }
  update_.bind(1, agent);
  update_.bind(2, entry.key);
  update_.bind(3, entry.value);
  update_.bind(4, entry.error);
  update_.bind(5, entry.collected_at.time_since_epoch().count());
  if (const int code = update_.run(); code != SQLITE_DONE) return code;
  if (sqlite3_changes(connection_.handle()) > 0) return SQLITE_OK;

  find_.bind(1, agent);
  find_.bind(2, entry.key);
  const int found = find_.run();
  fate = found == SQLITE_ROW ? Fate::rows_stale : Fate::unmatched;
  if (found != SQLITE_DONE) return found == SQLITE_ROW ? SQLITE_OK : found;
  if (!options_.register_missing || exceeds(entry.key, kMaxKeyCharacters)) return SQLITE_OK;

  register_.bind(1, agent);
  register_.bind(2, entry.key);
  if (const int code = register_.run(); code != SQLITE_DONE) return code;
  if (const int code = update_.run(); code != SQLITE_DONE) return code;
  fate = sqlite3_changes(connection_.handle()) > 0 ? Fate::written : Fate::rows_stale;
  return SQLITE_OK;
}

void SqliteStore::publish(std::span<const std::string> chunks, FlushOutcome& outcome) {
  if (options_.notifier != nullptr) options_.notifier->publish(chunks);
  outcome.chunks_published = chunks.size();
  for (const std::string& chunk : chunks) outcome.notify_bytes += chunk.size();
}

void SqliteStore::abandon(const DatabaseFailure& failure) {
  if (!connection_.is_open()) return;
  (void)connection_.execute("ROLLBACK");                 // an error here means that SQLite has rolled back by itself
  if (failure.failure != FailureClass::timeout) stop();  // opening the file again may find it repaired
}

std::optional<DatabaseFailure> check_sqlite(const std::string& file, Duration busy_timeout) {
  if (file == ":memory:")
    return DatabaseFailure{FailureClass::other, "", "a database in memory is gone when the program ends; name a file"};
  SqliteConnection connection(file, busy_timeout);
  if (auto failed = connection.open()) return failed;
  if (auto failed = connection.execute("BEGIN IMMEDIATE")) return failed;
  std::optional<DatabaseFailure> failed;
  for (const char* const text :
       {statements::sqlite_update_entry, statements::sqlite_find_row, statements::sqlite_register_row}) {
    SqliteStatement statement;
    if (const int code = statement.prepare(connection.handle(), text); code != SQLITE_OK && !failed)
      failed = connection.failure(code);
  }
  (void)connection.execute("ROLLBACK");
  return failed;
}

DatabaseResult<std::size_t> register_agents(const std::string& file, std::span<const Uuid> agents,
                                            std::span<const std::string_view> keys, Duration busy_timeout) {
  SqliteConnection connection(file, busy_timeout);
  if (auto failed = connection.open()) return *failed;
  if (auto failed = connection.execute("BEGIN IMMEDIATE")) return *failed;
  SqliteStatement insert;
  if (const int code = insert.prepare(connection.handle(), statements::sqlite_register_row); code != SQLITE_OK)
    return connection.failure(code);
  std::size_t created = 0;
  for (const Uuid& agent : agents) {
    const std::string text = format_uuid(agent);
    insert.bind(1, text);
    for (const std::string_view key : keys) {
      if (exceeds(key, kMaxKeyCharacters)) continue;
      insert.bind(2, key);
      if (const int code = insert.run(); code != SQLITE_DONE) return connection.failure(code);
      created += static_cast<std::size_t>(sqlite3_changes(connection.handle()));
    }
  }
  if (auto failed = connection.execute("COMMIT")) return *failed;
  return created;
}

}  // namespace metabatch::sql
