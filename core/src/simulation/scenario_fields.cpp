// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_fields.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/enum_names.hpp"
#include "simulation/scenario_text.hpp"

namespace metabatch {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kStarts[] = {"spread", "random", "together"};
constexpr std::string_view kShapes[] = {"fixed", "uniform", "exponential", "lognormal"};
constexpr std::string_view kClasses[] = {"connection", "deadlock",   "serialization", "timeout",
                                         "data",       "permission", "disk",          "other"};
constexpr std::string_view kQueues[] = {"coalesce", "fifo"};
constexpr std::string_view kSchedules[] = {"fixed", "after_flush", "linger", "reset"};
constexpr std::string_view kTies[] = {"keep_first", "keep_last"};
constexpr std::string_view kOnFailure[] = {"retain", "discard"};

constexpr std::string_view kFaultLists[] = {"store.outages", "store.slow", "store.locked", "store.refused",
                                            "store.cut-off"};
static_assert(std::size(kFaultLists) == kFaults);

template <Fault fault>
std::vector<Window>& windows_in(Scenario& scenario) {
  return windows_of(scenario.store, fault);
}

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kItems = 64;  // of a list
constexpr Duration kDay = 24h;
constexpr Duration kLongest = 366 * kDay;

// One accessor pair a field. A field of the scenario is named by what follows `s.`.
#define METABATCH_NUMBER(path)                                         \
  [](const Scenario& s) { return static_cast<std::int64_t>(s.path); }, \
      [](Scenario& s, std::int64_t n) { s.path = static_cast<decltype(s.path)>(n); }
#define METABATCH_TIME(path)                                        \
  [](const Scenario& s) -> std::int64_t { return s.path.count(); }, \
      [](Scenario& s, std::int64_t n) { s.path = Duration(n); }

struct Range {
  std::int64_t least, most;
};

constexpr ScenarioField number(std::string_view name, std::string_view flag, Range range, std::string_view help) {
  return {name, flag, FieldKind::integer, range.least, range.most, {}, ListKind::none, false, help};
}
constexpr ScenarioField time(std::string_view name, std::string_view flag, Duration least, Duration most,
                             std::string_view help) {
  return {name, flag, FieldKind::duration, least.count(), most.count(), {}, ListKind::none, false, help};
}
constexpr ScenarioField share(std::string_view name, std::string_view flag, std::string_view help) {
  return {name, flag, FieldKind::share, 0, kMillion, {}, ListKind::none, false, help};
}
constexpr ScenarioField choice(std::string_view name, std::string_view flag, std::span<const std::string_view> choices,
                               std::string_view help) {
  const auto most = static_cast<std::int64_t>(choices.size()) - 1;
  return {name, flag, FieldKind::choice, 0, most, choices, ListKind::none, false, help};
}
constexpr ScenarioField list(std::string_view name, std::string_view flag, ListKind kind, std::string_view help) {
  return {name, flag, FieldKind::list, 0, kItems, {}, kind, false, help};
}
constexpr ScenarioField setting(ScenarioField field) {
  field.flag = field.name;
  field.is_setting = true;
  return field;
}

const FieldAccess kFields[] = {
    {time("duration", "for", 1ms, kLongest, "Virtual time that is simulated; then the batcher closes and drains."),
     METABATCH_TIME(duration)},
    {number("seed", "seed", {0, std::numeric_limits<std::int64_t>::max()},
            "The same seed gives the same run, to the byte of the event log."),
     METABATCH_NUMBER(seed)},
    {number("replicas", "replicas", {1, 64}, "Batchers side by side; each agent reports to one of them."),
     METABATCH_NUMBER(replicas)},
    {time("sample-every", "sample-every", 0ns, kDay,
          "How often the timeline takes a sample; 0: chosen by the duration."),
     METABATCH_TIME(sample_every)},
    {list("changes", "change", ListKind::setting_changes,
          "Settings that change while it runs, such as 10m:batch-size=5000."),
     nullptr, nullptr},

    {number("fleet.agents", "agents", {0, 1'000'000}, "Agents that report from the start."),
     METABATCH_NUMBER(fleet.agents)},
    {number("fleet.keys", "keys", {1, 9999}, "Keys in each report."), METABATCH_NUMBER(fleet.keys)},
    {time("fleet.every", "every", 1ms, kDay, "Time between two reports of an agent."), METABATCH_TIME(fleet.every)},
    {time("fleet.jitter", "jitter", 0ns, kDay,
          "Each report comes up to this much later than its time; not said: 2 % of the interval."),
     [](const Scenario& s) -> std::int64_t { return jitter_of(s.fleet).count(); },
     [](Scenario& s, std::int64_t n) { s.fleet.jitter = Duration(n); }},
    {choice("fleet.start", "start", kStarts, "First reports: evenly over one interval, at random, or all together."),
     METABATCH_NUMBER(fleet.start)},
    {number("fleet.key-bytes", "key-bytes", {5, 127}, "Length of each key."), METABATCH_NUMBER(fleet.key_bytes)},
    {number("fleet.value-bytes-least", "value-bytes-least", {0, 2048}, "Length of the shortest values."),
     METABATCH_NUMBER(fleet.value_bytes_least)},
    {number("fleet.value-bytes-most", "value-bytes-most", {0, 2048}, "Length of the longest values."),
     METABATCH_NUMBER(fleet.value_bytes_most)},
    {share("fleet.unchanged", "unchanged", "Share of reports that repeat the values of the one before."),
     METABATCH_NUMBER(fleet.unchanged)},
    {time("fleet.burst-every", "burst-every", 0ns, kDay, "Time between two bursts of extra reports; 0: none."),
     METABATCH_TIME(fleet.burst_every)},
    {share("fleet.burst-share", "burst-share", "Share of the agents that take part in a burst."),
     METABATCH_NUMBER(fleet.burst_share)},
    {number("fleet.burst-reports", "burst-reports", {1, 1000}, "Extra reports of each agent in a burst."),
     METABATCH_NUMBER(fleet.burst_reports)},
    {list("fleet.changes", "fleet-change", ListKind::fleet_changes,
          "Agents that join or leave at an instant, such as 10m+200, 20m-100."),
     nullptr, nullptr},
    {time("fleet.stay", "stay", 0ns, kLongest, "Mean time an agent reports before it goes away; 0: for ever."),
     METABATCH_TIME(fleet.stay)},
    {time("fleet.away", "away", 0ns, kLongest, "Mean time an agent that went away stays away."),
     METABATCH_TIME(fleet.away)},
    {share("fleet.late", "late", "Share of reports that arrive late, with the stamp of when they were sent."),
     METABATCH_NUMBER(fleet.late)},
    {share("fleet.duplicates", "duplicates", "Share of reports that arrive twice, with the same stamp."),
     METABATCH_NUMBER(fleet.duplicates)},
    {time("fleet.late-by", "late-by", 0ns, 1h, "How much later these arrive at most."), METABATCH_TIME(fleet.late_by)},
    {share("fleet.unregistered", "unregistered", "Share of agents without rows in the table."),
     METABATCH_NUMBER(fleet.unregistered)},

    {choice("store.latency.shape", "latency", kShapes, "How the time of a flush is spread."),
     METABATCH_NUMBER(store.latency.shape)},
    {time("store.latency.p50", "latency-p50", 0ns, 1h, "Half of the flushes are done after this time."),
     METABATCH_TIME(store.latency.p50)},
    {time("store.latency.p99", "latency-p99", 0ns, 1h, "99 of 100 flushes are done after this time."),
     METABATCH_TIME(store.latency.p99)},
    {time("store.row-cost", "row-cost", 0ns, 1s, "Time added for each entry of a flush."),
     METABATCH_TIME(store.row_cost)},
    {share("store.failures", "failures", "Share of flushes that fail."), METABATCH_NUMBER(store.failures)},
    {choice("store.failure-class", "failure-class", kClasses, "How they fail: it decides how long the retry waits."),
     [](const Scenario& s) { return static_cast<std::int64_t>(s.store.failure_class) - 1; },
     [](Scenario& s, std::int64_t n) { s.store.failure_class = static_cast<FailureClass>(n + 1); }},
    {list(kFaultLists[0], "outage", ListKind::windows, "Times without a database, such as 60s+60s (begin+length)."),
     nullptr, nullptr, windows_in<Fault::away>},
    {time("store.outage-answer", "outage-answer", 0ns, 1h, "How long a flush takes to find the database away."),
     METABATCH_TIME(store.outage_answer)},
    {list(kFaultLists[1], "slow", ListKind::windows, "Times of a slow database, such as 5m+2m (begin+length)."),
     nullptr, nullptr, windows_in<Fault::slow>},
    {number("store.slow-factor", "slow-factor", {1, 1000}, "How many times as long flushes take then."),
     METABATCH_NUMBER(store.slow_factor)},
    {share("store.publish-failures", "publish-failures", "Share of chunks that cannot be published."),
     METABATCH_NUMBER(store.publish_failures)},
    {list(kFaultLists[2], "locked", ListKind::windows,
          "Times in which somebody holds the lock of one row, such as 60s+60s (begin+length)."),
     nullptr, nullptr, windows_in<Fault::locked_row>},
    {list(kFaultLists[3], "refused", ListKind::windows,
          "Times in which the database refuses the values of one row in a hundred."),
     nullptr, nullptr, windows_in<Fault::refused_values>},
    {list(kFaultLists[4], "cut-off", ListKind::windows, "Times in which watchers cannot be notified."), nullptr,
     nullptr, windows_in<Fault::cut_off>},

    {setting(number("batch-size", {}, {0, kMaxBatchSize}, "Entries that make a batch due at once; 0: 500.")),
     METABATCH_NUMBER(config.batch_size)},
    {setting(time("interval", {}, 0ns, kMaxInterval, "How long entries wait at most; 0: 5s.")),
     METABATCH_TIME(config.interval)},
    {setting(choice("queue", {}, kQueues, "Where updates wait while a flush is in flight.")),
     METABATCH_NUMBER(config.queue)},
    {setting(number("queue-capacity", {}, {0, kMaxQueueCapacity},
                    "Capacity: entries held (coalesce) or slots of the queue (fifo); 0: 100,000, or 5 batches.")),
     METABATCH_NUMBER(config.queue_capacity)},
    {setting(number("batch-bytes", {}, {0, kMaxQueueBytes},
                    "Bytes of keys, values and errors that end a batch; 0: 16 MiB.")),
     METABATCH_NUMBER(config.batch_bytes)},
    {setting(
         number("agent-capacity", {}, {0, kMaxQueueCapacity}, "Distinct keys of one agent that are held; 0: 1024.")),
     METABATCH_NUMBER(config.agent_capacity)},
    {setting(
         number("queue-bytes", {}, {0, kMaxQueueBytes}, "Capacity in bytes of keys, values and errors; 0: 256 MiB.")),
     METABATCH_NUMBER(config.queue_bytes)},
    {setting(time("suppress-unchanged", {}, 0ns, kMaxSuppressUnchanged,
                  "How long an equal value of a key is not written again; 0: off.")),
     METABATCH_TIME(config.suppress_unchanged)},
    {setting(number("suppress-capacity", {}, {0, kMaxSuppressCapacity},
                    "Keys whose values are remembered for that; 0: 1,000,000.")),
     METABATCH_NUMBER(config.suppress_capacity)},
    {setting(choice("schedule", {}, kSchedules, "From when the interval is counted.")),
     METABATCH_NUMBER(config.schedule)},
    {setting(choice("ties", {}, kTies, "Who wins when two updates of a key have the same stamp.")),
     METABATCH_NUMBER(config.ties)},
    {setting(choice("on-failure", {}, kOnFailure, "What happens to a batch that could not be written.")),
     METABATCH_NUMBER(config.on_failure)},
    {setting(time("final-flush-timeout", {}, 0ns, kMaxFinalFlushTimeout, "How long closing may take; 0: 15s.")),
     METABATCH_TIME(config.final_flush_timeout)},
    {setting(number("max-payload-bytes", {}, {0, 8007}, "Budget of one chunk in bytes; 0: 8000.")),
     METABATCH_NUMBER(config.max_payload_bytes)},
};

#undef METABATCH_NUMBER
#undef METABATCH_TIME

}  // namespace

