// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/tokens.hpp"

#include <algorithm>

#include "inspect/alternatives.hpp"
#include "inspect/bytes/symbols.hpp"
#include "inspect/bytes/windows.hpp"
#include "inspect/text/payload.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kHexChars = 32;  // of a UUID without hyphens
constexpr std::size_t kGroups[] = {8, 4, 4, 4, 12};

bool is_boundary(std::string_view text, std::size_t at) {
  return at >= text.size() || !is_of(text[at], kLetterOrDigit);
}

/// A UUID with one fault: a digit too few or too many, one or two letters that are no hex digits,
/// or a hyphen too few or too many.
bool is_mistyped_uuid(std::string_view token) {
  if (token.size() < kUuidChars - 1 || token.size() > kUuidChars + 1) return false;
  std::size_t hyphens = 0, hex = 0, group = 0, wrong_groups = 0, in_group = 0;
  const auto end_group = [&] {
    if (group < 5 && in_group != kGroups[group]) ++wrong_groups;
    ++group;
    in_group = 0;
  };
  for (const char c : token) {
    hyphens += c == '-' ? 1 : 0;
    hex += is_hex(c) ? 1 : 0;
    if (c == '-')
      end_group();
    else
      ++in_group;
  }
  end_group();
  const std::size_t other = token.size() - hyphens - hex;
  if (other == 0 && hex == kHexChars) return hyphens == 3 || hyphens == 5;
  if (hyphens != 4) return false;
  if (other == 0) return wrong_groups == 1 && (hex == kHexChars - 1 || hex == kHexChars + 1);
  return other <= 2 && wrong_groups == 0;
}

/// Is each of the ids in these digits one that may be?
bool holds_plausible_ids(std::string_view digits) {
  for (std::size_t at = 0; at + kHexChars <= digits.size(); at += kHexChars)
    if (!is_plausible(*parse_uuid(digits.substr(at, kHexChars)))) return false;
  return true;
}

bool is_number(std::string_view word) { return word.size() <= 6 && all_of(word, kNumber); }

}  // namespace

bool is_uuid_shape(std::string_view text, std::size_t at) {
  if (at + kUuidChars > text.size()) return false;
  const char* const from = text.data() + at;
  if (from[8] != '-' || from[13] != '-' || from[18] != '-' || from[23] != '-') return false;
  std::size_t hex = 0;
  for (std::size_t i = 0; i < kUuidChars; ++i) hex += is_hex(from[i]) ? 1 : 0;
  return hex == kHexChars;
}

void TokenReader::end_list() {
  if (!in_list_) return;
  out_.end_finding();
  in_list_ = false;
}

void TokenReader::begin(Form form, Channel channel) {
  out_.begin_finding(form, Wrapping::none, channel);
  in_list_ = false;
}

std::size_t TokenReader::put_text(std::size_t end) {
  out_.upto(source_.raw(end), SpanKind::text);
  return end;
}

void TokenReader::offer(Reading reading, std::size_t from, std::size_t to, std::size_t lines) {
  const std::size_t length = source_.raw(to) - source_.raw(from);
  if (to == from || length % (to - from) != 0) return;  // escapes are in it: the bytes as pasted are another text
  out_.add_alternative({reading, source_.raw(from), length, 0, static_cast<std::uint32_t>(lines)});
}

std::size_t TokenReader::read(std::size_t at, const Around& around) {
  const std::size_t run_end = end_of_run(text_, at, kSymbol);
  if ((text_[at] | 0x20) == 'u' && run_end - at == 3)
    if (const std::size_t end = read_urn(at, around); end != at) return end;
  const char next = run_end < text_.size() ? text_[run_end] : ' ';
  if (next == '-' && run_end - at >= 7)
    if (const std::size_t end = read_hyphenated(at, run_end, around); end != at) return end;
  if (next == '-' || next == '_')
    if (const std::size_t end = read_url_safe(at); end != at) return end;
  if (next >= 0x7f || next < 0x20 || next == ' ') find_joined(at, run_end);
  return read_run(at, run_end, around);
}

void TokenReader::open_list(const Around& around) {
  if (!in_list_) out_.begin_finding(Form::uuid_list, around.list_wrapping, around.named);
  in_list_ = true;
  out_.resume_finding();
}

bool TokenReader::read_uuid(std::size_t at, std::size_t end, const Around& around) {
  const auto id = parse_uuid(text_.substr(at, end - at));
  if (!id) return false;
  open_list(around);
  out_.id_upto(source_.raw(end), *id);
  out_.pause_finding();
  return true;
}

std::size_t TokenReader::read_urn(std::size_t at, const Around& around) {
  constexpr std::string_view kUrn = "urn:uuid:";
  const std::size_t body = at + kUrn.size();
  for (const std::size_t size : {kUuidChars, kHexChars})
    if (body + size <= text_.size() && is_boundary(text_, body + size) && read_uuid(at, body + size, around))
      return body + size;
  return at;
}

std::size_t TokenReader::put_uuid(std::size_t at, const Around& around) {
  read_uuid(at, at + kUuidChars, around);
  return at + kUuidChars;
}

