// SPDX-License-Identifier: Apache-2.0
// `./dev bench sqlite [ROUNDS]`: flushes of the SQLite store beside a bare loop of the same
// prepared UPDATE over the same rows, each in one transaction on a file of its own. They take
// turns. The program fails when the store reaches less than 0.8 of the loop.
#include <sqlite3.h>

#include <QCoreApplication>
#include <QTemporaryDir>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "metabatch/uuid.hpp"
#include "sql/sqlite/sqlite_store.hpp"
#include "sql/statements.hpp"

using namespace metabatch;

namespace {

constexpr std::size_t kAgents = 20'000, kKeys = 15;
constexpr double kWanted = 0.8;

/// All rows, and what is written to them.
struct Rows {
  std::vector<Uuid> agents;
  std::vector<std::string> keys, values;
  std::vector<std::string_view> key_views;
  std::int64_t stamp = 1'700'000'000'000'000;
  Rng rng{1};

  Rows() {
    for (std::size_t i = 0; i < kAgents; ++i) {
      Uuid id;
      for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(rng.below(256));
      agents.push_back(id);
    }
    for (std::size_t i = 0; i < kKeys; ++i) keys.push_back("key_number_" + std::to_string(10 + i));
    for (std::size_t i = 0; i < 61; ++i)
      values.push_back(std::to_string(i * 7) + "." + std::to_string(i) + " of 32 GiB");
    key_views.assign(keys.begin(), keys.end());
  }

  /// A batch of random rows, each once, as the engine hands it to a store.
  std::vector<Update> batch(std::size_t size) {
    std::vector<Update> all;
    for (const Uuid& agent : agents)
      for (const std::string& key : keys) all.push_back({agent, key, values[rng.below(values.size())], "", WallTime{}});
    for (std::size_t i = 0; i < size; ++i) std::swap(all[i], all[i + rng.below(all.size() - i)]);
    all.resize(size);
    std::sort(all.begin(), all.end(),
              [](const Update& a, const Update& b) { return a.agent == b.agent ? a.key < b.key : a.agent < b.agent; });
    for (Update& one : all) one.collected_at = WallTime(std::chrono::microseconds(++stamp));
    return all;
  }
};

double seconds_of(const auto& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// The least that SQLite can be asked for.
class BareLoop {
 public:
  explicit BareLoop(const std::string& file) {
    if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) std::abort();
    for (const char* text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA cache_size=-32768"})
      sqlite3_exec(handle_, text, nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(handle_, sql::statements::sqlite_update_entry, -1, &update_, nullptr);
  }
  ~BareLoop() {
    sqlite3_finalize(update_);
    sqlite3_close(handle_);
  }
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;

  void write(std::span<const Update> entries) {
    sqlite3_exec(handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    for (const Update& one : entries) {
      const std::string agent = format_uuid(one.agent);
      bind(1, agent);
      bind(2, one.key);
      bind(3, one.value);
      bind(4, one.error);
      sqlite3_bind_int64(update_, 5, one.collected_at.time_since_epoch().count());
      if (sqlite3_step(update_) != SQLITE_DONE || sqlite3_changes(handle_) != 1) std::abort();
      sqlite3_reset(update_);
    }
    sqlite3_exec(handle_, "COMMIT", nullptr, nullptr, nullptr);
  }

 private:
  void bind(int place, std::string_view text) {
    sqlite3_bind_text(update_, place, text.empty() ? "" : text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  sqlite3* handle_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
};

/// @return the median ratio of the rounds
double compare(const QTemporaryDir& folder, Rows& rows, std::size_t size, int rounds) {
  const std::string name = folder.filePath(QString::number(size)).toStdString();
  for (const char* end : {"store.db", "bare.db"}) (void)sql::register_agents(name + end, rows.agents, rows.key_views);
  sql::SqliteStore store({.file = name + "store.db"});
  BareLoop bare(name + "bare.db");
  store.start();
  std::vector<double> ratios, ours, theirs;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<Update> entries = rows.batch(size);
    const double mine = seconds_of([&] {
      if (store.flush(entries, {}).failure != FailureClass::none) std::abort();
    });
    const double loop = seconds_of([&] { bare.write(entries); });
    ours.push_back(static_cast<double>(size) / mine);
    theirs.push_back(static_cast<double>(size) / loop);
    ratios.push_back(loop / mine);
  }
  store.stop();
  for (auto* const values : {&ratios, &ours, &theirs}) std::sort(values->begin(), values->end());
  const std::size_t middle = ratios.size() / 2;
  std::printf("| %zu | %.0f | %.0f | **%.2f** (%.2f-%.2f) |\n", size, ours[middle] / 1000, theirs[middle] / 1000,
              ratios[middle], ratios.front(), ratios.back());
  return ratios[middle];
}

}  // namespace

int main(int argc, char** argv) {
  const QCoreApplication app(argc, argv);
  const int rounds = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 9;
  const QTemporaryDir folder;
  Rows rows;
  std::printf("| rows a transaction, of 300,000 | store, krows/s | bare loop, krows/s | ratio |\n|---|---|---|---|\n");
  bool is_met = true;
  for (const std::size_t size : {500, 5'000, 20'000, 100'000}) is_met &= compare(folder, rows, size, rounds) >= kWanted;
  return is_met ? 0 : 1;
}
