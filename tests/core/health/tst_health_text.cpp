// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <limits>

#include "core/health/sampled_machine.hpp"
#include "health/json.hpp"

using namespace metabatch;
using namespace metabatch::tests;
namespace health = metabatch::health;
using health::Code;

namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

class HealthTextTest : public QObject {
  Q_OBJECT
 private slots:
  void everyCodeHasItsSentence_data();
  void everyCodeHasItsSentence();
  void everyCodeHasNamesAndAState();
  void adviceIsASetting();
  void jsonHasEveryNumberByName();
};

void HealthTextTest::everyCodeHasItsSentence_data() {
  QTest::addColumn<health::Finding>("finding");
  QTest::addColumn<QString>("headline");
  QTest::addColumn<QString>("sentence");
  const auto row = [](health::Finding finding, const char* headline, const char* sentence) {
    QTest::addRow("%s: %s", health::name_of(finding.code).data(), headline) << finding << headline << sentence;
  };
  constexpr auto none = FailureClass::none;
  row({Code::unreachable, {12}, none, "connection refused"}, "No answer for 12 s",
      "No answer for 12 s: connection refused. All figures are as old.");
  row({Code::measuring, {0.5}}, "Measuring", "Measuring: the window is 500 ms long.");
  row({Code::not_writing, {80, 84, 54'000, 120}, FailureClass::connection, "connection refused\nIs it running?"},
      "Not writing for 80 s",
      "Not writing for 80 s (connection refused); oldest value 84 s old; 54,000 held, the buffer is full in 2 min.");
  row({Code::not_writing, {125, 130, 100'000, 0}, FailureClass::disk}, "Not writing for 2 min",
      "Not writing for 2 min (disk); oldest value 2 min old; 100,000 held, the buffer is full.");
  row({Code::not_writing_paused, {11, 16, 9'000, kNever}}, "Flushing is paused for 11 s",
      "Flushing is paused for 11 s; oldest value 16 s old; 9,000 held, the buffer does not grow.");
  row({Code::dropped_full, {1'203, 30, 100'000, 110'000}}, "Losing: 1,203 updates dropped",
      "1,203 updates dropped in 30 s: the buffer of 100,000 entries is full. Find out why writing is slow; a queue "
      "capacity of 110,000 would have held them.");
  row({Code::dropped_full_bytes, {1, 30, 268'435'456, 536'870'912}}, "Losing: 1 update dropped",
      "1 update dropped in 30 s: the buffer of 256 MiB is full. Find out why writing is slow, or raise queue bytes to "
      "512 MiB.");
  row({Code::dropped_fifo, {40, 30, 2'500}}, "Losing: 40 updates dropped",
      "40 updates dropped in 30 s: the fifo queue of 2,500 slots was full while a flush was in flight. The queue "
      "policy "
      "coalesce gives repeats of a key no slot.");
  row({Code::dropped_agent_full, {6'000, 30, 1'024}}, "Losing: 6,000 updates dropped",
      "6,000 updates dropped in 30 s: one agent holds the 1,024 keys that it may hold. Other agents are not affected.");
  row({Code::dropped_closed, {2, 30}}, "Losing: 2 updates refused",
      "2 updates refused in 30 s: the batcher is closed.");
  row({Code::discarded, {500, 30}, FailureClass::timeout}, "Losing: 500 updates discarded",
      "500 updates discarded in 30 s after failed flushes (timeout). With on-failure retain they would be kept and "
      "written later.");
  row({Code::quarantined, {1, 30}, none, "value too long"}, "Losing: 1 value refused",
      "1 value refused by the database in 30 s (value too long). They are quarantined; the other entries are written.");
  row({Code::behind_batch, {900, 333, 4'500}}, "Falling behind: 900/s arrive, 333/s are written",
      "900/s arrive, 333/s are written. Batches of 4,500 entries would keep up.");
  row({Code::behind_small, {900, 333, 4'500, 5}}, "Falling behind: 900/s arrive, 333/s are written",
      "900/s arrive, 333/s are written. Batches of 4,500 entries would need one flush in 5 s.");
  row({Code::behind_database, {900, 333, 1.5}}, "Falling behind: 900/s arrive, 333/s are written",
      "900/s arrive, 333/s are written. The database is the limit: a flush takes 1.5 s.");
  row({Code::flushes_failing, {3}, FailureClass::permission}, "Flushes fail, 3 in a row",
      "Flushes fail, 3 in a row (permission). What was not written is kept and retried.");
  row({Code::flush_failures, {1, 55, 30}}, "1 of 55 flushes failed",
      "1 of 55 flushes failed in 30 s; the last one succeeded.");
  row({Code::table_emptied, {500}}, "The table was emptied",
      "The table was emptied: no row matched where rows matched before. Register the agents again.");
  row({Code::publish_errors, {7, 30}}, "Watchers are not notified",
      "Watchers are not notified: 7 notifications could not be published in 30 s. They see changes when they read "
      "again.");
  row({Code::not_listening}, "The listener is not connected",
      "The listener is not connected: watchers are not notified and read again every few seconds.");
  row({Code::rows_stale, {54, 55, 30, 60}}, "A clock is wrong: 54 of 55 entries are older than their rows",
      "54 of 55 entries were older than what the database holds: a clock is wrong (this host's is 60 s behind the "
      "newest "
      "row).");
  row({Code::rows_stale, {54, 55, 30, kNotKnown}}, "A clock is wrong: 54 of 55 entries are older than their rows",
      "54 of 55 entries were older than what the database holds: a clock is wrong.");
  row({Code::unmatched, {12, 900, 30}}, "12 of 900 entries found no row",
      "12 of 900 entries found no row: those agents or keys are not registered.");
  row({Code::locked, {12, 40}, none, "14:03:12"}, "12 entries wait for locked rows",
      "12 entries wait for rows that somebody has locked since 14:03:12. All others are written.");
  row({Code::locked, {1, 40}}, "1 entry waits for locked rows",
      "1 entry waits for a row that somebody has locked for 40 s. All others are written.");
  row({Code::rows_in_future, {15, 3'600}}, "15 rows are dated in the future",
      "15 rows are dated up to 60 min ahead of the server's clock: newer values are refused until then.");
  row({Code::buffer_nearly_full, {0.82, 82'000, 100'000, 20}}, "The buffer is 82 % full",
      "The buffer is 82 % full: 82,000 entries of 100,000; the buffer is full in 20 s.");
  row({Code::notify_queue, {0.62}}, "The notification queue is 62 % full",
      "The notification queue of the server is 62 % full: a session listens and stays in a transaction.");
  row({Code::paused, {9'000}}, "Flushing is paused", "Flushing is paused: 9,000 held, nothing is written.");
  row({Code::closing, {9'000}}, "Closing", "Closing: 9,000 held that the final flush writes.");
  row({Code::spool_waiting, {3}}, "3 updates of an earlier run are not written yet",
      "The spool holds 3 updates of an earlier run that are not written yet.");
  row({Code::idle, {30}}, "Idle: no updates arrive", "No updates arrived in 30 s.");
  row({Code::database_decides, {31'000}}, "Writing 31,000 entries/s",
      "The database decides: 31,000 entries/s are written, and the input waits for it.");
  row({Code::capacity_decides, {500, 0.5556, 5, 4'500, 1.8, 0.2}}, "All is well: the batch size decides",
      "The batch size decides: 500 entries arrive in 556 ms, before the interval of 5 s is over. Batches of 4,500 "
      "would "
      "need 0.2 flushes a second instead of 1.8.");
  row({Code::largest_batch, {100'000, 1, 5}}, "All is well: the batch size decides",
      "The batch size decides: 100,000 entries arrive in 1 s. No larger batch is allowed that would last for the "
      "interval "
      "of 5 s.");
  row({Code::interval_decides, {4'500, 5, 5'000, 0.2, 10, 0.18}}, "All is well: the interval decides",
      "The interval decides: about 4,500 entries arrive in 5 s, fewer than the batch size of 5,000. An interval of 10 "
      "s "
      "would need 0.18 flushes a second instead of 0.2, and values would be up to 10 s old.");
  row({Code::interval_decides, {4'500, 5, 5'000, 0.2, 0, 0}}, "All is well: the interval decides",
      "The interval decides: about 4,500 entries arrive in 5 s, fewer than the batch size of 5,000.");
  row({Code::values_repeat, {0.63, 60}}, "63 % of the values repeat",
      "63 % of the entries repeated the value that was written less than 1m before: --suppress-unchanged 1m would not "
      "write them.");
  row({Code::values_left_out, {0.8, 10}}, "80 % of the values are left out",
      "80 % of the entries repeated the value that was written less than 10s before, and were left out.");
}

void HealthTextTest::everyCodeHasItsSentence() {
  QFETCH(health::Finding, finding);
  QFETCH(QString, headline);
  QFETCH(QString, sentence);
  QCOMPARE(QString::fromStdString(health::headline(finding)), headline);
  QCOMPARE(QString::fromStdString(health::describe(finding)), sentence);
}

void HealthTextTest::everyCodeHasNamesAndAState() {
  health::State last = health::State::unknown;
  for (std::size_t i = 0; i < health::kCodes; ++i) {
    const auto code = static_cast<Code>(i);
    QVERIFY(health::name_of(code) != "?");
    QVERIFY2(health::state_of(code) >= last, "codes are ordered from bad to good");
    last = health::state_of(code);
    health::Finding finding{code, {}};
    QVERIFY(!health::describe(finding).empty());
    QVERIFY(!health::headline(finding).empty());
  }
}

void HealthTextTest::adviceIsASetting() {
  Machine machine;
  machine.run(60s, well);
  const Config& running = machine.sample.config;
  const auto batch = health::advised(machine.assess().first(), running);
  QVERIFY(batch && batch->batch_size == 4'500);
  const auto interval = health::advised({Code::interval_decides, {1, 5, 500, 1, 10, 1}}, running);
  QVERIFY(interval && interval->interval == 10s);
  QVERIFY(!health::advised({Code::interval_decides, {1, 5, 500, 1, 0, 0}}, running));
  QVERIFY(!health::advised({Code::not_writing, {80}}, running));
  // A buffer smaller than a batch would be refused.
  QCOMPARE(health::advised({Code::dropped_full, {5, 30, 1, 200}}, running)->queue_capacity, 500);
  const auto large = health::advised({Code::behind_batch, {9, 1, 100'000}}, running);
  QVERIFY(large && validated(*large).has_value());
  Config small = running;
  small.queue_capacity = 500;
  QVERIFY(validated(*health::advised({Code::behind_batch, {9, 1, 100'000}}, small)).has_value());
}

void HealthTextTest::jsonHasEveryNumberByName() {
  Machine machine;
  QCOMPARE(
      health::to_json(machine.assess()),
      "{\"state\":\"unknown\",\"headline\":\"Measuring\",\"window\":\"start\",\"span_s\":0,"
      "\"span\":\"since the start, 0 s\",\"saved\":null,\"per_second\":{\"updates\":0,\"written\":0,\"flushes\":0,"
      "\"failures\":0,\"notifies\":0,\"unbatched\":0},\"findings\":[{\"code\":\"measuring\",\"severity\":\"notice\","
      "\"numbers\":{\"span_s\":0},\"failure\":\"none\",\"detail\":\"\",\"headline\":\"Measuring\","
      "\"text\":\"Measuring: the window is 0 s long.\"}]}");
  machine.run(60s, [](auto& s) {
    arrive(s, 0, 0);
    fail(s, 60s);
    s.counters.pending = s.counters.offered = 5;
    s.now.failure_detail = "say \"no\"";
  });
  const std::string json = health::to_json(machine.assess());
  QVERIFY(json.find("\"full_in_s\":null") != std::string::npos);
  QVERIFY(json.find("\"detail\":\"say \\\"no\\\"\"") != std::string::npos);
}

QTEST_APPLESS_MAIN(HealthTextTest)
#include "tst_health_text.moc"