std::size_t TokenReader::put_mistyped(std::size_t from, std::size_t to, const Around& around) {
  open_list(around);
  const std::size_t bad = parse_uuid(text_.substr(from, to - from)).error().at;
  out_.bad_id_upto(source_.raw(to), source_.raw(std::min(from + bad, to)));
  out_.pause_finding();
  return to;
}

/// `at` where the run is neither the first group of a UUID nor of one that was mistyped.
std::size_t TokenReader::read_hyphenated(std::size_t at, std::size_t run_end, const Around& around) {
  std::size_t word = run_end;  // the last letters and digits of the run
  while (word > at && is_of(text_[word - 1], kLetterOrDigit)) --word;
  std::size_t token_end = run_end;
  while (token_end < text_.size() && token_end - word <= kUuidChars + 2 &&
         (is_of(text_[token_end], kLetterOrDigit) || text_[token_end] == '-'))
    ++token_end;
  while (token_end > word && text_[token_end - 1] == '-') --token_end;
  const std::size_t first = run_end - std::min<std::size_t>(run_end - at, 8);
  if (is_uuid_shape(text_, first)) {
    // One digit too many at either end is a mistake of whoever typed it; anything else is a
    // neighbour.
    if (token_end - word == kUuidChars + 1 && is_mistyped_uuid(text_.substr(word, token_end - word))) {
      if (word > at) read_part(at, word, around);
      return put_mistyped(word, token_end, around);
    }
    if (first > at) read_part(at, first, around);
    return put_uuid(first, around);
  }
  if (!is_mistyped_uuid(text_.substr(word, token_end - word))) return at;
  if (word > at) read_part(at, word, around);
  return put_mistyped(word, token_end, around);
}

std::size_t TokenReader::read_url_safe(std::size_t at) {
  const auto is_url_safe = [](char c) { return is_of(c, kLetterOrDigit) || c == '-' || c == '_'; };
  if (at > 0 && is_url_safe(text_[at - 1])) return at;
  std::size_t end = at;
  while (end < text_.size() && is_url_safe(text_[end])) ++end;
  if (end - at < kIdSymbols || (end - at) % kIdSymbols != 0) return at;
  const std::string chunk = from_url_safe(text_.substr(at, end - at));
  const Fit fit = fit_at(chunk, 0);
  if (fit.sound != fit.windows) return at;
  begin(Form::chunk, Channel::unnamed);
  read_chunk(out_, source_.part(at, end - at));
  out_.end_finding();
  offer(Reading::url_safe, at, end);
  return end;
}

std::size_t TokenReader::read_run(std::size_t at, std::size_t end, const Around& around) {
  if (const std::size_t word_end = read_word(at, end, around); word_end != at) return word_end;
  return read_part(at, end, around);
}

/// A run of which it is known where it ends.
std::size_t TokenReader::read_part(std::size_t at, std::size_t end, const Around& around) {
  const std::string_view run = text_.substr(at, end - at);
  if (run.size() < kIdSymbols) {
    if (!is_number(run)) end_list();
    return put_text(end);
  }
  if (read_hex_run(at, end, around)) return end;
  if (is_base64_of_ids(run, text_.substr(end, 2))) offer(Reading::base64_bytes, at, end_of_padding(text_, end));
  if (const std::size_t chunk_end = read_chunk_run(at, end, around); chunk_end != at) return chunk_end;
  if (read_segments(at, end, around)) return end;
  end_list();
  return put_text(end);
}

/// Digits are ids where nothing else is on the line, and between words where they make plausible
/// ones.
bool TokenReader::read_hex_run(std::size_t at, std::size_t end, const Around& around) {
  std::string_view run = text_.substr(at, end - at);
  const bool has_prefix = run.size() > kHexChars && run[0] == '0' && (run[1] | 0x20) == 'x';
  if (has_prefix) run.remove_prefix(2);
  if (!all_of(run, kHexDigit) || run.size() < kHexChars) return false;
  const bool is_whole = run.size() % kHexChars == 0;
  if (is_hex_of_text(run)) {
    end_list();
    offer(Reading::hex_of_text, at, end);
    put_text(end);
    return true;
  }
  if (has_prefix) {
    if (!is_whole || !holds_plausible_ids(run)) return false;
    end_list();
    offer(Reading::hex_prefix, at, end);
    put_text(end);
    return true;
  }
  const bool is_input = around.input_from == at && around.input_to == end;
  const bool is_line = around.line_from == at && around.line_to == end;
  if (run.size() == kHexChars) return (is_line || in_list_ || holds_plausible_ids(run)) && read_uuid(at, end, around);
  if (!is_input && !(is_whole && holds_plausible_ids(run))) return false;
  if (is_input && !is_whole && run.size() % kIdSymbols == 0) return false;
  begin(Form::raw_hex, around.named);
  read_hex(out_, source_.part(at, end - at), 0, Form::raw_hex);
  if (!out_.full() && run.size() > kMaxNotifyBytes) out_.finding().notes.add(Note::over_limit);
  out_.end_finding();
  return true;
}

