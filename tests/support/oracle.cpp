// SPDX-License-Identifier: Apache-2.0
#include "support/oracle.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::oracle {
namespace {

using namespace std::chrono_literals;

bool is_of(const Item& item, const Uuid& agent, std::string_view key) { return item.agent == agent && item.key == key; }

Item item_of(const Update& update, Instant now) {
  const auto& [agent, key, value, error, collected_at] = update;
  return {agent, std::string(key), std::string(value), std::string(error), collected_at, now, now, 0};
}

std::int64_t default_capacity(const Config& c) { return c.queue == QueuePolicy::fifo ? 5 * c.batch_size : 100'000; }

std::int64_t default_batch_bytes(const Config& c) { return std::min(c.queue_bytes, std::int64_t{16} * 1024 * 1024); }

}  // namespace

std::optional<Config> Oracle::filled(Config c) {
  if (c.batch_size < 0 || c.interval < 0ns || c.queue_capacity < 0 || c.queue_bytes < 0 || c.batch_bytes < 0 ||
      c.agent_capacity < 0 || c.suppress_unchanged < 0ns || c.suppress_capacity < 0 || c.final_flush_timeout < 0ns ||
      c.max_payload_bytes < 0)
    return {};
  if (c.batch_size == 0) c.batch_size = 500;
  if (c.interval == 0ns) c.interval = 5s;
  if (c.queue_capacity == 0) c.queue_capacity = default_capacity(c);
  if (c.queue_bytes == 0) c.queue_bytes = 256 * 1024 * 1024;
  if (c.batch_bytes == 0) c.batch_bytes = default_batch_bytes(c);
  if (c.agent_capacity == 0) c.agent_capacity = 1024;
  if (c.suppress_capacity == 0) c.suppress_capacity = 1'000'000;
  if (c.final_flush_timeout == 0ns) c.final_flush_timeout = 15s;
  if (c.max_payload_bytes == 0) c.max_payload_bytes = 8000;
  if (c.batch_size > 100'000 || c.interval > 1h || c.queue_capacity < c.batch_size) return {};
  if (c.batch_bytes > c.queue_bytes || c.suppress_unchanged > 24h) return {};
  if (c.max_payload_bytes < 22 || c.max_payload_bytes / 22 * 22 > 7999) return {};
  if (c.channel.empty() || c.channel.size() > 63) return {};
  return c;
}

Oracle::Oracle(const Config& config, Instant now, Coverage& coverage)
    : coverage_(coverage), config_(*filled(config)), start_(now), evaluated_(now), last_end_(now) {}

bool Oracle::is_pending(const Uuid& agent, std::string_view key) const {
  for (const Item& item : pending_)
    if (is_of(item, agent, key)) return true;
  return false;
}

bool Oracle::is_in_flight(const Uuid& agent, std::string_view key) const {
  if (flight_)
    for (const Item& item : flight_->entries)
      if (is_of(item, agent, key)) return true;
  return false;
}

std::uint64_t Limit::of(std::int64_t batch_size) const {
  const auto most = static_cast<std::uint64_t>(batch_size);
  return entries ? std::min(*entries, most) : most;
}

bool Oracle::is_full() const {
  if (pending_.size() >= limit_.of(config_.batch_size)) return true;
  return !pending_.empty() && std::cmp_greater_equal(pending_bytes(), config_.batch_bytes);
}

std::uint64_t Oracle::pending_bytes() const {
  std::uint64_t bytes = 0;
  for (const Item& item : pending_) bytes += item.bytes();
  return bytes;
}

std::int64_t Oracle::keys_of(const Uuid& agent) const {
  std::int64_t keys = 0;
  for (const Item& item : pending_) keys += item.agent == agent;
  for (const Item& item : set_apart_) keys += item.agent == agent;
  if (flight_)
    for (const Item& item : flight_->entries) keys += item.agent == agent && !is_pending(item.agent, item.key);
  return keys;
}

std::int64_t Oracle::slots_of(const Uuid& agent) const {
  std::int64_t slots = 0;
  for (const Item& item : queue_) slots += item.agent == agent;
  return slots;
}

Instant Oracle::after_flush_deadline() const { return last_end_ + config_.interval; }

Instant Oracle::next_tick(Instant after) const {
  Instant tick = start_ + config_.interval;
  while (tick <= after) tick += config_.interval;
  return tick;
}

std::uint64_t Oracle::buffered_entries() const {
  std::uint64_t keys = pending_.size() + set_apart_.size();
  if (flight_)
    for (const Item& item : flight_->entries)
      if (!is_pending(item.agent, item.key)) ++keys;
  return keys;
}

std::uint64_t Oracle::buffered_bytes() const {
  std::uint64_t bytes = 0;
  for (const Item& item : pending_) bytes += item.bytes();
  for (const Item& item : queue_) bytes += item.bytes();
  for (const Item& item : set_apart_) bytes += item.bytes();
  if (flight_)
    for (const Item& item : flight_->entries) bytes += item.bytes();
  return bytes;
}

std::optional<Instant> Oracle::oldest() const {
  std::optional<Instant> oldest;
  const auto consider = [&](const Item& item) { oldest = std::min(oldest.value_or(item.arrived), item.arrived); };
  for (const Item& item : pending_) consider(item);
  for (const Item& item : set_apart_) consider(item);
  if (flight_)
    for (const Item& item : flight_->entries) consider(item);
  return oldest;
}

Counters Oracle::counters() const {
  Counters counts = counts_;
  counts.pending = pending_.size();
  counts.queued = queue_.size();
  counts.set_apart = set_apart_.size();
  counts.in_flight = flight_ ? flight_->entries.size() : 0;
  return counts;
}

// ---- adding

bool Oracle::has_capacity(const Item& item) {
  const bool entries_bind = config_.queue == QueuePolicy::coalesce;
  if (entries_bind && std::cmp_greater_equal(buffered_entries(), config_.queue_capacity)) {
    visit(Branch::add_full_entries);
    return false;
  }
  if (std::cmp_greater(buffered_bytes() + item.bytes(), config_.queue_bytes)) {
    visit(Branch::add_full_bytes);
    return false;
  }
  return true;
}

Admission Oracle::add(const Update& update, Instant now) {
  pass_time_before(now);
  Admission admission;
  ++counts_.offered;
  if (closed_) {
    visit(Branch::add_closed);
    ++counts_.dropped_closed;
    admission.dropped_closed = 1;
    return admission;
  }
  if (update.key.empty()) visit(Branch::add_empty_key);
  Item item = item_of(update, now);
  const bool fifo = config_.queue == QueuePolicy::fifo;
  const bool batch_is_full = std::cmp_greater_equal(pending_.size(), config_.batch_size);
  if (fifo && (flight_ || !queue_.empty() || batch_is_full)) {
    enqueue(std::move(item), admission);
  } else if (merge_set_apart(item, &admission)) {
    visit(Branch::add_to_set_apart);
  } else if (is_pending(item.agent, item.key) || is_in_flight(item.agent, item.key)) {
    if (std::cmp_greater(buffered_bytes() + item.bytes(), config_.queue_bytes)) visit(Branch::add_repeat_over_bytes);
    if (std::cmp_greater_equal(buffered_entries(), config_.queue_capacity)) visit(Branch::add_repeat_over_entries);
    merge(std::move(item), &admission);
  } else if (!fifo && keys_of(item.agent) >= config_.agent_capacity) {
    visit(Branch::add_agent_full);
    ++counts_.dropped_agent_full;
    admission.dropped_agent_full = 1;
  } else if (has_capacity(item)) {
    merge(std::move(item), &admission);
  } else {
    ++counts_.dropped_full;
    admission.dropped_full = 1;
  }
  return admission;
}

std::optional<Admission> Oracle::add(const Report& report, Instant now) {
  if (report.keys.size() != report.values.size() || report.keys.size() != report.errors.size() ||
      report.keys.size() != report.collected_at.size()) {
    visit(Branch::report_unequal);
    return {};
  }
  if (report.keys.empty()) visit(Branch::report_empty);
  Admission sum;
  const bool was_full = is_full();
  for (std::size_t i = 0; i < report.keys.size(); ++i) {
    const Admission one =
        add(Update{report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]}, now);
    if (one.dropped_full > 0 && sum.taken > 0) visit(Branch::report_split_by_capacity);
    if (one.taken > 0 && is_full() && !was_full && std::cmp_less(pending_.size(), config_.batch_size))
      visit(Branch::add_full_by_bytes);
    if (one.taken > 0 && is_full() && !was_full && i + 1 < report.keys.size()) visit(Branch::report_split_by_batch);
    sum += one;
  }
  return sum;
}

void Oracle::enqueue(Item item, Admission& admission) {
  if (slots_of(item.agent) >= config_.agent_capacity) {
    visit(Branch::add_agent_full_slots);
    ++counts_.dropped_agent_full;
    admission.dropped_agent_full = 1;
    return;
  }
  const bool no_slot = std::cmp_greater_equal(queue_.size(), config_.queue_capacity);
  const bool no_bytes = std::cmp_greater(buffered_bytes() + item.bytes(), config_.queue_bytes);
  if (no_slot || no_bytes) {
    visit(no_slot ? Branch::add_full_slots : Branch::add_full_queue_bytes);
    ++counts_.dropped_full;
    admission.dropped_full = 1;
    return;
  }
  visit(Branch::add_queued);
  queue_.push_back(std::move(item));
  admission.taken = 1;
}

// `admission` is null when the update comes out of the queue, because it was answered when it
// entered.
void Oracle::merge(Item item, Admission* admission) {
  if (admission == nullptr && merge_set_apart(item, nullptr)) return;
  for (Item& held : pending_) {
    if (!is_of(held, item.agent, item.key)) continue;
    const bool newer = item.collected_at > held.collected_at;
    const bool equal = item.collected_at == held.collected_at;
    const bool replaces = newer || (equal && config_.ties == Ties::keep_last);
    if (admission == nullptr)
      visit(replaces ? Branch::absorb_coalesced : Branch::absorb_stale);
    else if (newer)
      visit(Branch::add_newer);
    else if (equal)
      visit(replaces ? Branch::add_tie_last : Branch::add_tie_first);
    else
      visit(Branch::add_older);
    if (replaces) {
      item.arrived = held.arrived;
      item.position = held.position;
      item.due = held.due;
      held = std::move(item);
      ++counts_.coalesced;
    } else {
      ++counts_.stale;
    }
    if (admission != nullptr) ++(replaces ? admission->coalesced : admission->stale);
    return;
  }
  if (admission == nullptr)
    visit(Branch::absorb_new);
  else
    visit(is_in_flight(item.agent, item.key) ? Branch::add_key_in_flight : Branch::add_new);
  item.position = ++positions_;
  pending_.push_back(std::move(item));
  if (admission != nullptr) ++admission->taken;
}

void Oracle::absorb_one() {
  Item item = queue_.front();
  queue_.erase(queue_.begin());
  merge(std::move(item), nullptr);
}

void Oracle::absorb() {
  if (config_.queue != QueuePolicy::fifo || flight_) return;
  while (!queue_.empty() && std::cmp_less(pending_.size(), config_.batch_size)) absorb_one();
  if (!queue_.empty()) visit(Branch::absorb_stops_full);
}

// ---- settings and the end

bool Oracle::reconfigure(const Config& config, Instant now) {
  pass_time_before(now);
  Config asked = config;  // a repeated default stays a default
  if (asked.queue_capacity == config_.queue_capacity && asked.queue_capacity == default_capacity(config_))
    asked.queue_capacity = 0;
  if (asked.batch_bytes == config_.batch_bytes && asked.batch_bytes == default_batch_bytes(config_))
    asked.batch_bytes = 0;
  const std::optional<Config> wanted = filled(asked);
  if (!wanted || wanted->channel != config_.channel) {
    visit(wanted ? Branch::change_channel_refused : Branch::change_refused);
    return false;
  }
  const Config before = std::exchange(config_, *wanted);
  if (config_.suppress_unchanged != before.suppress_unchanged) {
    known_.clear();
    if (flight_) flight_->remembers = false;
  }
  const bool was_fifo = before.queue == QueuePolicy::fifo;
  const bool is_fifo = config_.queue == QueuePolicy::fifo;
  if (closed_) visit(Branch::change_while_closing);
  if (before.schedule != config_.schedule) visit(Branch::change_schedule);
  if (!is_fifo && std::cmp_less(config_.queue_capacity, buffered_entries())) visit(Branch::change_capacity_below_held);
  if (std::cmp_less(pending_.size(), before.batch_size) && is_full()) visit(Branch::change_makes_full);
  if (before.interval != config_.interval) visit(Branch::change_interval);
  if (before.interval != config_.interval || before.schedule != config_.schedule) {
    start_ = now;
    evaluated_ = now;
    remembered_ = false;
  }
  if (was_fifo && !is_fifo) {
    visit(Branch::change_fifo_to_coalesce);
    while (!queue_.empty()) absorb_one();
  }
  if (!was_fifo && is_fifo) visit(Branch::change_coalesce_to_fifo);
  absorb();
  return true;
}

void Oracle::forget(const Uuid& agent, Instant now) {
  if (config_.suppress_unchanged > Duration{}) known_.forget(agent, now);
}

void Oracle::close(Instant now) {
  pass_time_before(now);
  if (closed_) {
    visit(Branch::close_again);
    return;
  }
  closed_ = now;
  close_deadline_ = now + config_.final_flush_timeout;
  if (flight_) visit(Branch::close_in_flight);
  if (!queue_.empty()) visit(Branch::close_with_queue);
  if (pending_.empty() && queue_.empty() && set_apart_.empty() && !flight_) visit(Branch::close_empty);
  if (backoff_) visit(Branch::backoff_ended_by_close);
  backoff_.reset();
  rounds_failed_ = 0;
  if (retry_) {
    visit(Branch::close_with_set_apart);
    retry_->end = now;
  }
  absorb();
}

bool Oracle::finished(Instant now) const {
  if (!closed_ || flight_) return false;
  const bool empty = pending_.empty() && queue_.empty() && set_apart_.empty();
  if (!empty && now < close_deadline_) return false;
  visit(empty ? Branch::close_finished : Branch::close_left_over);
  return true;
}

}  // namespace metabatch::oracle
