// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <chrono>
#include <deque>

#include "engine/engine.hpp"
#include "metabatch/batcher.hpp"
#include "metabatch/chunks.hpp"
#include "support/compare.hpp"
#include "support/draw.hpp"
#include "support/stepped_engine.hpp"

using namespace metabatch;
using namespace metabatch::oracle;
using namespace std::chrono_literals;

/// Three ways to do the same: the machine given whole reports, the machine given them item by item,
/// the engine with many shards driven by one thread. Batches and counters must be equal after every
/// step. METABATCH_SEED repeats a run.
class TestDifferential : public QObject {
  Q_OBJECT

 private slots:
  void machineItemsAndEngineAgree();
};

namespace {

constexpr std::uint64_t kSequences = 400;
constexpr std::size_t kOperations = 80;
constexpr std::uint64_t kSeed = 7;  // of hashes and jitter: the same for all three

class Triple {
 public:
  Triple(Choices& choices, std::string* log)
      : choices_(choices),
        draw_(choices),
        log_(log),
        config_(draw_.config()),
        clock_(rendezvous_, now_),
        store_(rendezvous_, clock_),
        machine_(Batcher::create(validated(config_).value(), now_, kSeed)),
        items_(Batcher::create(validated(config_).value(), now_, kSeed)) {
    engine::EngineOptions options;
    options.shards = std::size_t{1} << choices.below(5);
    options.seed = kSeed;
    engine_ = engine::Engine::create(validated(config_).value(), store_, options, clock_);
    note([&] { return "create " + show(config_) + " shards=" + std::to_string(options.shards); });
  }
  ~Triple() {
    if (batch_ != nullptr) store_.answer({});
    if (difference_.empty()) return;
    std::thread closer([this] { engine_->close(); });  // it differed: release the flusher, whatever it does
    while (rendezvous_.await_store_or_end()) store_.answer({});
    closer.join();
  }

  std::string drive();

 private:
  void add_report();
  void complete(const FlushOutcome& outcome);
  void reconfigure();
  void forget();
  void advance();
  void drain();
  void flush_last();
  void flush_when_due();
  void compare_batches();
  void compare();
  template <class Line>
  void note(Line line) {
    if (log_ != nullptr) log_->append(show(now_)).append("  ").append(line()).append("\n");
  }
  template <class T>
  void expect(const char* what, const T& machine, const T& other) {
    if (difference_.empty() && !(machine == other))
      difference_ = std::string(what) + ": machine " + show(machine) + ", other " + show(other);
  }

