// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/config.hpp"
#include "metabatch/uuid.hpp"

/// The payload of a NOTIFY: which agents changed, as text that PostgreSQL can carry.
namespace metabatch {

inline constexpr std::size_t kIdSymbols = 22;         // 16 bytes in base64 without padding
inline constexpr std::size_t kMaxNotifyBytes = 7999;  // PostgreSQL async.c: NOTIFY_PAYLOAD_MAX_LENGTH 8000, exclusive

/// Splits agent ids into NOTIFY payloads, in the order given.
///
/// @shape  payload := id{1,363}; id := 22 symbols of A-Za-z0-9+/ (16 UUID bytes, base64 without
///         padding)
/// @units  max_payload bytes
/// @errors payload_too_small: max_payload < 22, at = max_payload;
///         payload_too_large: a whole chunk would exceed 7999 bytes, at = max_payload
/// @owns   the returned strings; `ids` is only read during the call
/// @cost   one allocation a chunk; a few ns an id
/// @source PostgreSQL async.c: NOTIFY_PAYLOAD_MAX_LENGTH 8000, exclusive
Result<std::vector<std::string>> encode_chunks(std::span<const Uuid> ids,
                                               std::size_t max_payload = std::size_t{kDefaultPayloadBytes});

/// The same into strings that are reused: steady state allocates nothing. The result is how many of
/// `chunks`, from the first, are the payloads; strings beyond them are kept for later calls and
/// mean nothing. After an error `chunks` is as it was.
Result<std::size_t> encode_chunks_into(std::span<const Uuid> ids, std::size_t max_payload,
                                       std::vector<std::string>& chunks);

/// Decodes all ids of one payload strictly: one bad symbol makes the whole payload an error.
///
/// @errors length: at = the size; symbol: at = byte offset of the first symbol outside the alphabet
Result<std::vector<Uuid>> decode_chunk(std::string_view payload);

/// The same into memory that is reused; the result is ids.size(). After an error `ids` is empty.
Result<std::size_t> decode_chunk_into(std::string_view payload, std::vector<Uuid>& ids);

/// One id of a payload as it was met.
struct ChunkId {
  std::size_t at = 0;      ///< byte offset of its first symbol
  std::optional<Uuid> id;  ///< none: holds a symbol outside the alphabet, at bad_at
  std::size_t bad_at = 0;
  bool canonical = true;  ///< false: the last symbol carries bits that are not data
};

/// Reads a payload lazily: each step decodes one id and nothing more. A size that is not a multiple
/// of 22 leaves trailing bytes, which are not an id.
class ChunkReader {
 public:
  explicit ChunkReader(std::string_view payload) : payload_(payload) {}
  /// The next id, or nothing after the last complete id.
  std::optional<ChunkId> next();
  /// Bytes after the last complete id; 0 for a well-formed payload.
  [[nodiscard]] std::size_t remainder() const { return payload_.size() % kIdSymbols; }

 private:
  std::string_view payload_;
  std::size_t at_ = 0;
};

/// Whether the payload names the agent. Compares aligned windows, never substrings, and decodes
/// nothing else. A non-canonical last symbol matches as it decodes.
bool chunk_names(std::string_view payload, const Uuid& agent);

}  // namespace metabatch
