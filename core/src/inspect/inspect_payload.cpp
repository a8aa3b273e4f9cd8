// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "inspect/inspect_scan.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::string_view kAgentPrefix = "workspace_agent_metadata:";
constexpr std::string_view kProbePrefix = "latency-measure:";

bool all_hex(std::string_view text) { return std::all_of(text.begin(), text.end(), is_hex); }

/// The strings and punctuation of one object, read tolerantly: the grammar is that of the two messages this
/// channel has seen, and what they do not have is a value.
class JsonReader {
 public:
  JsonReader(Recorder& out, const Source& source, std::size_t from) : out_(out), source_(source), at_(from) {}

  std::size_t read() {
    while (at_ < source_.text.size() && !out_.full()) {
      const char c = source_.text[at_];
      if (c == '"') {
        if (!read_string()) break;
      } else if (is_blank(c) || std::string_view("{}[],:").find(c) != std::string_view::npos) {
        ++at_;
        out_.upto(source_.raw(at_), SpanKind::punctuation);
        if (!follow(c)) return at_;
      } else if (!read_scalar()) {
        break;
      }
    }
    out_.finding().notes.add(Note::truncated);
    return at_;
  }

 private:
  enum class Member { agent_ids, collected_at, keys, other };

  /// False when the object is complete.
  bool follow(char c) {
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
    if (!is_blank(c)) key_next_ = depth_ == 1 && (c == '{' || c == ',');
    return depth_ > 0;
  }

  bool read_scalar() {
    const std::size_t from = at_;
    const auto is_scalar = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
             c == '.';
    };
    while (at_ < source_.text.size() && is_scalar(source_.text[at_])) ++at_;
    if (at_ == from) return false;
    out_.upto(source_.raw(at_), SpanKind::value);
    key_next_ = false;
    return true;
  }

  /// False when it does not end: JSON has no raw line ends in strings, so the paste was cut or broken there.
  bool read_string() {
    const std::size_t from = ++at_;
    out_.upto(source_.raw(from), SpanKind::punctuation);
    const std::string_view text = source_.text;
    while (at_ < text.size() && text[at_] != '"' && text[at_] != '\n' && text[at_] != '\r') {
      at_ += text[at_] == '\\' && at_ + 1 < text.size() ? 2 : 1;
    }
    at_ = std::min(at_, text.size());
    emit(text.substr(from, at_ - from), from);
    key_next_ = false;
    if (at_ == text.size() || text[at_] != '"') return false;
    ++at_;
    out_.upto(source_.raw(at_), SpanKind::punctuation);
    return true;
  }

  void emit(std::string_view content, std::size_t from) {
    const std::size_t end = source_.raw(at_);
    if (out_.full() || content.empty()) return;
    if (key_next_) {
      name_member(content);
      out_.upto(end, SpanKind::json_key);
    } else if (member_ == Member::agent_ids) {
      const auto id = parse_uuid(content);
      if (id)
        out_.id_upto(end, *id);
      else
        out_.bad_id_upto(end, source_.raw(from + id.error().at));
    } else if (member_ == Member::collected_at) {
      out_.upto(end, SpanKind::timestamp);
    } else {
      out_.upto(end, member_ == Member::keys ? SpanKind::agent_key : SpanKind::value);
    }
  }

  void name_member(std::string_view key) {
    member_ = Member::other;
    if (key == "agent_ids") member_ = Member::agent_ids;
    if (key == "collected_at") member_ = Member::collected_at;
    if (key == "keys") member_ = Member::keys;
    if (member_ == Member::agent_ids) out_.finding().form = Form::ids_json;
    if (member_ == Member::collected_at || member_ == Member::keys) out_.finding().form = Form::agent_json;
  }

  Recorder& out_;
  const Source& source_;
  std::size_t at_;
  std::size_t depth_ = 0;
  bool key_next_ = false;
  Member member_ = Member::other;
};

/// Is most of it made of the symbols of a chunk?
bool resembles_chunk(std::string_view text) {
  if (text.size() < kIdSymbols) return false;
  const auto symbols = std::count_if(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
  return static_cast<std::size_t>(symbols) >= text.size() - text.size() / 4;
}

Form form_without_ids(Channel channel, Form otherwise) {
  if (channel == Channel::watchdog) return Form::beat;
  return channel == Channel::latency ? Form::probe : otherwise;
}

void read_one_id(Recorder& out, const Source& payload, const Uuid& id, Channel channel) {
  out.finding().form = channel == Channel::latency ? Form::probe : Form::uuid_list;
  out.id_upto(payload.raw(payload.text.size()), id);
}

}  // namespace

