// SPDX-License-Identifier: Apache-2.0
#include "support/operations.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "metabatch/batcher.hpp"
#include "support/compare.hpp"
#include "support/draw.hpp"
#include "support/oracle.hpp"

namespace metabatch::oracle {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLongestRest = 40s;  // a permission backoff, and a round of retries behind it

class Run {
 public:
  Run(Choices& choices, Coverage& coverage, std::string* log)
      : draw_(choices),
        choices_(choices),
        log_(log),
        config_(draw_.config()),
        oracle_(config_, now_, coverage),
        batcher_(Batcher::create(validated(config_).value(), now_, choices.below(1000))) {}

  std::optional<std::string> drive(std::size_t operations);

 private:
  void step();
  void add_one();
  void add_report();
  void take();
  void complete(bool well);
  void reconfigure();
  void forget();
  void close();
  void advance();
  void come_to_rest();
  void advance_to_deadline();
  void drain();
  void compare();
  void learn_backoff();
  void compare_deadline();
  template <class Line>
  void note(Line line) {
    if (log_ != nullptr) log_->append(show(now_)).append("  ").append(line()).append("\n");
  }
  template <class A, class B>
  void expect(std::string_view what, const A& machine, const B& model) {
    if (difference_.empty() && !(machine == model))
      difference_ = std::string(what) + ": machine " + show(machine) + ", oracle " + show(model);
  }
  Batcher& machine() { return batcher_; }

