// SPDX-License-Identifier: Apache-2.0
#include "batching/unchanged/repeat_sample.hpp"

#include "batching/entries/agent_table.hpp"

namespace metabatch {

namespace {

constexpr std::uint64_t kLargestMask = 0xfffff;

}  // namespace

void RepeatSample::clear() {
  records_.clear();
  mask_ = 0;
}

void RepeatSample::landed(const Batch& batch, const Verdict& verdict, Instant took_at, FlushCounters& counted) {
  std::size_t first = 0;
  for (std::size_t a = 0; a < batch.agents.size(); ++a) {
    const std::size_t last = first + batch.keys_per_agent[a];
    const std::uint64_t agent = hash_agent(batch.agents[a], 0);
    for (std::size_t i = first; i < last && is_sampled(agent); ++i) {
      const Fate fate = verdict.fates.empty() ? verdict.all : verdict.fates[i];
      if (fate == Fate::written) examine(batch.entries[i], agent, took_at, counted);
    }
    first = last;
  }
}

void RepeatSample::examine(const Update& entry, std::uint64_t agent, Instant took_at, FlushCounters& counted) {
  const std::uint64_t tag = hash_.key(entry.agent, entry.key);
  const Hash128 value = hash_.value(tag, entry);
  Record* record = records_.find(tag);
  if (record == nullptr) {
    if (records_.size() >= kSampledKeys && mask_ < kLargestMask) {
      mask_ = mask_ * 2 + 1;
      records_.erase_if([this](const Record& one) { return !is_sampled(one.agent); });
    }
    if (records_.size() >= kSampledKeys || !is_sampled(agent)) return;
    record = &records_.insert(tag);
    record->agent = agent;
  } else {  // the first value of a key says nothing; many are seen before the sample is as small as it stays
    ++counted.examined;
    if (record->value == value && took_at - record->since < kRepeatsWithin) {
      ++counted.repeated;
      return;
    }
  }
  record->since = took_at;
  record->value = value;
}

}  // namespace metabatch
