// SPDX-License-Identifier: Apache-2.0
#include "bench_pg_forms.hpp"

#include <libpq-fe.h>

#include <QtGlobal>
#include <cstdlib>

#include "sql/postgres/store/pg_store.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::bench {
namespace {

constexpr const char* kChannel = "workspace_agent_metadata_batch";

/// A plain connection to the server.
class Connection {
 public:
  explicit Connection(const std::string& address) : connection_(PQconnectdb(address.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) qFatal("%s", PQerrorMessage(connection_));
  }
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] pg_conn* get() const { return connection_; }
  /// Consumes the result; returns the number of changed rows.
  std::size_t take(PGresult* result) const {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) qFatal("%s", PQerrorMessage(connection_));
    const std::size_t changed = std::strtoull(PQcmdTuples(result), nullptr, 10);
    PQclear(result);
    return changed;
  }

 private:
  pg_conn* connection_;
};

void must_be_all(std::size_t changed, const Work& work) {
  if (changed != work.entries.size()) qFatal("%zu of %zu rows were written", changed, work.entries.size());
}

class OriginForm final : public Form {
 public:
  explicit OriginForm(const Ground& ground) : connection_(ground.address()) {}

  void flush(const Work& work, std::size_t) override {
    for (std::string& array : arrays_) array.assign(1, '{');
    for (const Update& entry : work.shuffled) append(entry);
    const char* values[5];
    for (std::size_t i = 0; i < 5; ++i) {
      arrays_[i].back() = '}';
      values[i] = arrays_[i].c_str();
    }
    must_be_all(run(kUpdate, 5, values), work);
    for (const std::string& chunk : work.chunks) {
      const char* notice[] = {kChannel, chunk.c_str()};
      run("SELECT pg_notify($1, $2)", 2, notice);
    }
  }
  [[nodiscard]] int backend() const override { return PQbackendPID(connection_.get()); }

 private:
  static constexpr const char* kUpdate =
      "UPDATE workspace_agent_metadata AS m SET value = u.value, error = u.error, collected_at = u.collected_at "
      "FROM (SELECT unnest($1::uuid[]) AS agent, unnest($2::varchar[]) AS key, unnest($3::varchar[]) AS value, "
      "unnest($4::varchar[]) AS error, unnest($5::timestamptz[]) AS collected_at) AS u "
      "WHERE m.workspace_agent_id = u.agent AND m.key = u.key";

  std::size_t run(const char* text, int count, const char* const* values) {
    connection_.take(PQprepare(connection_.get(), "", text, count, nullptr));
    return connection_.take(PQexecPrepared(connection_.get(), "", count, values, nullptr, nullptr, 0));
  }
  void append(const Update& entry) {
    arrays_[0] += format_uuid(entry.agent);
    quote(arrays_[1], entry.key);
    quote(arrays_[2], entry.value);
    quote(arrays_[3], entry.error);
    quote(arrays_[4], format_utc(entry.collected_at));
    for (std::string& array : arrays_) array += ',';
  }
  static void quote(std::string& array, std::string_view text) {
    array += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }

  static std::string format_utc(WallTime time) {
    const auto since = time.time_since_epoch().count();
    const std::time_t seconds = since / 1'000'000;
    tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[40];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    std::string formatted(text, length);
    return formatted.append(".").append(std::to_string(1'000'000 + since % 1'000'000), 1).append("Z");
  }

  Connection connection_;
  std::string arrays_[5];
};

/// The positions of the works' rows. The lookup prunes their pages.
class Finder {
 public:
  explicit Finder(const Ground& ground) : session_(ground.address()) {}
  test::PgSession::Rows places(const Work& work) {
    std::string agents;
    for (std::size_t i = 0; i < work.entries.size(); i += kKeys)
      agents.append(i == 0 ? "'" : ",'").append(format_uuid(work.entries[i].agent)).append(1, '\'');
    return session_.run("SELECT ctid FROM workspace_agent_metadata WHERE workspace_agent_id IN (" + agents +
                        ") ORDER BY workspace_agent_id, key");
  }

 private:
  test::PgSession session_;
};

class StoreForm final : public Form {
 public:
  StoreForm(const Ground& ground, bool by_agent, Spared spared)
      : ground_(ground),
        by_agent_(by_agent),
        spared_(spared),
        name_((by_agent ? "by_agent_" : "by_key_") + std::to_string(static_cast<int>(spared))),
        store_(options()),
        finder_(ground) {}

