// SPDX-License-Identifier: Apache-2.0
#include "metabatch/inspect.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "inspect/inspect_scan.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch {
namespace {

using namespace inspecting;

constexpr std::size_t kLogPrefix = 256;  // bytes of a line in which its severity is looked for

constexpr std::array<bool, 256> make_delimiters() {
  std::array<bool, 256> is{};
  for (const char c : std::string_view("'\"`,;()[]<>|={}\\: \t\r\n\v\f")) is[static_cast<unsigned char>(c)] = true;
  return is;
}
constexpr auto kDelimiters = make_delimiters();

bool is_delimiter(char c) { return kDelimiters[static_cast<unsigned char>(c)]; }
bool is_symbol(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}
char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return lowered(a) == b; });
}

/// Reads text, word by word. Every step covers what it read, so that `at_` is where the spans end.
class TextReader {
 public:
  TextReader(std::string_view input, Recorder& out) : input_(input), out_(out), last_(input.size()) {
    while (first_ < last_ && is_blank(input[first_])) ++first_;
    while (last_ > first_ && is_blank(input[last_ - 1])) --last_;
  }

  void read() {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (input_.substr(0, 3) == kByteOrderMark) put(3, SpanKind::blank);
    while (at_ < input_.size() && !out_.full()) {
      if (at_ >= line_end_)
        enter_line();  // which may read a whole line
      else
        step();
    }
    out_.end_finding();
  }

 private:
  void enter_line();
  void step();
  bool read_wrapping();
  bool read_brace();
  bool read_bytea();
  bool read_channel_name();
  bool read_uuid(std::size_t end);
  bool read_run(std::size_t end);

  void put(std::size_t end, SpanKind kind) {
    out_.upto(end, kind);
    at_ = end;
  }
  /// Ends the list of UUIDs, if one is open, and begins something else.
  void begin(Form form, Channel channel) {
    out_.begin_finding(form, Wrapping::none, channel);
    in_list_ = false;
  }
  bool finish() {
    out_.end_finding();
    at_ = out_.covered();
    return true;
  }
  [[nodiscard]] std::size_t word_end(std::size_t from) const {
    while (from < input_.size() && !is_delimiter(input_[from])) ++from;
    return from;
  }
  [[nodiscard]] bool ends_word(std::size_t at) const { return at >= input_.size() || is_delimiter(input_[at]); }

  std::string_view input_;
  Recorder& out_;
  std::size_t at_ = 0;
  std::size_t line_end_ = 0;  // offset behind the line's own end mark
  std::size_t first_ = 0;     // of the input without the blanks around it
  std::size_t last_;
  bool in_list_ = false;
  Channel named_ = Channel::unnamed;  // a channel whose name stood in this line
};

void TextReader::enter_line() {
  const std::size_t end = input_.find_first_of("\r\n", at_);
  line_end_ = end == std::string_view::npos ? input_.size() : end + 1;
  named_ = Channel::unnamed;
  constexpr std::string_view kSeverities[] = {"LOG", "DETAIL", "STATEMENT", "ERROR", "WARNING", "NOTICE", "CONTEXT"};
  const std::string_view start = input_.substr(at_, std::min(kLogPrefix, line_end_ - at_));
  bool in_log = false;
  for (std::size_t colon = start.find(":  "); colon != std::string_view::npos && !in_log;
       colon = start.find(":  ", colon + 1)) {
    for (const std::string_view severity : kSeverities) {
      if (colon < severity.size() || start.substr(colon - severity.size(), severity.size()) != severity) continue;
      in_log = true;
      put(at_ + colon + 3, SpanKind::log_prefix);
      break;
    }
  }
  out_.set_in_log(in_log);
}

void TextReader::step() {
  const char c = input_[at_];
  if (is_blank(c)) return put(at_ + 1, SpanKind::blank);
  if (read_wrapping() || read_brace() || read_bytea()) return;
  const std::size_t end = word_end(at_);
  if (end == at_) return put(at_ + 1, SpanKind::text);
  if (read_uuid(end) || read_channel_name() || read_run(end)) return;
  const bool bullet = end == at_ + 1 && !is_symbol(c);
  if (in_list_ && !bullet) {
    out_.end_finding();
    in_list_ = false;
  }
  put(end, SpanKind::text);
}

bool TextReader::read_wrapping() {
  std::size_t line_text_end = line_end_;
  if (line_text_end > at_ && (input_[line_text_end - 1] == '\n' || input_[line_text_end - 1] == '\r')) --line_text_end;
  const Place place{input_, at_, line_text_end};
  bool taken = false;
  switch (input_[at_]) {
    case 'A': taken = read_psql(out_, place); break;
    case 'N':
    case 'n': taken = same_word(input_.substr(at_, 6), "notify") && read_notify(out_, place); break;
    case 'P':
    case 'p': taken = same_word(input_.substr(at_, 9), "pg_notify") && read_pg_notify(out_, place); break;
    case '$': taken = read_parameters(out_, place); break;
    default: break;
  }
  if (!taken) return false;
  in_list_ = false;
  at_ = out_.covered();
  return true;
}

