// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "metabatch/uuid.hpp"

/// Where the ids of a run of symbols begin. A run says nothing of it: any 22 symbols decode to some
/// UUID. Two facts do: the last symbol of an id is one of four, and UUIDs have a version and a
/// variant. By chance a window has both in 1 of 128 cases.
namespace metabatch::inspecting {

/// A version that RFC 9562 defines, in its variant; or one of its two special values, the nil and
/// the Max UUID.
bool is_plausible(const Uuid& id);
bool is_max(const Uuid& id);

/// Do 22 symbols from `at` on look like an id? False as well where there are less.
bool is_sound_window(std::string_view text, std::size_t at);

/// Windows of 22 symbols, one behind the other.
struct Fit {
  std::size_t offset = 0;   ///< where the first begins
  std::size_t windows = 0;  ///< how many there are to the end of the run
  std::size_t sound = 0;    ///< how many of them look like an id

  [[nodiscard]] std::size_t end() const { return offset + windows * 22; }
};
Fit fit_at(std::string_view run, std::size_t offset);
/// The offset with the most sound windows; the first of several that have as many. @cost linear in
/// the run
Fit best_fit(std::string_view run);

/// Does the run hold ids, although nothing around it says so? Decided so that text and random
/// tokens do not: about 1 of 10,000 random tokens passes.
///
/// @shape is_alone: the run is all there is on its line
bool holds_ids(std::string_view run, const Fit& fit, bool is_alone);

/// Is a word that may hold bytes that are no symbols a chunk?
///
/// @shape is_expected: what stands around it says that it is one; is_alone: nothing stands around
///        it
bool is_damaged_chunk(std::string_view word, bool is_expected, bool is_alone);

/// How many bytes to leave out at `at`, where a window does not look like an id, to come to windows
/// that do; 0: none are near.
std::size_t bytes_to_sound_windows(std::string_view text, std::size_t at);

}  // namespace metabatch::inspecting
