// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metabatch/inspect.hpp"

/// Other ways to read what is damaged, or was written in another form.
namespace metabatch::inspecting {

/// `-` and `_` as `+` and `/`.
std::string from_url_safe(std::string_view text);

/// The end of at most two `=` at `at`.
std::size_t end_of_padding(std::string_view text, std::size_t at);
/// Is a run the base64 of the raw bytes of two or more ids, one behind the other?
bool is_base64_of_ids(std::string_view run, std::string_view behind);

/// Runs of symbols with nothing but line ends, quoting marks of mails, or signs that cannot be seen
/// between them.
struct Joined {
  std::size_t end = 0;  ///< of the last of them
  std::size_t lines = 1;
  bool holds_ids = false;  ///< together they are ids, and a cut is inside one of them
};
/// @shape [at, end): the first run
Joined joined_from(std::string_view text, std::size_t at, std::size_t end);

/// GUIDs in mixed byte order, where their versions become plausible by it.
void find_mixed_order(Inspection& result);
/// Fills in how many ids each alternative gives, and drops those that give none.
void count_ids(std::string_view input, Inspection& result);

}  // namespace metabatch::inspecting
