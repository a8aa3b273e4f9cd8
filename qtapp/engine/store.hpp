// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "metabatch/outcome.hpp"
#include "metabatch/update.hpp"

namespace metabatch::engine {

/// The port through which a flush leaves the engine. Implementations own their connection.
class Store {
 public:
  virtual ~Store() = default;

  /// Called once, on the flusher's thread, before the first flush. Connections may be opened here
  /// or on demand.
  virtual void start() {}

  /// Writes the entries in one statement or transaction and publishes the chunks with it.
  /// Sequential code that may block: the engine holds no lock meanwhile. Never throws; failures are
  /// in the outcome.
  ///
  /// @shape entries: at most batch_size, sorted by (agent, key) bytes, each (agent, key) once;
  ///        chunks: the NOTIFY payloads that name the agents of the entries
  /// @owns  nothing: both are only read during the call
  virtual FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) = 0;

  /// Like flush(), for entries that an earlier flush found locked. They have a batch of their own,
  /// which must not wait for locks of rows, because the next batch waits behind it.
  virtual FlushOutcome flush_set_apart(std::span<const Update> entries, std::span<const std::string> chunks) {
    return flush(entries, chunks);
  }

  /// Asks a running flush to end soon; it then reports a failure. Any thread, any time; must not
  /// block.
  virtual void cancel() noexcept = 0;

  /// Called once, on the flusher's thread, after the last flush. Connections are closed here.
  virtual void stop() {}
};

}  // namespace metabatch::engine
