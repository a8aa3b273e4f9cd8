// SPDX-License-Identifier: Apache-2.0
// Batches of many megabytes: the work of sending grows with the size and not with its square, and a
// flush adds little memory to what is buffered.
#include <QTest>
#include <algorithm>
#include <fstream>
#include <memory>

#include "engine/engine.hpp"
#include "support/cost/heap.hpp"
#include "support/cost/processor_time.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr auto kPatience = 120s;

/// Bytes of a line of /proc/self/status: VmRSS, or VmHWM, its maximum.
std::size_t status_bytes(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1)) * 1024;
  return 0;
}

/// Sets VmHWM back to VmRSS.
void forget_maximum() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace

class TestPgLargeBatches : public QObject, protected PgScene {
  Q_OBJECT

  Duration time_to_send(std::size_t value_bytes) {
    Entries entries;
    const std::string value(value_bytes, 'x');
    for (std::size_t agent = 1; agent <= 50; ++agent)
      for (std::size_t key = 0; key < 20; ++key) entries.add(agent_number(agent), key_number(key), value);
    PgStore store(options());
    const std::vector<Update> sorted = entries.sorted();
    const Duration before = processor_time();
    const FlushOutcome outcome = store.flush(sorted, entries.chunks());
    const Duration took = processor_time() - before;
    if (counts(outcome, 1000)[Fate::written] != 1000) qFatal("%s", outcome.message.c_str());
    return took;
  }

 private slots:
  void initTestCase() { start(); }
  void cleanupTestCase() { end(); }

  // Sent in one piece, four times the bytes took sixteen times the processor time, more than 2 s.
  void sendingGrowsWithTheSizeOnly() {
    make_table(50, 20);
    (void)time_to_send(15'000);
    const Duration small = time_to_send(15'000), large = time_to_send(60'000);
    QVERIFY2(large < std::max<Duration>(8 * small, 500ms),
             qPrintable(QString("15 MB: %1 ms, 60 MB: %2 ms").arg(small / 1ms).arg(large / 1ms)));
  }

  void aFlushAddsAFewTimesItsBatchToMemory() {
    constexpr std::size_t kBatchBytes = 4 * kMiB;
    make_table(60, 40);
    PgSession other(cluster_->address());
    other.run("BEGIN; LOCK TABLE workspace_agent_metadata");
    PgOptions store_options = options();
    store_options.timeouts.lock = 200ms;
    PgStore store(store_options);
    Config config;
    config.batch_size = 100'000;
    config.batch_bytes = kBatchBytes;
    config.interval = 5min;
    const auto engine = engine::Engine::create(validated(config).value(), store);
    const std::string value(32'000, 'x');
    for (std::size_t agent = 1; agent <= 60; ++agent)
      for (std::size_t key = 0; key < 40; ++key)
        engine->add(Update{agent_number(agent), key_number(key), value, {}, engine::system_clock().wall_now()});
    QCOMPARE(engine->snapshot().buffered_entries, std::uint64_t{2400});
    forget_maximum();
    const std::size_t before = status_bytes("VmHWM");
    other.run("COMMIT");
    QVERIFY(engine->wait_until_empty(engine::system_clock().now() + kPatience));
    const std::size_t added = status_bytes("VmHWM") - before;
    QCOMPARE(engine->snapshot().counters.written, std::uint64_t{2400});
    QVERIFY(engine->snapshot().counters.balanced());
    const bool keeps_freed = metabatch::tests::bytes_in_use() == 0;  // a sanitizer does
    QVERIFY2(keeps_freed || added <= 4 * kBatchBytes, qPrintable(QString("%1 bytes beside 77 MB buffered").arg(added)));
  }
};

QTEST_GUILESS_MAIN(TestPgLargeBatches)
#include "tst_pg_large_batches.moc"
