// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <chrono>
#include <map>

#include "support/driven.hpp"
#include "support/operations.hpp"

using namespace metabatch;
using namespace metabatch::driven;
using metabatch::oracle::Choices;

/// Several processes write one table, and each suppresses what it wrote before (specification,
/// "Unchanged values"). Beside them the same processes write another table without suppression.
/// METABATCH_SEED repeats a run.
class TestSeveralWriters : public QObject {
  Q_OBJECT

 private slots:
  void rowsAreHardlyOlderThanWithoutSuppression();
};

namespace {

constexpr std::size_t kWriters = 3, kAgents = 4, kKeys = 3;
constexpr Duration kInterval = 1s, kSuppress = 60s, kReportEvery = 1s;
constexpr Duration kLongestDelay = 2s;  // of a notification
constexpr Duration kLongestFlush = 900ms;
/// A value that another process overwrote is written again by the first report after the news of
/// it: a notification, a report, the tick, a flush that is in flight then, and its own.
constexpr Duration kBound = kLongestDelay + kReportEvery + 2 * kInterval + 2 * kLongestFlush + 3 * kReportEvery;

using RowId = std::pair<Uuid, std::string>;
struct Row {
  WallTime stamp = WallTime::min();
  std::string value;
};

struct Written {
  Uuid agent;
  std::string key, value;
  WallTime stamp;
};

class World {
 public:
  explicit World(Duration suppress) {
    Config config;
    config.interval = kInterval;
    config.batch_size = 5;
    config.suppress_unchanged = suppress;
    for (std::size_t i = 0; i < kWriters; ++i) writers_.emplace_back(Batcher::create(validated(config).value(), t0, i));
  }

  void add(std::size_t writer, const Update& update, Instant now) { writers_[writer].batcher.add(update, now); }

  /// `took`: how long a flush that begins now takes; `delay`: of the notifications of one that ends
  /// now.
  void advance(Instant now, Duration took, Duration delay) {
    for (std::size_t i = 0; i < kWriters; ++i) {
      Writer& writer = writers_[i];
      std::erase_if(writer.news, [&](const News& news) {
        if (news.at > now) return false;
        writer.batcher.forget_written({&news.agent, 1}, now);
        return true;
      });
      if (writer.ends && *writer.ends <= now) land(i, now, delay);
      if (writer.ends) continue;
      if (const Batch* batch = writer.batcher.take(now)) {
        for (const Update& entry : batch->entries)
          writer.flight.push_back({entry.agent, std::string(entry.key), std::string(entry.value), entry.collected_at});
        writer.id = batch->id;
        writer.ends = now + took;
      }
    }
  }

  std::map<RowId, Row> rows;
  std::uint64_t rows_written = 0;
  [[nodiscard]] std::uint64_t unchanged() const {
    std::uint64_t sum = 0;
    for (const Writer& writer : writers_) sum += writer.batcher.counters().unchanged;
    return sum;
  }

 private:
  struct News {
    Instant at;
    Uuid agent;
  };
  struct Writer {
    explicit Writer(Batcher a_batcher) : batcher(std::move(a_batcher)) {}
    Batcher batcher;
    std::vector<Written> flight;
    std::uint64_t id = 0;
    std::optional<Instant> ends;
    std::vector<News> news;
  };

  void land(std::size_t number, Instant now, Duration delay) {
    Writer& writer = writers_[number];
    FlushOutcome outcome;
    for (const Written& entry : writer.flight) {
      Row& row = rows[{entry.agent, entry.key}];
      const bool passes = row.stamp <= entry.stamp;
      outcome.fates.push_back(passes ? Fate::written : Fate::rows_stale);
      if (!passes) continue;
      row = {entry.stamp, entry.value};
      ++rows_written;
      for (std::size_t other = 0; other < kWriters; ++other)
        if (other != number) writers_[other].news.push_back({now + delay, entry.agent});
    }
    writer.batcher.complete(writer.id, outcome, now);
    writer.flight.clear();
    writer.ends.reset();
  }

  std::vector<Writer> writers_;
};

/// How long each row has differed from its twin, at most; and what both wrote.
struct Measured {
  Duration longest{};
  std::uint64_t with = 0, without = 0, unchanged = 0;
  bool ends_equal = true;
};

void compare(World& suppressing, const World& plain, Instant now, std::map<RowId, Instant>& differs,
             Measured& measured) {
  for (const auto& [id, row] : plain.rows) {
    if (suppressing.rows[id].value == row.value) {
      differs.erase(id);
    } else {
      measured.longest = std::max(measured.longest, now - differs.try_emplace(id, now).first->second);
    }
  }
}

Measured run(std::uint64_t seed) {
  Choices choices(seed);
  World suppressing(kSuppress), plain(0s);
  std::map<RowId, Instant> differs;
  Measured measured;
  Instant now = t0;
  const Duration step = 100ms;
  const int steps = 1500, quiet = 300;
  std::vector<std::size_t> home(kAgents, 0);
  for (int i = 0; i < steps; ++i, now += step) {
    const auto stamp = WallTime(std::chrono::microseconds(i));
    for (std::size_t a = 0; a < kAgents; ++a) {
      if (i % 10 != static_cast<int>(a)) continue;
      if (choices.one_in(6)) home[a] = choices.below(kWriters);  // agents move between the processes
      for (std::size_t k = 0; k < kKeys; ++k) {
        const std::string key = "key " + std::to_string(k);
        const bool settles = i > steps - quiet;  // at the end all values stay as they are
        const std::string value = settles ? "last" : std::to_string(choices.below(2));
        const Update update{agent(static_cast<std::uint32_t>(a)), key, value, "", stamp};
        suppressing.add(home[a], update, now);
        plain.add(home[a], update, now);
      }
    }
    const Duration took = kLongestFlush / 9 * choices.below(10), delay = kLongestDelay / 20 * choices.below(21);
    suppressing.advance(now, took, delay);
    plain.advance(now, took, delay);
    compare(suppressing, plain, now, differs, measured);
  }
  for (const auto& [id, row] : plain.rows) measured.ends_equal &= suppressing.rows[id].value == row.value;
  measured.with = suppressing.rows_written;
  measured.without = plain.rows_written;
  measured.unchanged = suppressing.unchanged();
  return measured;
}

}  // namespace

void TestSeveralWriters::rowsAreHardlyOlderThanWithoutSuppression() {
  bool ok = false;
  std::uint64_t seed = qEnvironmentVariable("METABATCH_SEED").toULongLong(&ok);
  if (!ok) seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  qInfo("METABATCH_SEED=%llu", static_cast<unsigned long long>(seed));
  Measured sum;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const Measured one = run(seed + i * 0x632BE59BD9B4E019);
    const std::string where = "run " + std::to_string(i) + " of the seed";
    QVERIFY2(one.longest <= kBound, (where + ": " + std::to_string(in_seconds(one.longest)) + " s").c_str());
    QVERIFY2(one.ends_equal, where.c_str());
    sum.with += one.with;
    sum.without += one.without;
    sum.unchanged += one.unchanged;
  }
  QVERIFY(sum.unchanged > 0);
  QVERIFY2(sum.with * 4 < sum.without * 3, "suppression saves something");
}

QTEST_GUILESS_MAIN(TestSeveralWriters)
#include "tst_several_writers.moc"