/// A whole word that is a chunk although bytes in it are damaged: alone in the input, behind the
/// name of the batch channel, or with so many ids in it that it can be nothing else. `at` when it
/// is none.
std::size_t TokenReader::read_word(std::size_t at, std::size_t run_end, const Around& around) {
  if (at > 0 && !is_hard(text_[at - 1])) return at;
  const bool is_first = around.input_from == at;
  const bool is_named = around.named == Channel::batch;
  const bool goes_on = run_end < text_.size() && !is_hard(text_[run_end]);
  if (!is_first && !is_named && !goes_on) return at;
  std::size_t end = run_end;
  std::size_t symbols = run_end - at;
  for (; end < text_.size() && !is_hard(text_[end]); ++end) symbols += is_symbol(text_[end]) ? 1 : 0;
  // The full stop of a sentence is no byte of what stands at its end.
  if (text_[end - 1] == '.' && end - 1 > run_end - 1 && (end - 1 - at) % kIdSymbols == 0 && is_symbol(text_[end - 2]))
    --end;
  const std::string_view word = text_.substr(at, end - at);
  const std::size_t strange = word.size() - symbols;
  const std::size_t padded = end_of_padding(text_, end);
  const bool is_alone = is_first && padded == around.input_to;
  if (word.size() < kIdSymbols || strange * 4 > word.size() || all_of(word, kHexDigit)) return at;
  if (!is_alone && !is_named && (word.size() < 2 * kIdSymbols || strange == 0 || strange * 20 > word.size())) return at;
  if (!is_damaged_chunk(word, is_alone || is_named, is_alone)) return at;
  begin(Form::chunk, around.named);
  read_bounded_chunk(out_, source_.part(at, end - at));
  if (!out_.full() && word.size() > kMaxNotifyBytes) out_.finding().notes.add(Note::over_limit);
  return finish_chunk(end);
}

/// A run between other words. Its windows are tried at every offset, because what touches it may be
/// symbols as well.
std::size_t TokenReader::read_chunk_run(std::size_t at, std::size_t end, const Around& around) {
  constexpr std::size_t kGlued = 2;  // letters of an escape
  const std::string_view run = text_.substr(at, end - at);
  const Fit fit = best_fit(run);
  if (!holds_ids(run, fit, around.line_from == at && end_of_padding(text_, end) == around.line_to)) return at;
  end_list();
  const std::size_t from = at + fit.offset;
  const bool divides = fit.offset > 0 && (text_[from - 1] == '/' || text_[from - 1] == '+');
  // What is glued to it may be the end of an escape, and the escape its first symbol.
  const bool is_escape = at > 0 && (text_[at - 1] == '%' || text_[at - 1] == '\\' || text_[at - 1] == '=');
  const bool lacks_front = fit.offset > (is_escape ? 0 : kGlued) && !divides;
  const std::size_t to = at + fit.end();
  const bool lacks_end = to < end && text_[to] != '/' && text_[to] != '+';
  if (!lacks_front) put_text(from);
  begin(Form::chunk, around.named);
  if (lacks_front) {
    out_.finding().notes.add(Note::truncated);
    out_.upto(source_.raw(from), SpanKind::rest, Verdict::bad);
  }
  const std::size_t stop = lacks_end ? end : to;
  read_chunk(out_, source_.part(from, stop - from));
  if (!out_.full() && stop - from > kMaxNotifyBytes) out_.finding().notes.add(Note::over_limit);
  const std::size_t done = finish_chunk(stop);
  return done < end ? read_part(done, end, around) : done;
}

/// Behind a chunk: padding, and ids that go on behind it.
std::size_t TokenReader::finish_chunk(std::size_t end) {
  while (end < text_.size() && text_[end] == '=' && !out_.full()) {
    const std::size_t behind = end_of_padding(text_, end);
    out_.finding().notes.add(Note::padded);
    out_.upto(source_.raw(behind), SpanKind::punctuation, Verdict::odd);
    end = behind;
    if (!is_sound_window(text_, end)) break;
    const std::size_t next = end_of_run(text_, end, kSymbol);
    read_chunk(out_, source_.part(end, next - end));
    end = next;
  }
  out_.end_finding();
  return end;
}

/// 32 hex digits between two `/`: a part of a path.
bool TokenReader::read_segments(std::size_t at, std::size_t end, const Around& around) {
  bool is_found = false;
  for (std::size_t from = at; from < end;) {
    const std::size_t to = std::min(end_of_run(text_.substr(0, end), from, kLetterOrDigit), end);
    const std::string_view segment = text_.substr(from, to - from);
    const bool is_id = segment.size() == kHexChars && segment.size() != end - at && all_of(segment, kHexDigit) &&
                       holds_plausible_ids(segment);
    if (is_id) {
      put_text(from);
      is_found = read_uuid(from, to, around);
    }
    from = to + 1;
  }
  if (is_found) put_text(end);
  return is_found;
}

void TokenReader::find_joined(std::size_t at, std::size_t end) {
  if (at < joined_until_) return;
  const Joined joined = joined_from(text_, at, end);
  joined_until_ = joined.end;
  if (joined.holds_ids) offer(Reading::joined_lines, at, joined.end, joined.lines);
}

}  // namespace metabatch::inspecting