  void prepare(std::span<const Work> works) override {
    if (spared_ == Spared::nothing) return;
    for (const Work& work : works) (void)finder_.places(work);
  }
  void flush(const Work& work, std::size_t) override {
    const auto chunks =
        spared_ == Spared::pruning_and_notifying ? std::span<const std::string>{} : std::span(work.chunks);
    const FlushOutcome outcome = store_.flush(work.entries, chunks);
    if (outcome.failure != FailureClass::none) qFatal("%s", outcome.message.c_str());
    if (!outcome.fates.empty() || outcome.chunks_published != chunks.size())
      qFatal("not everything was written and notified");
    if (store_.was_by_agent() != by_agent_) qFatal("not the statement that was meant");
  }
  [[nodiscard]] int backend() const override { return backends_of(ground_.address(), name_).back(); }

 private:
  [[nodiscard]] sql::PgOptions options() const {
    sql::PgOptions made = test::options_at(ground_.address() + " application_name=" + name_);
    made.by_agent = by_agent_;
    return made;
  }

  const Ground& ground_;
  const bool by_agent_;
  const Spared spared_;
  const std::string name_;
  sql::PgStore store_;
  Finder finder_;
};

/// A parameter in PostgreSQL's binary form of one-dimensional arrays.
class BinaryArray {
 public:
  BinaryArray(std::uint32_t element, std::size_t count) {
    for (const std::uint32_t word : {1U, 0U, element, static_cast<std::uint32_t>(count), 1U}) put(word, 4);
  }
  void put(std::uint64_t number, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) bytes_ += static_cast<char>(number >> shift);
  }
  void put(std::string_view text) {
    put(text.size(), 4);
    bytes_ += text;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class FloorForm final : public Form {
 public:
  explicit FloorForm(const Ground& ground) : connection_(ground.address()), finder_(ground) {
    connection_.take(PQexec(connection_.get(), "SET plan_cache_mode = force_generic_plan"));
    connection_.take(
        PQprepare(connection_.get(), "floor",
                  "UPDATE workspace_agent_metadata AS m SET value = u.value, error = coalesce(u.error, ''), "
                  "collected_at = u.collected_at FROM (SELECT unnest($1::tid[]) AS place, unnest($2::text[]) AS value, "
                  "unnest($3::text[]) AS error, "
                  "unnest($4::timestamptz[]) AS collected_at) AS u "
                  "WHERE m.ctid = u.place",
                  4, nullptr));
  }

  void prepare(std::span<const Work> works) override {
    places_.clear();
    for (const Work& work : works) {
      BinaryArray places(27, work.entries.size());  // the oid of tid
      for (const auto& row : finder_.places(work)) {
        places.put(6, 4);
        places.put(std::stoul(row[0].substr(1)), 4);
        places.put(std::stoul(row[0].substr(row[0].find(',') + 1)), 2);
      }
      places_.push_back(places.bytes());
    }
  }
  void flush(const Work& work, std::size_t number) override {
    const std::size_t count = work.entries.size();
    BinaryArray values(25, count), stamps(1184, count);
    for (const Update& entry : work.entries) {
      values.put(entry.value);
      stamps.put(8, 4);
      stamps.put(static_cast<std::uint64_t>(entry.collected_at.time_since_epoch().count() - 946'684'800'000'000), 8);
    }
    const std::string_view all[] = {places_[number], values.bytes(), kNoErrors, stamps.bytes()};
    const char* texts[4];
    int lengths[4];
    constexpr int formats[] = {1, 1, 0, 1};
    for (std::size_t i = 0; i < 4; ++i) {
      texts[i] = all[i].data();
      lengths[i] = static_cast<int>(all[i].size());
    }
    must_be_all(connection_.take(PQexecPrepared(connection_.get(), "floor", 4, texts, lengths, formats, 0)), work);
  }
  [[nodiscard]] int backend() const override { return PQbackendPID(connection_.get()); }

 private:
  static constexpr const char* kNoErrors = "{}";  // as the store sends them when there are none
  Connection connection_;
  Finder finder_;
  std::vector<std::string> places_;
};

}  // namespace

std::unique_ptr<Form> origin_form(const Ground& ground) { return std::make_unique<OriginForm>(ground); }
std::unique_ptr<Form> store_form(const Ground& ground, bool by_agent, Spared spared) {
  return std::make_unique<StoreForm>(ground, by_agent, spared);
}
std::unique_ptr<Form> floor_form(const Ground& ground) { return std::make_unique<FloorForm>(ground); }

}  // namespace metabatch::bench
