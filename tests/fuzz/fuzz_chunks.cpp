// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/chunks.hpp"
#include "metabatch/watchers.hpp"
#include "payload/chunk_codec.hpp"

namespace {

using namespace metabatch;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Ids -> chunks -> ids is the identity, for every codec of this processor.
void round_trip(const std::uint8_t* data, std::size_t size) {
  std::vector<Uuid> ids(size / 16);
  if (!ids.empty()) std::memcpy(ids.data(), data, ids.size() * 16);
  const std::size_t max_payload = size == 0 ? 22 : 22 + data[0] * 32u;
  const auto chunks = encode_chunks(ids, max_payload);
  require(chunks.has_value() == (max_payload < 8008));
  if (!chunks) return;
  std::string joined;
  std::vector<Uuid> back;
  for (const auto& chunk : *chunks) {
    require(chunk.size() <= max_payload);
    const auto decoded = decode_chunk(chunk);
    require(decoded.has_value());
    back.insert(back.end(), decoded->begin(), decoded->end());
    joined += chunk;
  }
  require(back == ids);
  codec::Codec codecs[3];
  const std::size_t count = codec::codecs(codecs);
  for (std::size_t c = 0; c < count; ++c) {
    std::string symbols(joined.size(), '\0');
    codecs[c].encode(reinterpret_cast<const std::uint8_t*>(ids.data()), ids.size(), symbols.data());
    require(symbols == joined);
  }
}

/// Any bytes: the codecs, the strict decoder, the lazy reader and the watch table agree.
void any_bytes(std::string_view text) {
  const std::size_t whole = text.size() / kIdSymbols;
  std::vector<Uuid> truth(whole);
  const bool good = codec::decode_portable(text.data(), whole, reinterpret_cast<std::uint8_t*>(truth.data()));
  codec::Codec codecs[3];
  const std::size_t count = codec::codecs(codecs);
  for (std::size_t c = 0; c < count; ++c) {
    std::vector<Uuid> ids(whole);
    require(codecs[c].decode(text.data(), whole, reinterpret_cast<std::uint8_t*>(ids.data())) == good);
    require(!good || ids == truth);
  }
  const auto strict = decode_chunk(text);
  require(strict.has_value() == (good && text.size() % kIdSymbols == 0));
  require(!strict || *strict == truth);
  ChunkReader reader(text);
  WatchTable watched;
  std::size_t readable = 0;
  std::size_t met_count = 0;
  std::size_t first_bad = text.size();
  while (const auto met = reader.next()) {
    require(met->at == met_count++ * kIdSymbols);
    if (met->id) {
      ++readable;
      require(!good || *met->id == truth[met_count - 1]);
      require(chunk_names(text, *met->id));
      watched.add(*met->id, met->at);
    } else if (first_bad == text.size()) {
      first_bad = met->bad_at;
    }
  }
  require(met_count == whole);
  require(good == (readable == whole));
  if (!strict && strict.error().code == Errc::symbol) require(strict.error().at == first_bad);
  std::size_t told = 0;
  const auto tally = watched.for_each_named(text, [&](const Uuid&, WatchTable::Token) { ++told; });
  require(tally == (ChunkTally{readable, whole - readable, text.size() % kIdSymbols}));
  require(told >= readable);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  round_trip(data, size);
  any_bytes(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
