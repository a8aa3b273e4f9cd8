// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/update.hpp"

namespace metabatch {

/// How long the texts of a report are together.
struct TextBytes {
  std::uint64_t values = 0, errors = 0;
  [[nodiscard]] std::uint64_t sum() const { return values + errors; }
};

/// The key set of a report, in the order sent. Agents of one template send the same one, so it is
/// kept once and shared by their blocks: a report that brings it again is recognised by comparing
/// bytes, without a hash.
struct Schema {
  std::string bytes;                ///< the keys, one after the other
  std::vector<std::uint32_t> ends;  ///< end of key i in bytes
  struct Face {
    std::uint64_t first, last;  ///< the first and last 8 bytes; of a shorter key all bytes in `first`
    std::size_t size;
  };
  std::vector<Face> faces;            ///< what most keys are told apart by
  std::vector<std::uint32_t> sorted;  ///< key positions in byte order
  std::uint64_t hash = 0;
  alignas(64) std::uint64_t blocks = 0;  ///< how many blocks use it; apart from what the flusher reads

  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(ends.size()); }
  [[nodiscard]] std::string_view key(std::uint32_t i) const {
    const std::uint32_t from = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(from, ends[i] - from);
  }
  [[nodiscard]] bool matches(std::span<const std::string_view> keys) const;
  /// Whether the report has these keys and one stamp; then also how long its texts are. One pass
  /// over its lists.
  [[nodiscard]] bool fits(const Report& report, TextBytes& text) const;

 private:
  [[nodiscard]] bool has_key(std::size_t i, std::string_view key) const;
};

/// The key sets known to one shard. Unused ones stay for their next use until there are too many.
class Schemas {
 public:
  explicit Schemas(std::uint64_t seed) : seed_(seed) {}
  ~Schemas();
  Schemas(const Schemas&) = delete;
  Schemas& operator=(const Schemas&) = delete;

  /// The schema of these keys, or null where keeping one would not pay: a key comes twice, the
  /// report is empty or huge, or too many different key sets are in use already.
  Schema* find_or_make(std::span<const std::string_view> keys);
  /// The one found or made last: probably that of the next report.
  [[nodiscard]] Schema* last() const { return last_; }

 private:
  // A stream of ever new key sets must not fill memory with schemas nobody shares.
  static constexpr std::size_t kMaxSchemas = 1024;
  static constexpr std::size_t kMaxKeys = 4096;
  static constexpr std::size_t kMaxKeyBytes = 16384;  // of one schema; a report may bring 6144

  Schema* make(std::span<const std::string_view> keys, std::uint64_t hash);
  void forget_unused();

  std::uint64_t seed_;
  Schema* last_ = nullptr;
  std::vector<Schema*> all_;
};

}  // namespace metabatch