/// An object of one of the older forms, or a UUID in braces.
bool TextReader::read_brace() {
  constexpr std::size_t kBlanks = 64;  // looked over between the brace and the first key
  if (input_[at_] != '{') return false;
  for (const std::size_t size : {kUuidChars + 2, std::size_t{34}}) {
    if (at_ + size <= input_.size() && input_[at_ + size - 1] == '}' && read_uuid(at_ + size)) return true;
  }
  std::size_t key = at_ + 1;
  while (key < input_.size() && key - at_ < kBlanks && is_blank(input_[key])) ++key;
  for (const std::string_view known : {"\"agent_ids\"", "\"collected_at\"", "\"keys\""}) {
    if (input_.substr(key, known.size()) != known) continue;
    begin(Form::unknown, named_);
    const std::size_t from = at_;
    const std::size_t stop = read_json(out_, Source{input_, 0, {}}, at_);
    if (!out_.full()) out_.finding().payload_bytes = stop - from;
    if (!out_.full() && stop - from > kMaxNotifyBytes) out_.finding().notes.add(Note::over_limit);
    return finish();
  }
  return false;
}

bool TextReader::read_bytea() {
  constexpr std::size_t kLeastDigits = 16;
  if (input_[at_] != '\\' || at_ + 1 == input_.size() || input_[at_ + 1] != 'x') return false;
  const std::size_t stop = word_end(at_ + 1);
  const std::string_view word = input_.substr(at_, stop - at_);
  if (word.size() < 2 + kLeastDigits || !is_hex(word[2])) return false;
  begin(Form::bytea, named_);
  read_payload(out_, Source{word, at_, {}}, named_);
  return finish();
}

/// The name of a channel of ours without the wrapping that would carry a payload.
bool TextReader::read_channel_name() {
  for (const std::string_view name :
       {"workspace_agent_metadata_batch", "pubsub_watchdog", "workspace_agent_metadata:", "latency-measure:"}) {
    if (input_.substr(at_, name.size()) != name) continue;
    const bool with_id = name.back() == ':';
    const std::size_t stop = with_id ? word_end(at_ + name.size()) : at_ + name.size();
    if (with_id ? stop == at_ + name.size() : !ends_word(stop)) return false;
    named_ = channel_of(name);
    begin(named_ == Channel::latency    ? Form::probe
          : named_ == Channel::watchdog ? Form::beat
                                        : Form::channel_name,
          named_);
    read_channel(out_, Source{input_.substr(at_, stop - at_), at_, {}});
    return finish();
  }
  return false;
}

/// One item of a list; `end` is where the word (or the closing brace) ends.
bool TextReader::read_uuid(std::size_t end) {
  constexpr std::size_t kUrn = 9;
  if (same_word(input_.substr(at_, kUrn), "urn:uuid:")) end = word_end(at_ + kUrn);
  if (end - at_ < 32 || end - at_ > kUrn + kUuidChars || !ends_word(end)) return false;
  const auto id = parse_uuid(input_.substr(at_, end - at_));
  if (!id) return false;
  if (!in_list_) out_.begin_finding(Form::uuid_list, Wrapping::none, named_);
  in_list_ = true;
  out_.resume_finding();
  out_.id_upto(end, *id);
  out_.pause_finding();
  at_ = end;
  return true;
}

/// A run of hex digits, or of the symbols of a chunk. Between other words it must look like one; as the whole
/// input, or behind the name of the batch channel, it is read as one although it is damaged.
bool TextReader::read_run(std::size_t end) {
  const std::string_view word = input_.substr(at_, end - at_);
  if (word.size() < kIdSymbols) return false;
  std::size_t symbols = 0;
  std::size_t hex = 0;
  bool upper = false;
  bool lower = false;
  bool digit = false;
  for (const char c : word) {
    symbols += is_symbol(c) ? 1 : 0;
    hex += is_hex(c) ? 1 : 0;
    upper = upper || (c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
    digit = digit || (c >= '0' && c <= '9');
  }
  const bool whole_ids = word.size() % kIdSymbols == 0;
  const bool alone = (at_ == first_ && end == last_) || named_ == Channel::batch;
  const bool is_hex_run = hex == word.size() && word.size() >= 32 && (word.size() % 32 == 0 || !whole_ids);
  const std::size_t strange = word.size() - symbols;
  const bool resembles = strange == 0
                             ? whole_ids || (upper && lower && digit)
                             : word.size() >= 2 * kIdSymbols && strange * 20 <= word.size() && upper && lower && digit;
  if (!is_hex_run && !resembles && !(alone && strange * 4 <= word.size())) return false;
  begin(is_hex_run ? Form::raw_hex : Form::chunk, named_);
  const Source payload{word, at_, {}};
  if (is_hex_run)
    read_hex(out_, payload, 0, Form::raw_hex);
  else
    read_chunk(out_, payload);
  if (!out_.full() && word.size() > kMaxNotifyBytes) out_.finding().notes.add(Note::over_limit);
  return finish();
}

/// Is it bytes rather than text? Judged by its beginning: bytes of UUIDs are control characters or invalid
/// UTF-8 more often than not.
bool is_binary(std::string_view input) {
  const std::string_view start = input.substr(0, 4096);
  std::size_t strange = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto c = static_cast<unsigned char>(start[i]);
    if (c < 0x80) {
      strange += (c < 0x20 && !is_blank(start[i]) && c != 0x1b) || c == 0x7f ? 1 : 0;
      continue;
    }
    const std::size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    std::size_t follow = 0;
    while (follow < more && i + follow + 1 < start.size() && (start[i + follow + 1] & 0xc0) == 0x80) ++follow;
    if (c >= 0xc2 && c < 0xf5 && follow == more)
      i += more;
    else
      ++strange;
  }
  return input.size() >= 16 && strange * 8 >= start.size();
}

