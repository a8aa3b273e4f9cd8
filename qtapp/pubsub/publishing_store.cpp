// SPDX-License-Identifier: Apache-2.0
#include "pubsub/publishing_store.hpp"

#include <utility>
#include <vector>

#include "metabatch/chunks.hpp"

namespace metabatch::pubsub {
namespace {

bool is_committed(Fate fate) { return fate == Fate::written || fate == Fate::rows_stale || fate == Fate::unmatched; }

/// The agents with committed entries, ascending, as the entries are.
std::vector<Uuid> committed_agents(std::span<const Update> entries, const FlushOutcome& outcome) {
  std::vector<Uuid> agents;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!is_committed(outcome.fates[i])) continue;
    if (agents.empty() || !(agents.back() == entries[i].agent)) agents.push_back(entries[i].agent);
  }
  return agents;
}

}  // namespace

PublishingStore::PublishingStore(std::unique_ptr<engine::Store> store, NatsPublisher& publisher, Options options)
    : store_(std::move(store)), publisher_(publisher), options_(options) {}

FlushOutcome PublishingStore::flush(std::span<const Update> entries, Chunks chunks) {
  return publish(entries, chunks, store_->flush(entries, chunks_of_inner(chunks)));
}

FlushOutcome PublishingStore::flush_set_apart(std::span<const Update> entries, Chunks chunks) {
  return publish(entries, chunks, store_->flush_set_apart(entries, chunks_of_inner(chunks)));
}

FlushOutcome PublishingStore::publish(std::span<const Update> entries, Chunks chunks, FlushOutcome outcome) {
  std::vector<std::string> own;
  if (outcome.fates.empty()) {
    if (outcome.failure != FailureClass::none) return outcome;  // nothing was committed
  } else {
    auto encoded = encode_chunks(committed_agents(entries, outcome), options_.max_payload_bytes);
    if (encoded) own = std::move(*encoded);
    chunks = own;
  }
  if (!options_.in_database && options_.notifier != nullptr) options_.notifier->publish(chunks);
  const NatsPublished published = publisher_.publish(chunks);
  outcome.chunks_published += published.published;
  outcome.notify_bytes += published.bytes;
  outcome.publish_errors += published.errors;
  if (published.errors > 0 && outcome.message.empty())
    outcome.message = "written, but watchers could not be notified: " + published.reason;
  return outcome;
}

}  // namespace metabatch::pubsub
