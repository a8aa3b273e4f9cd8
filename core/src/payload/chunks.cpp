// SPDX-License-Identifier: Apache-2.0
#include "metabatch/chunks.hpp"

#include <algorithm>

#include "payload/chunk_codec.hpp"
#include "payload/chunk_symbols.hpp"

namespace metabatch {
namespace {

static_assert(sizeof(Uuid) == 16, "ids are read and written as one run of bytes");

constexpr std::size_t kLastSymbol = kIdSymbols - 1;
constexpr std::uint8_t kNotData = 0x0f;  // of the six bits of the last symbol, four are none of the id's

const std::uint8_t* bytes_of(const Uuid* ids) { return reinterpret_cast<const std::uint8_t*>(ids); }
std::uint8_t* bytes_of(Uuid* ids) { return reinterpret_cast<std::uint8_t*>(ids); }

std::optional<Error> refused(std::size_t max_payload) {
  if (max_payload < kIdSymbols) return Error{Errc::payload_too_small, max_payload};
  if (max_payload / kIdSymbols * kIdSymbols > kMaxNotifyBytes) return Error{Errc::payload_too_large, max_payload};
  return std::nullopt;
}

std::size_t first_bad_symbol(std::string_view payload) {
  std::size_t at = 0;
  while (at < payload.size() && codec::symbol_value(payload[at]) != codec::kNoSymbol) ++at;
  return at;
}

}  // namespace

Result<std::size_t> encode_chunks_into(std::span<const Uuid> ids, std::size_t max_payload,
                                       std::vector<std::string>& chunks) {
  if (const auto error = refused(max_payload)) return *error;
  const std::size_t ids_per_chunk = max_payload / kIdSymbols;
  const std::size_t count = (ids.size() + ids_per_chunk - 1) / ids_per_chunk;
  if (chunks.size() < count) chunks.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = i * ids_per_chunk;
    const std::size_t here = std::min(ids_per_chunk, ids.size() - from);
    chunks[i].resize(here * kIdSymbols);
    codec::best().encode(bytes_of(ids.data() + from), here, chunks[i].data());
  }
  return count;
}

Result<std::vector<std::string>> encode_chunks(std::span<const Uuid> ids, std::size_t max_payload) {
  std::vector<std::string> chunks;
  const auto count = encode_chunks_into(ids, max_payload, chunks);
  if (!count) return count.error();
  return chunks;
}

Result<std::size_t> decode_chunk_into(std::string_view payload, std::vector<Uuid>& ids) {
  const std::size_t count = payload.size() / kIdSymbols;
  if (count * kIdSymbols != payload.size()) {
    ids.clear();
    return Error{Errc::length, payload.size()};
  }
  ids.resize(count);
  if (!codec::best().decode(payload.data(), count, bytes_of(ids.data()))) {
    ids.clear();
    return Error{Errc::symbol, first_bad_symbol(payload)};
  }
  return count;
}

Result<std::vector<Uuid>> decode_chunk(std::string_view payload) {
  std::vector<Uuid> ids;
  const auto count = decode_chunk_into(payload, ids);
  if (!count) return count.error();
  return ids;
}

std::optional<ChunkId> ChunkReader::next() {
  if (payload_.size() - at_ < kIdSymbols) return std::nullopt;
  const std::string_view window = payload_.substr(at_, kIdSymbols);
  ChunkId met;
  met.at = at_;
  Uuid id;
  if (codec::decode_portable(window.data(), 1, id.bytes.data())) {
    met.id = id;
    met.canonical = (codec::symbol_value(window[kLastSymbol]) & kNotData) == 0;
  } else {
    met.bad_at = at_ + first_bad_symbol(window);
  }
  at_ += kIdSymbols;
  return met;
}

bool chunk_names(std::string_view payload, const Uuid& agent) {
  char wanted[kIdSymbols];
  codec::encode_portable(agent.bytes.data(), 1, wanted);
  const std::uint8_t last = codec::symbol_value(wanted[kLastSymbol]);
  for (; payload.size() >= kIdSymbols; payload.remove_prefix(kIdSymbols)) {
    if (std::memcmp(payload.data(), wanted, kLastSymbol) != 0) continue;
    const std::uint8_t found = codec::symbol_value(payload[kLastSymbol]);
    if (found != codec::kNoSymbol && (found & ~kNotData) == last) return true;
  }
  return false;
}

}  // namespace metabatch