void read_binary(std::string_view input, Recorder& out) {
  out.begin_finding(Form::binary);
  std::size_t at = 0;
  for (; at + 16 <= input.size() && !out.full(); at += 16) {
    Uuid id;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(input.data()) + at, 16, id.bytes.begin());
    out.id_upto(at + 16, id);
  }
  if (at < input.size() && out.in_finding() && !out.full()) out.finding().notes.add(Note::truncated);
  out.upto(input.size(), SpanKind::rest, Verdict::bad);
  out.end_finding();
}

bool has_mixed_line_ends(std::string_view input) {
  bool met[3] = {};  // LF, CRLF, CR
  for (std::size_t at = input.find_first_of("\r\n"); at != std::string_view::npos;
       at = input.find_first_of("\r\n", at + 1)) {
    const bool crlf = input[at] == '\r' && at + 1 < input.size() && input[at + 1] == '\n';
    met[crlf ? 1 : input[at] == '\r' ? 2 : 0] = true;
    if (crlf) ++at;
  }
  return met[0] + met[1] + met[2] > 1;
}

/// Only where agents are listed: a probe names its measurer twice by design.
bool lists_agents(Form form) {
  return form != Form::probe && form != Form::agent_json && form != Form::channel_name && form != Form::unknown;
}

/// Where an id stands in the order of bytes: nearly always decided by its first eight, which are compared as one number.
struct IdPlace {
  std::uint64_t first_bytes;
  std::uint32_t index;
};

std::vector<std::uint32_t> order_of(const std::vector<FoundId>& ids) {
  std::vector<IdPlace> places(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::uint64_t number = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) number = number << 8 | ids[i].id.bytes[byte];
    places[i] = {number, static_cast<std::uint32_t>(i)};
  }
  std::sort(places.begin(), places.end(), [&](const IdPlace& a, const IdPlace& b) {
    if (a.first_bytes != b.first_bytes) return a.first_bytes < b.first_bytes;
    const int rest = std::memcmp(ids[a.index].id.bytes.data() + 8, ids[b.index].id.bytes.data() + 8, 8);
    return rest != 0 ? rest < 0 : a.index < b.index;
  });
  std::vector<std::uint32_t> order(ids.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = places[i].index;
  return order;
}

void find_duplicates(Inspection& result) {
  const std::vector<std::uint32_t> order = order_of(result.ids);
  for (std::size_t i = 0; i < order.size(); ++i) {
    FoundId& one = result.ids[order[i]];
    const bool seen = i > 0 && result.ids[order[i - 1]].id == one.id;
    if (!seen) {
      ++result.distinct_ids;
      continue;
    }
    const FoundId& before = result.ids[order[i - 1]];
    one.first = before.first;
    if (one.finding == kNowhere || before.finding != one.finding) continue;
    Finding& finding = result.findings[one.finding];
    if (!lists_agents(finding.form)) continue;
    ++finding.duplicates;
    finding.notes.add(Note::duplicates);
    if (finding.verdict == Verdict::good) finding.verdict = Verdict::odd;
  }
}

}  // namespace

Inspection inspect(std::string_view input, InspectLimits limits) {
  Inspection result;
  Recorder out(result, limits.max_spans);
  const bool binary = is_binary(input);
  if (binary)
    read_binary(input, out);
  else
    TextReader(input, out).read();
  out.end_finding();
  result.read_bytes = out.covered();
  if (result.read_bytes < input.size()) {
    Span unread;
    unread.at = result.read_bytes;
    unread.length = input.size() - result.read_bytes;
    unread.kind = SpanKind::unread;
    result.spans.push_back(unread);
    result.notes.add(Note::stopped);
  }
  find_duplicates(result);
  for (const Finding& finding : result.findings) {
    result.notes.bits = static_cast<std::uint16_t>(result.notes.bits | finding.notes.bits);
  }
  if (!binary && has_mixed_line_ends(input)) result.notes.add(Note::mixed_line_ends);
  return result;
}

}  // namespace metabatch
