// SPDX-License-Identifier: Apache-2.0
#include "inspect/bytes/windows.hpp"

#include <algorithm>

#include "inspect/bytes/symbols.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kVersionAt = 8;   // its upper four bits are those of byte 6
constexpr std::size_t kVariantAt = 10;  // its lower two bits are the upper ones of byte 8
constexpr unsigned kVersions = 8;       // RFC 9562 defines 1 to 8

/// Letters of both cases: words and paths seldom have them, and of 22 random symbols 1 of 50,000
/// has not. An id without them is missed where it stands alone between words. Digits in their
/// place would find most of those, but take 1 of 250 tokens of 22 small letters and digits for an
/// id.
bool is_mixed(std::string_view text) {
  bool upper = false, lower = false;
  for (const char c : text) {
    upper = upper || (c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
  }
  return upper && lower;
}

bool is_special(std::string_view window) {
  if (window[0] != 'A' && window[0] != '/') return false;
  const std::string_view body = window.substr(0, kIdSymbols - 1);
  if (body.find_first_not_of('A') == body.npos) return window.back() == 'A';
  return body.find_first_not_of('/') == body.npos && window.back() == 'w';
}

bool has_only_symbols(std::string_view window) { return all_of(window, kSymbol); }

bool has_canonical_ends(std::string_view run) {
  for (std::size_t at = kIdSymbols - 1; at < run.size(); at += kIdSymbols)
    if ((symbol_value(run[at]) & 15) != 0) return false;
  return true;
}

/// Is it windows and nothing else, each with a last symbol that an id may have?
bool has_canonical_windows(std::string_view run) {
  return run.size() % kIdSymbols == 0 && has_only_symbols(run) && has_canonical_ends(run);
}

}  // namespace

bool is_max(const Uuid& id) {
  return std::all_of(id.bytes.begin(), id.bytes.end(), [](std::uint8_t byte) { return byte == 0xff; });
}

bool is_plausible(const Uuid& id) {
  if (id.is_nil() || is_max(id)) return true;
  return variant(id) == UuidVariant::rfc && id.version() >= 1 && static_cast<unsigned>(id.version()) <= kVersions;
}

bool is_sound_window(std::string_view text, std::size_t at) {
  if (at + kIdSymbols > text.size()) return false;
  const char* const window = text.data() + at;
  const std::uint8_t last = symbol_value(window[kIdSymbols - 1]);
  if (last == kNoSymbol || (last & 15) != 0) return false;
  const unsigned version = symbol_value(window[kVersionAt]) >> 2;
  const bool looks = version >= 1 && version <= kVersions && (symbol_value(window[kVariantAt]) & 3) == 2;
  const std::string_view all(window, kIdSymbols);
  return (looks && has_only_symbols(all)) || is_special(all);
}

Fit fit_at(std::string_view run, std::size_t offset) {
  Fit fit;
  fit.offset = offset;
  for (std::size_t at = offset; at + kIdSymbols <= run.size(); at += kIdSymbols) {
    ++fit.windows;
    fit.sound += is_sound_window(run, at) ? 1 : 0;
  }
  return fit;
}

Fit best_fit(std::string_view run) {
  Fit best = fit_at(run, 0);
  if (best.sound == best.windows || has_canonical_windows(run)) return best;
  for (std::size_t offset = 1; offset < kIdSymbols && offset + kIdSymbols <= run.size(); ++offset) {
    const Fit fit = fit_at(run, offset);
    if (fit.sound > best.sound) best = fit;
  }
  return best;
}

bool holds_ids(std::string_view run, const Fit& fit, bool is_alone) {
  if (fit.windows == 0) return false;
  const std::size_t behind = run.size() - fit.end();
  const bool is_whole = fit.offset == 0 && behind == 0;
  // Ids of no known version are told from random tokens by their last symbols alone: three of them,
  // or all of a line.
  if (is_whole && has_canonical_windows(run) && (fit.windows >= 3 || (is_alone && is_mixed(run)))) return true;
  if (fit.sound == 0) return false;
  const std::string_view first = run.substr(fit.offset, kIdSymbols);
  if (is_whole) return fit.sound * 2 >= fit.windows && (fit.windows > 1 || is_mixed(first) || is_special(first));
  if (fit.sound >= 2) return fit.sound * 4 >= fit.windows * 3;
  if (fit.windows > 1 || !is_mixed(first)) return false;
  // One window and something beside it: only where the two are divided, or where an escape left a
  // letter or two.
  const bool begins = fit.offset <= 2 || run[fit.offset - 1] == '/' || run[fit.offset - 1] == '+';
  const bool ends = behind == 0 || run[fit.end()] == '/' || run[fit.end()] == '+';
  return begins && ends;
}

bool is_damaged_chunk(std::string_view word, bool is_expected, bool is_alone) {
  const Fit aligned = fit_at(word, 0);
  if (is_expected && aligned.sound > 0 && (is_mixed(word) || is_special(word.substr(0, kIdSymbols)))) return true;
  if (is_expected && word.size() % kIdSymbols == 0 && has_only_symbols(word) &&
      (is_mixed(word) || has_canonical_ends(word)))
    return true;
  const Fit best = best_fit(word);
  if (is_alone && best.sound > 0 && best.sound * 2 >= best.windows) return best.offset <= 2 || best.windows > 1;
  return best.sound >= 2 && best.sound * 2 >= best.windows;
}

std::size_t bytes_to_sound_windows(std::string_view text, std::size_t at) {
  constexpr std::size_t kFarthest = 2 * kIdSymbols;
  for (std::size_t skip = 1; skip < kFarthest && at + skip + kIdSymbols <= text.size(); ++skip) {
    const std::size_t from = at + skip;
    if (!is_sound_window(text, from)) continue;
    const std::size_t next = from + kIdSymbols;
    if (next == text.size() || is_sound_window(text, next)) return skip;
  }
  return 0;
}

}  // namespace metabatch::inspecting