void read_chunk(Recorder& out, const Source& payload) {
  if (out.full()) return;
  out.finding().form = Form::chunk;
  ChunkReader reader(payload.text);
  while (const auto met = reader.next()) {
    const std::size_t end = payload.raw(met->at + kIdSymbols);
    if (met->id)
      out.id_upto(end, *met->id, met->canonical);
    else
      out.bad_id_upto(end, payload.raw(met->bad_at));
    if (out.full()) return;
  }
  if (reader.remainder() == 0) return;
  out.finding().notes.add(Note::truncated);
  out.upto(payload.raw(payload.text.size()), SpanKind::rest, Verdict::bad);
}

void read_hex(Recorder& out, const Source& payload, std::size_t from, Form form) {
  if (out.full()) return;
  out.finding().form = form;
  constexpr std::size_t kDigits = 32;
  for (; from + kDigits <= payload.text.size() && !out.full(); from += kDigits) {
    const std::string_view window = payload.text.substr(from, kDigits);
    std::size_t good = 0;
    while (good < kDigits && is_hex(window[good])) ++good;
    const std::size_t end = payload.raw(from + kDigits);
    if (good == kDigits)
      out.id_upto(end, *parse_uuid(window));
    else
      out.bad_id_upto(end, payload.raw(from + good));
  }
  if (from >= payload.text.size() || out.full()) return;
  out.finding().notes.add(Note::truncated);
  out.upto(payload.raw(payload.text.size()), SpanKind::rest, Verdict::bad);
}

std::size_t read_json(Recorder& out, const Source& source, std::size_t from) {
  return out.full() ? from : JsonReader(out, source, from).read();
}

void read_payload(Recorder& out, const Source& payload, Channel channel) {
  if (out.full()) return;
  const std::string_view text = payload.text;
  const std::size_t end = payload.raw(text.size());
  out.finding().payload_bytes = text.size();
  if (text.size() > kMaxNotifyBytes) out.finding().notes.add(Note::over_limit);
  const auto id = parse_uuid(text);
  if (text.empty()) {
    out.finding().form = form_without_ids(channel, Form::empty);
  } else if (id && channel != Channel::batch) {
    read_one_id(out, payload, *id, channel);
  } else if (text.front() == '{' && !id) {
    const std::size_t stop = read_json(out, payload, 0);
    if (stop < text.size() && !out.full()) out.finding().notes.add(Note::bad_symbols);
    out.upto(end, SpanKind::rest, Verdict::bad);
  } else if (text.substr(0, 2) == "\\x") {
    out.upto(payload.raw(2), SpanKind::punctuation);
    read_hex(out, payload, 2, Form::bytea);
  } else if (text.size() % 32 == 0 && all_hex(text)) {
    read_hex(out, payload, 0, Form::raw_hex);
  } else if (resembles_chunk(text) || channel == Channel::batch) {
    read_chunk(out, payload);
  } else {
    out.finding().form = form_without_ids(channel, Form::unknown);
    out.upto(end, SpanKind::value);
  }
}

Channel channel_of(std::string_view name) {
  if (name == "workspace_agent_metadata_batch") return Channel::batch;
  if (name == "pubsub_watchdog") return Channel::watchdog;
  if (name.substr(0, kAgentPrefix.size()) == kAgentPrefix) return Channel::agent;
  if (name.substr(0, kProbePrefix.size()) == kProbePrefix) return Channel::latency;
  return Channel::other;
}

Channel read_channel(Recorder& out, const Source& name) {
  const Channel channel = channel_of(name.text);
  const std::size_t end = name.raw(name.text.size());
  if (channel != Channel::agent && channel != Channel::latency) {
    out.upto(end, SpanKind::channel);
    return channel;
  }
  const std::size_t prefix = channel == Channel::agent ? kAgentPrefix.size() : kProbePrefix.size();
  out.upto(name.raw(prefix), SpanKind::channel);
  const auto id = parse_uuid(name.text.substr(prefix));
  if (id)
    out.id_upto(end, *id);
  else
    out.bad_id_upto(end, name.raw(prefix + id.error().at));
  return channel;
}

}  // namespace metabatch::inspecting
