// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/notifier.hpp"
#include "engine/store.hpp"
#include "pubsub/nats_publisher.hpp"

namespace metabatch::pubsub {

/// A store that also publishes to NATS what another store has committed.
///
/// Chunks are published after the commit and never before. They name only agents with committed
/// entries. The batch is complete once the messages are handed over; the next one begins while the
/// server acknowledges them.
class PublishingStore final : public engine::Store {
 public:
  struct Options {
    bool in_database = false;  ///< the other store notifies as well, in its transaction; else it receives no chunks
    std::size_t max_payload_bytes = 8000;
    engine::Notifier* notifier = nullptr;  ///< of this process; notified here when the other store receives no chunks
  };
  /// @owns `publisher` outlives the store; several stores may share it
  PublishingStore(std::unique_ptr<engine::Store> store, NatsPublisher& publisher, Options options);

  void start() override { store_->start(); }
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override;
  FlushOutcome flush_set_apart(std::span<const Update> entries, std::span<const std::string> chunks) override;
  void cancel() noexcept override { store_->cancel(); }
  void stop() override { store_->stop(); }

 private:
  using Chunks = std::span<const std::string>;
  [[nodiscard]] Chunks chunks_of_inner(Chunks chunks) const { return options_.in_database ? chunks : Chunks(); }
  FlushOutcome publish(std::span<const Update> entries, Chunks chunks, FlushOutcome outcome);

  const std::unique_ptr<engine::Store> store_;
  NatsPublisher& publisher_;
  const Options options_;
};

}  // namespace metabatch::pubsub
