// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/layers.hpp"

#include <algorithm>
#include <deque>
#include <optional>

#include "inspect/bytes/escapes.hpp"
#include "inspect/bytes/symbols.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kLongestLine = std::size_t{4} << 20;  // a longer one is read as it stands
constexpr std::size_t kMostLayers = 3;

/// One way to read a line: the text, and what was found in it.
struct Attempt {
  Source source;
  std::size_t layers = 0;
  Inspection result;
  Memory memory;
  std::int64_t score = 0;
  std::size_t end = 0;
};

/// Ids count most. A wrapping or a form that is recognised counts something; what is unreadable or
/// cut counts against it, and so does an id that can be none.
std::int64_t score_of(const Inspection& result) {
  auto score = static_cast<std::int64_t>(result.ids.size()) * 8;
  for (const Finding& one : result.findings) {
    score -= 4 * static_cast<std::int64_t>(one.unreadable);
    if (one.notes.has(Note::truncated)) score -= 3;
    if (one.notes.has(Note::bad_symbols)) score -= 1;
    if (one.notes.has(Note::not_canonical) || one.notes.has(Note::not_rfc)) score -= 2;
    if (one.wrapping != Wrapping::none) score += 2;
    if (one.form == Form::ids_json || one.form == Form::agent_json) score += 2;
  }
  return score;
}

Attempt attempt(const Source& source, std::size_t layers, const Memory& memory, std::size_t from, std::size_t end) {
  Attempt one{source, layers, {}, memory, 0, end};
  Recorder out(one.result, InspectLimits{}.max_spans, from);
  out.set_escaped(layers > 0);
  TextReader(source, out, one.memory, false).read();
  out.upto(end, SpanKind::text);
  one.score = score_of(one.result);
  return one;
}

/// Does a text have a symbol of a chunk as mails write it?
bool has_printed_symbol(std::string_view text) {
  return text.find("=2B") != text.npos || text.find("=2F") != text.npos || text.find("=3D") != text.npos;
}

/// As many ids, but others: then the end of an escape was read as the first symbols of one of them.
/// Not so for `=4B`: many a value behind `=` begins with two hex digits.
bool is_better(const Attempt& later, const Attempt& best, Escape undone) {
  if (later.score != best.score || undone == Escape::quoted_printable) return later.score > best.score;
  return !std::equal(later.result.ids.begin(), later.result.ids.end(), best.result.ids.begin(), best.result.ids.end(),
                     [](const FoundId& a, const FoundId& b) { return a.id == b.id; });
}

bool has_escape(std::string_view text, Escape escape) {
  constexpr std::string_view kMarks = "\\%=&";
  return text.find(kMarks[static_cast<std::size_t>(escape)]) != text.npos;
}

/// Could a text without this layer be another one? Cheap, so that lines without ids are not read
/// many times. One of two joined strings has half of an id.
bool may_matter(std::string_view text) {
  constexpr std::size_t kLeast = kIdSymbols / 2;
  std::size_t run = 0;
  for (const char c : text) {
    run =
        is_symbol(c) || c == '-' || c == '\\' || c == '%' || c == '=' || c == '&' || c == '#' || c == ';' ? run + 1 : 0;
    if (run >= kLeast) return true;
  }
  return false;
}

}  // namespace

bool is_quoted_printable(std::string_view text) {
  constexpr std::size_t kStart = 64 * 1024;
  const std::string_view start = text.substr(0, kStart);
  return start.find("=\n") != start.npos || start.find("=\r\n") != start.npos ||
         start.find("quoted-printable") != start.npos;
}

EscapedLine escaped_line(std::string_view text, std::size_t at, std::size_t line_end, bool is_mail) {
  const std::string_view line = text.substr(at, line_end - at);
  bool is_escaped = line.find('\\') != line.npos || line.find('%') != line.npos || line.find('&') != line.npos ||
                    has_printed_symbol(line);
  std::size_t end = line_end;
  if (is_mail && line.find('=') != line.npos) {
    is_escaped = true;
    for (std::size_t from = at; end < text.size() && end - at < kLongestLine;) {
      std::size_t last = end;
      while (last > from && is_blank(text[last - 1])) --last;
      if (last == from || text[last - 1] != '=') break;
      from = end;
      end = std::min(text.find('\n', end), text.size() - 1) + 1;
    }
  }
  return {end, is_escaped && end - at <= kLongestLine && may_matter(text.substr(at, end - at))};
}

void read_best_layer(Recorder& out, const Source& line, Memory& memory) {
  const std::size_t from = out.covered();
  const std::size_t end = line.raw(line.text.size());
  std::deque<MadeText> texts;  // what the sources below stand on
  std::deque<Attempt> attempts;
  attempts.push_back(attempt(line, 0, memory, from, end));
  std::size_t best = 0;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].layers == kMostLayers) continue;
    for (const Escape escape : {Escape::backslash, Escape::percent, Escape::quoted_printable, Escape::entity}) {
      const std::string_view text = attempts[i].source.text;
      if (!has_escape(text, escape)) continue;
      if (escape == Escape::quoted_printable && !memory.is_mail && !has_printed_symbol(text)) continue;
      auto made = undo(escape, attempts[i].source);
      if (!made) continue;
      texts.push_back(std::move(*made));
      attempts.push_back(attempt(texts.back().source(), attempts[i].layers + 1, memory, from, end));
      if (is_better(attempts.back(), attempts[best], escape)) best = attempts.size() - 1;
    }
    if (attempts.size() > 12) break;
  }
  memory = attempts[best].memory;
  out.append(attempts[best].result, end);
}

}  // namespace metabatch::inspecting
