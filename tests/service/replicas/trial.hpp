// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTest>
#include <algorithm>
#include <random>

#include "service/replicas/kills_and_stops.hpp"
#include "service/replicas/partitions.hpp"

/// A landscape that is put through faults, one after the other. After each of them every watcher
/// shows what the database has, and what was answered 204 is there, but for what the promise leaves
/// out: a service that is killed, and an UNLOGGED table of a killed database.
class Trial {
 public:
  /// A soak is as long as `./dev soak` says, with more agents, in an order of its own.
  ///
  /// @shape network: null: without machines, so without partitions
  explicit Trial(metabatch::test::Network* network) : here_(soak().count() > 0 ? 300 : 30, network) {
    const QByteArray given = qgetenv("METABATCH_SOAK_SEED");
    seed_ = !given.isEmpty() ? given.toUInt() : is_long_ ? std::random_device()() : 1U;
    random_.seed(seed_);
  }

  [[nodiscard]] Faults kills_and_stops() { return kills_and_stops_.faults(); }
  [[nodiscard]] Faults partitions() { return partitions_.faults(); }
  /// Every fault once; in a soak, as long as it lasts.
  ///
  /// @return what went wrong, or ""
  [[nodiscard]] QByteArray run(Faults all);

 private:
  [[nodiscard]] QByteArray wrong_after(const Fault& fault);
  [[nodiscard]] QByteArray wrong_at_the_end(int count);
  [[nodiscard]] bool lasts();
  [[nodiscard]] QByteArray older();
  [[nodiscard]] QByteArray difference();

  const bool is_long_ = soak().count() > 0;
  Landscape here_;
  unsigned seed_ = 0;
  std::mt19937 random_;
  KillsAndStops kills_and_stops_{here_, random_};
  Partitions partitions_{here_, random_};
};

/// What is served goes on for a while: a few reports of each agent, and up to 20 s of a soak.
inline bool Trial::lasts() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(is_long_ ? random_() % 20 : 0);
  do {
    if (!here_.fleet->goes_on(10)) return false;
    QCoreApplication::processEvents();
  } while (std::chrono::steady_clock::now() < end);
  return true;
}

/// The first row that is older than what was acknowledged, and what the services say of their rows.
inline QByteArray Trial::older() {
  const std::vector<long> rows = here_.stored(), wanted = here_.fleet->acknowledged();
  std::size_t i = 0;
  while (i < rows.size() && rows[i] >= wanted[i]) ++i;
  if (i == rows.size()) return i == wanted.size() ? "all is there now" : "rows are missing";
  long count = 0;
  for (std::size_t row = i; row < rows.size(); ++row) count += rows[row] < wanted[row] ? 1 : 0;
  const auto age = here_.session->run(
      "SELECT now() - collected_at FROM workspace_agent_metadata WHERE key = 'cpu' ORDER BY workspace_agent_id");
  std::ostringstream text;
  text << count << " rows are older, row " << i << " has " << rows[i] << " instead of " << wanted[i] << ", stamped "
       << age[i][0] << " ago";
  for (const auto& replica : here_.replicas)
    for (const char* const name :
         {"metadata_pending_entries", "metadata_rows_unmatched_total", "metadata_rows_stale_total"})
      text << ", " << name << " " << metric_of(*replica, name);
  return QByteArray::fromStdString(text.str());
}

/// Where watchers and the database differ, once nothing is reported any more. Watchers read
/// everything every 30 s, whatever they hear; the rest is for a busy machine.
inline QByteArray Trial::difference() {
  static constexpr auto kWatchersRead = std::chrono::seconds(30), kSlack = std::chrono::seconds(15);
  std::vector<long> rows, shown;
  const bool are_equal = becomes_so(
      [&] {
        rows = here_.stored();
        shown = here_.watchers->shown();
        return rows == shown;
      },
      kWatchersRead + kSlack);
  if (are_equal) return {};
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != shown[i])
      return "watcher " + QByteArray::number(static_cast<qulonglong>(i)) + " shows " +
             QByteArray::number(static_cast<qlonglong>(shown[i])) + ", the database has " +
             QByteArray::number(static_cast<qlonglong>(rows[i]));
  return "rows are missing";
}

/// @return what went wrong, or ""
inline QByteArray Trial::wrong_after(const Fault& fault) {
  if (!fault.begin()) return "it did not begin";
  if (fault.is_served && !lasts()) return "agents are not served meanwhile";
  if (fault.is_felt && !fault.is_felt()) return "it was not felt";
  if (fault.is_served && fault.keeps_everything) here_.fleet->pause();
  if (!fault.end()) return "it did not end, or was not felt";
  if (!fault.is_served || !fault.keeps_everything) {
    if (!here_.fleet->goes_on(3)) return "agents are not served afterwards";
    here_.fleet->pause();
  }
  if (!here_.becomes_written(here_.fleet->acknowledged())) return "what was acknowledged is not written: " + older();
  QByteArray wrong = difference();
  here_.watchers->move(random_() % 3, 3);
  here_.fleet->go_on();
  for (const auto& replica : here_.replicas) {
    if (replica->program().process.state() == QProcess::NotRunning) wrong = "a replica ended by itself";
    replica->program().seen_err.clear();
  }
  return wrong;
}

inline QByteArray Trial::run(Faults all) {
  if (!here_.fleet->goes_on(1)) return "agents are not served";
  qInfo("seed %u", seed_);
  const auto began = std::chrono::steady_clock::now();
  int count = 0;
  do {
    if (is_long_) std::shuffle(all.begin(), all.end(), random_);
    for (const Fault& fault : all) {
      const auto at = std::chrono::steady_clock::now();
      const QByteArray wrong = wrong_after(fault);
      ++count;
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - at);
      qInfo("%3d %s: %lld ms", count, fault.name, static_cast<long long>(took.count()));
      if (!wrong.isEmpty()) return QByteArray(fault.name) + ", seed " + QByteArray::number(seed_) + ": " + wrong;
    }
  } while (std::chrono::steady_clock::now() - began < soak());
  return wrong_at_the_end(count);
}

inline QByteArray Trial::wrong_at_the_end(int count) {
  const unsigned long long streams = here_.watchers->streams();
  here_.watchers.reset();
  here_.fleet->stop();
  for (const auto& replica : here_.replicas)
    if (!KillsAndStops::ends_well(*replica)) return "a replica does not end well";
  const std::vector<long> wanted = here_.fleet->acknowledged(), rows = here_.stored();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (rows[i] < wanted[i]) return "what was acknowledged last is not written";
  qInfo("%d faults under %zu agents and as many watchers, which opened %llu streams", count, wanted.size(), streams);
  return {};
}
