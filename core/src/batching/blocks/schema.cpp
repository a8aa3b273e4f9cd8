// SPDX-License-Identifier: Apache-2.0
#include "batching/blocks/schema.hpp"

#include <algorithm>
#include <numeric>

#include "base/bytes.hpp"

namespace metabatch {

namespace {

/// The first eight bytes; of a shorter key all its bytes, some twice.
std::uint64_t first_of(const char* at, std::size_t size) {
  if (size >= 8) return load<std::uint64_t>(at);
  if (size >= 4) return load<std::uint32_t>(at) | std::uint64_t{load<std::uint32_t>(at + size - 4)} << 32;
  if (size >= 2) return load<std::uint16_t>(at) | std::uint64_t{load<std::uint16_t>(at + size - 2)} << 16;
  return size == 1 ? static_cast<unsigned char>(*at) : 0;
}

}  // namespace

// Compares size, first and last eight bytes without touching the key itself. For keys of 8 to 16
// bytes the two words overlap and cover all of it; only a longer key is then compared in full.
inline bool Schema::has_key(std::size_t i, std::string_view asked) const {
  const Face& face = faces[i];
  if (asked.size() != face.size) return false;
  const char* at = asked.data();
  if (face.size < 8) return first_of(at, face.size) == face.first;
  if (((load<std::uint64_t>(at) ^ face.first) | (load<std::uint64_t>(at + face.size - 8) ^ face.last)) != 0)
    return false;
  return face.size <= 16 || asked == key(static_cast<std::uint32_t>(i));
}

bool Schema::matches(std::span<const std::string_view> keys) const {
  if (keys.size() != faces.size()) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!has_key(i, keys[i])) return false;
  }
  return true;
}

// In one pass with the comparison it adds up what overwriting will need. `text` changes only when
// all fits.
bool Schema::fits(const Report& report, TextBytes& text) const {
  const std::size_t size = report.size();
  if (size != faces.size()) return false;
  const std::string_view* key = report.keys.data();
  const std::string_view* value = report.values.data();
  const std::string_view* error = report.errors.data();
  const WallTime* stamp = report.collected_at.data();
  TextBytes sum;
  for (std::size_t i = 0; i < size; ++i) {
    if (!has_key(i, key[i]) || stamp[i] != stamp[0]) return false;
    sum.values += value[i].size();
    sum.errors += error[i].size();
  }
  text = sum;
  return true;
}

Schemas::~Schemas() {
  for (Schema* schema : all_) delete schema;
}

Schema* Schemas::find_or_make(std::span<const std::string_view> keys) {
  if (last_ != nullptr && last_->matches(keys)) return last_;
  if (keys.empty() || keys.size() > kMaxKeys) return nullptr;
  std::uint64_t hash = seed_;
  std::size_t bytes = 0;
  for (const std::string_view key : keys) {
    bytes += key.size();
    if (bytes > kMaxKeyBytes) return nullptr;
    hash = hash_bytes(key, hash);
  }
  // Sorted by hash: few, long-lived, looked up only when the last one used did not match.
  const auto at =
      std::lower_bound(all_.begin(), all_.end(), hash, [](const Schema* s, std::uint64_t h) { return s->hash < h; });
  for (auto it = at; it != all_.end() && (*it)->hash == hash; ++it) {
    if ((*it)->matches(keys)) return last_ = *it;
  }
  return make(keys, hash);
}

Schema* Schemas::make(std::span<const std::string_view> keys, std::uint64_t hash) {
  if (all_.size() >= kMaxSchemas) forget_unused();
  if (all_.size() >= kMaxSchemas) return nullptr;
  auto schema = new Schema;
  for (const std::string_view key : keys) {
    schema->bytes.append(key);
    schema->ends.push_back(static_cast<std::uint32_t>(schema->bytes.size()));
    const std::uint64_t last = key.size() >= 8 ? load<std::uint64_t>(key.data() + key.size() - 8) : 0;
    schema->faces.push_back({first_of(key.data(), key.size()), last, key.size()});
  }
  schema->sorted.resize(keys.size());
  std::iota(schema->sorted.begin(), schema->sorted.end(), 0U);
  std::sort(schema->sorted.begin(), schema->sorted.end(),
            [schema](std::uint32_t a, std::uint32_t b) { return schema->key(a) < schema->key(b); });
  const bool twice =
      std::adjacent_find(schema->sorted.begin(), schema->sorted.end(), [schema](std::uint32_t a, std::uint32_t b) {
        return schema->key(a) == schema->key(b);
      }) != schema->sorted.end();
  if (twice) {
    delete schema;
    return nullptr;
  }
  schema->hash = hash;
  const auto at =
      std::lower_bound(all_.begin(), all_.end(), hash, [](const Schema* s, std::uint64_t h) { return s->hash < h; });
  all_.insert(at, schema);
  return last_ = schema;
}

void Schemas::forget_unused() {
  last_ = nullptr;
  std::erase_if(all_, [](Schema* schema) {
    if (schema->blocks != 0) return false;
    delete schema;
    return true;
  });
}

}  // namespace metabatch
