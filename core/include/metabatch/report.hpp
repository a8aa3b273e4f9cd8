// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/result.hpp"
#include "metabatch/time.hpp"
#include "metabatch/update.hpp"

/// The limits of what an agent may send at once, and how a report is reduced to them.
namespace metabatch {

inline constexpr std::size_t kMaxValueBytes = 2048;
inline constexpr std::size_t kMaxErrorBytes = 2048;
inline constexpr std::size_t kMaxReportKeyBytes = 6144;  // all keys of one report together
inline constexpr std::size_t kMaxKeyCharacters = 127;    // the column; code points
inline constexpr std::size_t kFreeEmptyKeys = 256;       // from the next item on an empty key counts one byte

/// One item as it was received: any bytes at all.
struct RawItem {
  std::string_view key;
  std::string_view value;
  std::string_view error;
};

/// An item that was not taken: its key does not fit the column, or the report has more keys than
/// one agent may have.
struct RefusedItem {
  std::size_t index = 0;       ///< in the report
  std::size_t characters = 0;  ///< of a key that is too long; 0: one key too many
  bool operator==(const RefusedItem&) const = default;
};

/// Applies the limits to one report after the other, in memory that it keeps.
///
/// In the order of the items:
/// * The running sum of key bytes, refused and repeated keys included, decides how many items are
///   examined: the first key that takes it past 6144 bytes and all that follow are left out, and
///   error() says so. From the 257th item on an empty key counts one byte.
/// * A key of more than 127 characters: the item is left out, listed in refused() and counted.
/// * Of a key that comes twice, as it is after sanitising, the last item is taken. Earlier ones are
///   counted.
/// * Of more than `most_keys` distinct keys the first are taken. The others are listed in refused()
///   and counted.
/// * An error of more than 2048 bytes becomes `error of N bytes exceeded 2048 bytes`; otherwise a
///   value of more than 2048 bytes makes the error `value of N bytes exceeded 2048 bytes`. N is the
///   length received.
/// * Key, value and error are sanitised (utf8.hpp); value and error are then cut to 2048 bytes at a
///   code point. A text that only the replacements made longer than that is cut without a message.
///
/// @owns  every text it had to change; the others are views into the items
/// @cost  about a read of what is kept; no allocation once it has seen a report as large and as
///        dirty. It keeps the memory of the largest report, so the caller bounds what one report
///        may be
class ReportLimits {
 public:
  /// The items to add, all with the one `stamp`. Replaces what the last call gave out; views hold
  /// until the next call and as long as `items` do.
  Report apply(const Uuid& agent, std::span<const RawItem> items, WallTime stamp,
               std::size_t most_keys = std::numeric_limits<std::size_t>::max());

  /// Of the last apply(). keys_too_long: at = the running sum at the first key over; what came
  /// before was taken.
  [[nodiscard]] std::optional<Error> error() const { return error_; }
  /// Of the last apply(), by their index: first the keys that are too long, then those over
  /// `most_keys`.
  [[nodiscard]] std::span<const RefusedItem> refused() const { return refused_; }
  /// Of the last apply(): items left out because a later one has their key.
  [[nodiscard]] std::size_t repeated() const { return repeated_; }
  /// Of the last apply(): items over `most_keys`.
  [[nodiscard]] std::size_t over_most_keys() const { return over_most_keys_; }

  /// Texts (a key, a value or an error) handed on with something replaced, since construction.
  [[nodiscard]] std::uint64_t sanitized() const { return sanitized_; }
  /// Items left out for their key (too long, repeated, one too many), since construction. They were
  /// never offered.
  [[nodiscard]] std::uint64_t refused_items() const { return refused_items_; }

 private:
  struct Candidate {
    std::size_t index;  // in the report
    std::string_view key;
    bool is_changed;  // by sanitising
    bool is_repeated = false;
  };
  void read_keys(std::span<const RawItem> items);
  void mark_repeated();
  void take(const Candidate& candidate, const RawItem& item, WallTime stamp);
  std::string_view kept(std::string_view text, std::size_t max_bytes);
  std::string_view limited_error(const RawItem& item);
  std::string& room();

  std::vector<Candidate> candidates_;
  std::vector<std::uint32_t> places_;  // of candidates, by the hash of their key; 0: none, else one more than the place
  std::vector<std::string_view> keys_;
  std::vector<std::string_view> values_;
  std::vector<std::string_view> errors_;
  std::vector<WallTime> stamps_;
  std::vector<RefusedItem> refused_;
  std::deque<std::string> rooms_;  // changed texts; a deque because views point into its strings
  std::size_t rooms_used_ = 0;
  std::size_t repeated_ = 0;
  std::size_t over_most_keys_ = 0;
  std::optional<Error> error_;
  std::uint64_t sanitized_ = 0;
  std::uint64_t refused_items_ = 0;
};

/// `metadata keys of N bytes exceeded 6144 bytes`: the answer to the sender of the report.
///
/// @shape error: of ReportLimits::error()
std::string describe_report(const Error& error);

/// `metadata key of N characters exceeded 127 characters`, or `one key more than an agent may
/// have`.
std::string describe(const RefusedItem& item);

/// Makes stamps for reports that strictly increase whatever the clock does: max(now, last + 1 us).
/// One for the whole process; the caller serialises the calls.
class StampSource {
 public:
  WallTime next(WallTime now);

 private:
  std::optional<WallTime> last_;
};

}  // namespace metabatch
