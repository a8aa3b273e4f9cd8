// SPDX-License-Identifier: Apache-2.0
#include "batching/unchanged/written_values.hpp"

#include <algorithm>

namespace metabatch {
namespace {

constexpr std::size_t kKeysPerNamed = 16;  // a named agent for so many keys that may be remembered
constexpr std::size_t kFewestNamed = 1024;

std::string_view bytes_of(const Uuid& agent) {
  return {reinterpret_cast<const char*>(agent.bytes.data()), agent.bytes.size()};
}

std::uint64_t as_tag(const Hash128& hash) { return hash.half[0] == 0 ? 1 : hash.half[0]; }

}  // namespace

ValueHash::ValueHash(std::uint64_t seed)
    : key0_(mix(seed ^ 0x9e3779b97f4a7c15ULL, 0xd6e8feb86659fd93ULL)),
      key1_(mix(seed ^ 0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL)) {}

std::uint64_t ValueHash::agent(const Uuid& agent) const {
  return as_tag(SipHash(key0_, key1_).add(bytes_of(agent)).finish());
}

std::uint64_t ValueHash::key(const Uuid& agent, std::string_view key) const {
  return as_tag(SipHash(key0_, key1_).add(bytes_of(agent)).add(key).finish());
}

Hash128 ValueHash::value(std::uint64_t tag, const Update& update) const {
  return SipHash(key0_ ^ tag, key1_).add(update.value.size()).add(update.value).add(update.error).finish();
}

void WrittenValues::set_rules(const ValidConfig& config) {
  const bool is_same = keep_ == config->suppress_unchanged;
  keep_ = config->suppress_unchanged;
  capacity_ = static_cast<std::size_t>(config->suppress_capacity);
  if (is_same && records_.size() <= capacity_) return;
  records_.clear();
  named_.clear();
  flying_.clear();
}

Instant WrittenValues::forgotten_of(const Uuid& agent) {
  if (named_.size() == 0) return forgotten_;
  const Named* named = named_.find(hash_.agent(agent));
  return named == nullptr ? forgotten_ : std::max(forgotten_, named->at);
}

std::span<const Leaving> WrittenValues::judge(std::span<const Update> entries, bool may_leave_out, Instant now) {
  leaving_.assign(entries.size(), Leaving::written);
  flying_.clear();
  Instant forgotten{};
  bool leaves = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Update& entry = entries[i];
    if (i == 0 || !(entry.agent == entries[i - 1].agent)) forgotten = forgotten_of(entry.agent);
    Flying hashes{hash_.key(entry.agent, entry.key), {}};
    hashes.value = hash_.value(hashes.tag, entry);
    if (may_leave_out) leaving_[i] = judge_one(entry, hashes, forgotten, now);
    if (leaving_[i] == Leaving::written) {
      flying_.push_back(hashes);
    } else {
      leaves = true;
    }
  }
  if (!leaves) return {};
  return leaving_;
}

Leaving WrittenValues::judge_one(const Update& entry, const Flying& hashes, Instant forgotten, Instant now) {
  Record* record = records_.find(hashes.tag);
  if (record == nullptr || now - record->since >= 2 * keep_) return Leaving::written;
  if (entry.collected_at < record->left_out) return Leaving::older;
  const bool is_known = now - record->since < keep_ && record->since > forgotten;
  if (!is_known || !(record->value == hashes.value)) return Leaving::written;
  record->left_out = std::max(record->left_out, entry.collected_at);
  return Leaving::unchanged;
}

// A broken connection may mean a restart that emptied the table, this flush included; a new
// connection may have followed one. The stamps of what was left out stay: rows that are missing
// look like a table that was emptied, too.
void WrittenValues::landed(const Verdict& verdict, const FlushOutcome& outcome, Instant took_at, Instant now) {
  if (outcome.reconnected || outcome.table_emptied) forget_all(took_at - Duration(1));
  if (outcome.failure == FailureClass::connection) forget_all(now);
  for (std::size_t i = 0; i < flying_.size(); ++i)
    keep(flying_[i], verdict.fates.empty() ? verdict.all : verdict.fates[i], took_at, now);
  flying_.clear();
}

void WrittenValues::keep(const Flying& entry, Fate fate, Instant took_at, Instant now) {
  Record* record = records_.find(entry.tag);
  if (fate != Fate::written) {
    if (record == nullptr) return;
    record->value = {};
    if (fate == Fate::unmatched) record->left_out = WallTime::min();
    return;
  }
  if (record == nullptr) {
    if (records_.would_grow() || records_.size() >= capacity_) purge(now);
    if (records_.size() >= capacity_) return;
    record = &records_.insert(entry.tag);
  }
  record->since = took_at;
  record->left_out = WallTime::min();  // the row is as new as this entry, which was not older
  record->value = entry.value;
}

void WrittenValues::purge(Instant now) {
  if (purged_ != Instant::min() && now - purged_ < keep_ / 4) return;
  purged_ = now;
  records_.erase_if([&](const Record& record) { return now - record.since >= 2 * keep_; });
}

void WrittenValues::forget(std::span<const Uuid> agents, Instant now) {
  if (!is_on()) return;
  for (const Uuid& agent : agents) {
    const std::uint64_t tag = hash_.agent(agent);
    Named* named = named_.find(tag);
    if (named == nullptr) {
      if (named_.size() >= std::max(capacity_ / kKeysPerNamed, kFewestNamed))
        named_.erase_if([&](const Named& one) { return now - one.at >= keep_; });
      if (named_.size() >= std::max(capacity_ / kKeysPerNamed, kFewestNamed)) {
        named_.clear();
        return forget_all(now);
      }
      named = &named_.insert(tag);
    }
    named->at = std::max(named->at, now);
  }
}

}  // namespace metabatch
