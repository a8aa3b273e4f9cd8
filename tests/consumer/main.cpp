// SPDX-License-Identifier: Apache-2.0
// Includes, links and runs the installed library, without its source tree.
#include "metabatch/batcher.hpp"
#include "metabatch/chunks.hpp"

#include <chrono>
#include <cstdio>

using namespace metabatch;

int main() {
  const Instant start{std::chrono::seconds(1)};
  Config config;
  config.batch_size = 2;
  const Result<ValidConfig> valid = validated(config);
  if (!valid) return 1;
  Batcher batcher = Batcher::create(*valid, start);
  const Uuid agent = parse_uuid("8f14e45f-ceea-4a67-9c8d-2f1f0b1c2d3e").value();
  batcher.add(Update{agent, "cpu", "12 %", "", WallTime{}}, start);
  batcher.add(Update{agent, "memory", "3 GiB", "", WallTime{}}, start);
  const Batch* batch = batcher.take(start);
  if (batch == nullptr || batch->reason != Reason::capacity || batch->entries.size() != 2) return 1;
  const auto chunks = encode_chunks(batch->agents);
  batcher.complete(batch->id, {}, start);
  std::printf("%zu chunk, %llu written\n", chunks->size(), static_cast<unsigned long long>(batcher.counters().written));
  return batcher.counters().balanced() && batcher.counters().written == 2 ? 0 : 1;
}