  Choices& choices_;
  Draw draw_;
  std::string* log_;
  Instant now_ = Instant(1h);
  Config config_;
  engine::Rendezvous rendezvous_;
  engine::SteppedClock clock_;
  engine::SteppedStore store_;
  Batcher machine_, items_;
  std::unique_ptr<engine::Engine> engine_;
  const Batch* batch_ = nullptr;  // of machine_, in flight
  const Batch* by_item_ = nullptr;
  std::string difference_;
};

std::string Triple::drive() {
  flush_when_due();
  for (std::size_t i = 0; i < kOperations && difference_.empty(); ++i) {
    if (choices_.one_in(3)) {
      advance();
      flush_when_due();
    }
    const std::uint32_t what = choices_.below(10);
    if (what < 6)
      add_report();
    else if (what < 9 && batch_ != nullptr)
      complete(draw_.outcome(batch_->entries.size()));
    else if (what == 9 && choices_.one_in(3))
      forget();
    else if (what == 9)
      reconfigure();
    flush_when_due();
    compare();
  }
  if (difference_.empty()) drain();
  return difference_;
}

void Triple::add_report() {
  const Uuid agent = draw_.agent();
  const std::deque<Text> texts = draw_.report();
  std::vector<std::string_view> keys, values, errors;
  std::vector<WallTime> times;
  Admission sum;
  for (const Text& text : texts) {
    const Update update{agent, text.key, text.value, text.error, text.collected_at};
    note([&] { return "  of a report: " + show(update); });
    const Admission one = items_.add(update, now_);
    sum += one;
    keys.push_back(text.key);
    values.push_back(text.value);
    errors.push_back(text.error);
    times.push_back(text.collected_at);
  }
  note([&] { return "add report of " + std::to_string(keys.size()); });
  const Report report{agent, keys, values, errors, times};
  const Admission admission = *machine_.add(report, now_);
  expect("admission item by item", admission, sum);
  expect("admission of the engine", admission, *engine_->add(report));
}

void Triple::complete(const FlushOutcome& outcome) {
  note([&] { return "complete " + show(outcome); });
  machine_.complete(batch_->id, outcome, now_);
  items_.complete(by_item_->id, outcome, now_);
  batch_ = nullptr;
  store_.answer(outcome);
}

void Triple::reconfigure() {
  const Config wanted = draw_.change(machine_.config());
  note([&] { return "reconfigure " + show(wanted); });
  const bool changed = machine_.reconfigure(wanted, now_).has_value();
  expect("reconfigured", changed, items_.reconfigure(wanted, now_).has_value());
  expect("engine reconfigured", changed, engine_->reconfigure(wanted).has_value());
}

void Triple::forget() {
  const Uuid agent = draw_.agent();
  note([&] { return "forget " + show(agent); });
  machine_.forget_written({&agent, 1}, now_);
  items_.forget_written({&agent, 1}, now_);
  engine_->forget_written({&agent, 1});
}

void Triple::advance() {
  const auto deadline = machine_.next_deadline();
  if (deadline && *deadline > now_ && choices_.one_in(2))
    now_ = *deadline;
  else
    now_ += draw_.step(machine_.config().interval);
  note([] { return std::string("time passes"); });
  clock_.set(now_);
}

// A driver of the machine takes at once; the flusher must come to the same by itself, and must not
// when there is nothing.
void Triple::flush_when_due() {
  if (!difference_.empty() || batch_ != nullptr) return;
  batch_ = machine_.take(now_);
  by_item_ = items_.take(now_);
  expect("a batch item by item", batch_ != nullptr, by_item_ != nullptr);
  const bool takes = choices_.one_in(2) && batch_ != nullptr ? rendezvous_.await_store() : rendezvous_.settle();
  expect("a batch of the engine", batch_ != nullptr, takes);
  if (difference_.empty() && batch_ != nullptr) compare_batches();
}

void Triple::compare_batches() {
  note([&] { return "  took " + show(*batch_); });
  expect("batch item by item", show(*batch_), show(*by_item_));
  std::vector<std::string> entries;
  for (const Update& entry : batch_->entries) entries.push_back(show(entry));
  if (difference_.empty() && entries != store_.entries()) {
    difference_ = "batch: machine " + show(*batch_) + "\n        engine";
    for (const std::string& entry : store_.entries()) difference_ += " " + entry + ";";
  }
  const auto chunks = encode_chunks(batch_->agents, static_cast<std::size_t>(machine_.config().max_payload_bytes));
  if (difference_.empty() && *chunks != store_.chunks()) difference_ = "chunks of " + show(*batch_);
}

void Triple::compare() {
  const engine::Snapshot snapshot = engine_->snapshot();
  const Counters counters = machine_.counters();
  expect("counters item by item", counters, items_.counters());
  expect("counters of the engine", counters, snapshot.counters);
  for (const Counters& part : snapshot.parts) expect("balanced", true, part.balanced());
  expect("room in entries, item by item", machine_.buffered_entries(), items_.buffered_entries());
  expect("room in entries", machine_.buffered_entries(), snapshot.buffered_entries);
  expect("room in bytes, item by item", machine_.buffered_bytes(), items_.buffered_bytes());
  expect("room in bytes", machine_.buffered_bytes(), snapshot.buffered_bytes);
  expect("deadline item by item", machine_.next_deadline(), items_.next_deadline());
  expect("figures of the flushes", machine_.metrics().flushes, snapshot.metrics.flushes);
  expect("config", machine_.config(), snapshot.config);
  expect("set apart", machine_.set_apart_entries(), snapshot.set_apart_entries);
  expect("some are set apart", machine_.set_apart_entries() > 0, snapshot.set_apart_age.has_value());
  expect("limit of a batch", machine_.batch_limit(), snapshot.batch_limit);
  std::optional<Instant> oldest;
  if (snapshot.oldest_age) oldest = now_ - *snapshot.oldest_age;
  expect("oldest", machine_.oldest(), oldest);
}

// A batch of the drain; or, where none is due, time passes until one is: an entry whose row was
// locked waits for its next round.
void Triple::flush_last() {
  batch_ = machine_.take(now_);
  by_item_ = items_.take(now_);
  expect("a last batch item by item", batch_ != nullptr, by_item_ != nullptr);
  if (batch_ == nullptr && machine_.finished(now_)) return;  // all that was held repeated what its rows have
  if (batch_ == nullptr) {
    rendezvous_.settle();  // the last flush ends by the clock that the machine's ended by
    now_ = *machine_.next_deadline();
    clock_.set(now_);
    rendezvous_.settle();  // the flusher may have read the clock before, and be about to sleep
    return;
  }
  expect("a last batch of the engine", true, rendezvous_.await_store());
  if (difference_.empty()) compare_batches();
  complete({});
}

// Not closed while a flush runs: either the closer or the flusher may come first.
void Triple::drain() {
  while (batch_ != nullptr && difference_.empty()) {
    complete({});
    flush_when_due();
  }
  note([] { return std::string("close"); });
  machine_.close(now_);
  items_.close(now_);
  std::thread closer([this] { engine_->close(); });
  rendezvous_.await_closing();  // its deadline counts from now, as the machine's does
  while (difference_.empty() && !machine_.finished(now_)) flush_last();
  while (!difference_.empty() && rendezvous_.await_store_or_end()) store_.answer({});  // release the flusher
  closer.join();
  expect("finished", machine_.finished(now_), engine_->snapshot().closed);
  compare();
}

std::string run(std::uint64_t seed, std::string* log) {
  Choices choices(seed);
  return Triple(choices, log).drive();
}

}  // namespace

void TestDifferential::machineItemsAndEngineAgree() {
  bool ok = false;
  std::uint64_t seed = qEnvironmentVariable("METABATCH_SEED").toULongLong(&ok);
  if (!ok) seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const qulonglong asked = qEnvironmentVariable("METABATCH_SEQUENCES").toULongLong(&ok);
  qInfo("METABATCH_SEED=%llu", static_cast<unsigned long long>(seed));
  for (std::uint64_t i = 0; i < (ok ? asked : kSequences); ++i) {
    const std::uint64_t one = seed + i * 0x632BE59BD9B4E019;
    if (run(one, nullptr).empty()) continue;
    std::string log;
    const std::string difference = run(one, &log);
    QFAIL(qPrintable(QString("METABATCH_SEED=%1, sequence %2\n").arg(seed).arg(i) +
                     QString::fromStdString(log + difference)));
  }
}

QTEST_GUILESS_MAIN(TestDifferential)
#include "tst_differential.moc"