std::string_view name_of(StartPhase start) {
  const auto index = static_cast<std::size_t>(start);
  return index < std::size(kStarts) ? kStarts[index] : "?";
}

std::string_view name_of(LatencyShape shape) {
  const auto index = static_cast<std::size_t>(shape);
  return index < std::size(kShapes) ? kShapes[index] : "?";
}

std::string_view name_of(Fault fault) { return enum_name(kFaultLists, fault); }

std::string_view label_of(Fault fault) {
  constexpr std::string_view kLabels[] = {"database gone", "database slow", "one row locked", "values refused",
                                          "watchers cut off"};
  return enum_name(kLabels, fault);
}

const std::vector<Window>& windows_of(const StoreModel& store, Fault fault) {
  switch (fault) {
    case Fault::away: break;
    case Fault::slow: return store.slow;
    case Fault::locked_row: return store.locked;
    case Fault::refused_values: return store.refused;
    case Fault::cut_off: return store.cut_off;
  }
  return store.outages;
}
std::vector<Window>& windows_of(StoreModel& store, Fault fault) {
  return const_cast<std::vector<Window>&>(windows_of(std::as_const(store), fault));
}

std::span<const FieldAccess> field_access() { return kFields; }

namespace {

Result<SettingChange> parse_setting_change(std::string_view text);

template <class Item>
Result<void> set_list(std::vector<Item>& items, std::string_view text, std::size_t most,
                      Result<Item> (*parse)(std::string_view)) {
  std::vector<Item> read;
  for (std::string_view rest = text; !trimmed(rest).empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trimmed(rest.substr(0, comma));
    Result<Item> one = parse(item);
    if (!one)
      return item.empty() ? unreadable(static_cast<std::size_t>(rest.data() - text.data()) + comma)
                          : within(text, item, one.error());
    read.push_back(std::move(*one));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (read.size() > most) return Error{Errc::field_too_large};
  items = std::move(read);
  return {};
}

template <class Item>
std::string list_text(const std::vector<Item>& items) {
  std::string text;
  for (const Item& item : items) {
    if (!text.empty()) text += ',';
    text += format(item);
  }
  return text;
}

const FieldAccess* access_of(std::string_view name) {
  for (const FieldAccess& access : field_access())
    if (same_name(access.field.name, name) || same_name(access.field.flag, name)) return &access;
  return nullptr;
}

Result<void> set_list_field(const FieldAccess& access, Scenario& scenario, std::string_view text) {
  const auto most = static_cast<std::size_t>(access.field.most);
  switch (access.field.list) {
    case ListKind::fleet_changes: return set_list(scenario.fleet.changes, text, most, parse_fleet_change);
    case ListKind::windows: return set_list(access.windows(scenario), text, most, parse_window);
    case ListKind::setting_changes: return set_list(scenario.changes, text, most, parse_setting_change);
    case ListKind::none: break;
  }
  return unreadable(0);
}

std::string text_of(const FieldAccess& access, const Scenario& scenario) {
  switch (access.field.list) {
    case ListKind::fleet_changes: return list_text(scenario.fleet.changes);
    case ListKind::windows: return list_text(access.windows(const_cast<Scenario&>(scenario)));
    case ListKind::setting_changes: return list_text(scenario.changes);
    case ListKind::none: break;
  }
  return format_field_number(access.field, access.get(scenario));
}

Result<SettingChange> parse_setting_change(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const Result<std::int64_t> at = parse_time(trimmed(text.substr(0, colon)));
  if (!at) return at.error();
  const std::size_t equals = std::min(text.find('=', colon), text.size());
  if (equals == text.size()) return unreadable(equals);
  const std::string_view name = trimmed(text.substr(colon + 1, equals - colon - 1));
  const std::string_view value = trimmed(text.substr(equals + 1));
  const FieldAccess* access = access_of(name);
  if (access == nullptr || !access->field.is_setting) return unreadable(colon + 1);
  Scenario probe;
  if (!set_field(probe, name, value)) return unreadable(equals + 1);
  return SettingChange{Duration(*at), std::string(access->field.name), text_of(*access, probe)};
}

}  // namespace

std::span<const ScenarioField> scenario_fields() {
  static const std::vector<ScenarioField> fields = [] {
    std::vector<ScenarioField> all;
    for (const FieldAccess& access : field_access()) all.push_back(access.field);
    return all;
  }();
  return fields;
}

const ScenarioField* find_field(std::string_view name) {
  const FieldAccess* access = access_of(trimmed(name));
  return access == nullptr ? nullptr : &scenario_fields()[static_cast<std::size_t>(access - field_access().data())];
}

Result<void> set_field(Scenario& scenario, std::string_view name, std::string_view text) {
  const FieldAccess* access = access_of(trimmed(name));
  if (access == nullptr) return Error{Errc::field_unknown};
  if (access->field.kind == FieldKind::list) return set_list_field(*access, scenario, text);
  const std::string_view bare = trimmed(text);
  const Result<std::int64_t> number = bare.empty() ? unreadable(0) : parse_field_number(access->field, bare);
  if (!number) {
    const Error error = number.error();
    return error.code == Errc::field_unreadable ? within(text, bare, error) : error;
  }
  if (*number < access->field.least) return Error{Errc::field_too_small};
  if (*number > access->field.most) return Error{Errc::field_too_large};
  access->set(scenario, *number);
  return {};
}

std::string field_text(const Scenario& scenario, std::string_view name) {
  const FieldAccess* access = access_of(trimmed(name));
  return access == nullptr ? std::string{} : text_of(*access, scenario);
}

std::vector<FieldText> changed_fields(const Scenario& scenario) {
  const Scenario standard;
  Scenario paced;  // jitter that nobody chose follows the report interval
  paced.fleet.every = scenario.fleet.every;
  std::vector<FieldText> changed;
  for (const FieldAccess& access : field_access()) {
    std::string text = text_of(access, scenario);
    if (text != text_of(access, access.field.name == "fleet.jitter" ? paced : standard))
      changed.push_back({access.field.name, std::move(text)});
  }
  return changed;
}

}  // namespace metabatch