  Draw draw_;
  Choices& choices_;
  std::string* log_;
  Instant now_ = Instant(1h);
  Config config_;
  Oracle oracle_;
  Batcher batcher_;
  const Batch* batch_ = nullptr;
  std::string difference_;
};

std::optional<std::string> Run::drive(std::size_t operations) {
  note([&] { return "create " + show(config_); });
  compare();
  for (std::size_t i = 0; i < operations && difference_.empty() && !choices_.exhausted(); ++i) step();
  if (difference_.empty()) drain();
  if (difference_.empty()) return {};
  return difference_;
}

void Run::step() {
  if (choices_.below(3) == 0) advance();
  const std::uint32_t what = choices_.below(100);
  if (what < 30)
    add_one();
  else if (what < 50)
    add_report();
  else if (what < 74)
    take();
  else if (what < 91)
    complete(false);
  else if (what < 93)
    forget();
  else if (what < 99 || !choices_.one_in(2))
    reconfigure();
  else
    close();
  compare();
  if (choices_.one_in(64)) {
    Batcher moved = std::move(machine());
    machine() = std::move(moved);
  }
}

void Run::add_one() {
  Text text = draw_.text();
  const Update update{draw_.agent(), text.key, text.value, text.error, text.collected_at};
  note([&] { return "add " + show(update); });
  const Admission model = oracle_.add(update, now_);
  expect("admission", machine().add(update, now_), model);
  text.overwrite();
}

void Run::add_report() {
  const Uuid agent = draw_.agent();
  std::deque<Text> texts = draw_.report();
  std::vector<std::string_view> keys, values, errors;
  std::vector<WallTime> times;
  for (const Text& text : texts) {
    keys.push_back(text.key);
    values.push_back(text.value);
    errors.push_back(text.error);
    times.push_back(text.collected_at);
    note([&] { return "  of a report: " + show(Update{agent, text.key, text.value, text.error, text.collected_at}); });
  }
  switch (choices_.below(40)) {
    case 1: keys.emplace_back("one more"); break;
    case 2: values.emplace_back("one more"); break;
    case 3: errors.emplace_back("one more"); break;
    case 4: times.emplace_back(); break;
    default: break;
  }
  const Report report{agent, keys, values, errors, times};
  note([&] { return "add report of " + std::to_string(texts.size()); });
  const std::optional<Admission> model = oracle_.add(report, now_);
  const Result<Admission> answer = machine().add(report, now_);
  expect("report taken", answer.has_value(), model.has_value());
  if (difference_.empty() && model) expect("admission of a report", *answer, *model);
  if (difference_.empty() && !model) expect("error", answer.error().code == Errc::unequal_lists, true);
  for (Text& text : texts) text.overwrite();
}

void Run::take() {
  note([&] { return std::string("take"); });
  const Flight* model = oracle_.take(now_);
  const Batch* batch = machine().take(now_);
  expect("a batch was taken", batch != nullptr, model != nullptr);
  if (!difference_.empty() || batch == nullptr) return;
  batch_ = batch;
  note([&] { return "  took " + show(*batch); });
  difference_ = difference(*batch, *model);
}

void Run::complete(bool well) {
  if (!oracle_.flight() || (!well && choices_.one_in(20))) {
    note([&] { return std::string("complete an unknown batch"); });
    const std::uint64_t unknown = oracle_.flight() ? oracle_.flight()->id + 1 : choices_.below(3);
    oracle_.complete(unknown, {}, now_);
    machine().complete(unknown, {}, now_);
    return;
  }
  difference_ = difference(*batch_, *oracle_.flight());  // adds continued meanwhile: it must not have moved
  const std::uint64_t id = batch_->id;
  const FlushOutcome outcome = well ? FlushOutcome{} : draw_.outcome(batch_->entries.size());
  note([&] { return "complete " + show(outcome); });
  oracle_.complete(id, outcome, now_);
  machine().complete(id, outcome, now_);
  batch_ = nullptr;
}

void Run::reconfigure() {
  const Config wanted = draw_.change(oracle_.config());
  note([&] { return "reconfigure " + show(wanted); });
  const bool model = oracle_.reconfigure(wanted, now_);
  expect("reconfigured", machine().reconfigure(wanted, now_).has_value(), model);
}

void Run::forget() {
  if (choices_.one_in(3)) {
    note([&] { return std::string("forget all"); });
    oracle_.forget_all(now_);
    machine().forget_written(now_);
    return;
  }
  const Uuid agent = draw_.agent();
  note([&] { return "forget " + show(agent); });
  oracle_.forget(agent, now_);
  machine().forget_written({&agent, 1}, now_);
}

void Run::close() {
  note([&] { return std::string("close"); });
  oracle_.close(now_);
  machine().close(now_);
}

void Run::advance() {
  if (const auto deadline = oracle_.deadline(now_); deadline && choices_.one_in(2)) {
    const Duration off(static_cast<std::int64_t>(choices_.below(3)) - 1);
    now_ = std::max(now_, *deadline + off);
  } else {
    now_ += draw_.step(oracle_.config().interval);
  }
}

// From here on every flush succeeds. Then all buffered entries must be written within a bound,
// without a close.
void Run::come_to_rest() {
  const Instant bound = now_ + kLongestRest + 2 * oracle_.config().interval;
  if (oracle_.closing_until()) return;
  for (int i = 0; i < 4000 && difference_.empty() && oracle_.counters().held() > 0; ++i) {
    if (oracle_.flight())
      complete(true);
    else if (const auto deadline = oracle_.deadline(now_); deadline && *deadline <= now_)
      take();
    else
      advance_to_deadline();
    compare();
    if (difference_.empty() && now_ > bound)
      difference_ = "not written by " + show(bound) + ": " + show(machine().counters());
  }
  expect("held at rest", machine().counters().held(), std::uint64_t{0});
}

void Run::advance_to_deadline() {
  const auto deadline = oracle_.deadline(now_);
  now_ = deadline ? std::max(now_, *deadline) : now_ + oracle_.config().interval;
}

void Run::drain() {
  come_to_rest();
  if (!difference_.empty()) return;
  close();
  compare();
  for (int i = 0; i < 1000 && difference_.empty() && !oracle_.finished(now_); ++i) {
    if (oracle_.flight())
      complete(true);
    else if (oracle_.is_due(now_))
      take();
    else
      advance();
    compare();
  }
  expect("finished", machine().finished(now_), oracle_.finished(now_));
}

void Run::learn_backoff() {
  const auto& backoff = oracle_.backoff();
  if (!difference_.empty() || !backoff || backoff->end) return;
  const auto end = machine().backoff_end();
  expect("a backoff has an end", end.has_value(), true);
  if (end && !oracle_.learn_backoff_end(*end)) expect("end of the backoff, earliest", *end, backoff->earliest);
}

void Run::compare_deadline() {
  const std::optional<Instant> machines = machine().next_deadline();
  if (oracle_.closing_until() && now_ >= *oracle_.closing_until()) return;  // take() checks it
  const std::optional<Instant> model = oracle_.deadline(now_);
  if (model && *model <= now_) return expect("due now", machines && *machines <= now_, true);
  expect("deadline", machines, model);
}

void Run::compare() {
  if (difference_.empty() && !oracle_.learn_retry(machine().set_apart_retry()))
    difference_ = "the next round of retries: machine " + show(machine().set_apart_retry());
  learn_backoff();
  compare_deadline();
  expect("counters", machine().counters(), oracle_.counters());
  expect("balanced", machine().counters().balanced(), true);
  expect("room in entries", machine().buffered_entries(), oracle_.buffered_entries());
  expect("room in bytes", machine().buffered_bytes(), oracle_.buffered_bytes());
  expect("set apart", machine().set_apart_entries(), oracle_.set_apart_entries());
  expect("limit of a batch", machine().batch_limit(), oracle_.batch_limit());
  expect("oldest", machine().oldest(), oracle_.oldest());
  expect("finished", machine().finished(now_), oracle_.finished(now_));
  expect("config", machine().config(), oracle_.config());
  const Metrics& metrics = machine().metrics();
  FlushCounters figures = metrics.flushes;
  figures.examined = figures.repeated = 0;  // of a sample
  expect("figures of the flushes", figures, oracle_.flushes);
  expect("attempts", metrics.batch_utilization.count(), oracle_.utilization_count);
  expect("entries attempted", metrics.batch_utilization.sum(), static_cast<double>(oracle_.utilization_sum));
  expect("sizes", metrics.batch_size.sum(), static_cast<double>(oracle_.flushes.flushed_entries));
  expect("delays", metrics.delay.count(), oracle_.delays);
  expect("longest delay", metrics.delay.max(), oracle_.longest_delay);
}

}  // namespace

std::uint32_t Choices::below(std::uint32_t n) {
  if (!seeded_) {
    const std::uint32_t high = n > 256 ? byte() << 8 : 0;
    return (high | byte()) % n;
  }
  state_ += 0x9E3779B97F4A7C15;  // splitmix64
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::uint32_t>(((z ^ (z >> 31)) >> 32) % n);
}

std::optional<std::string> run_operations(Choices choices, Coverage& coverage, std::size_t operations) {
  Choices again = choices;
  if (!Run(choices, coverage, nullptr).drive(operations)) return {};
  std::string log;  // the same run again, with a log
  Coverage unused;
  const std::optional<std::string> what = Run(again, unused, &log).drive(operations);
  return log + what.value_or("it differed, but not when repeated");
}

}  // namespace metabatch::oracle
