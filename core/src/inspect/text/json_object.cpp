// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/json_object.hpp"

#include <algorithm>

#include "inspect/bytes/escapes.hpp"
#include "inspect/bytes/symbols.hpp"

namespace metabatch::inspecting {
namespace {

/// The strings and punctuation of one object, read tolerantly: the grammar is that of the two
/// messages this channel has seen, and what they do not have is a value.
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
        is_misplaced_ = true;
        break;
      }
    }
    if (!out_.full()) out_.finding().notes.add(is_misplaced_ ? Note::bad_symbols : Note::truncated);
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

  /// False when it does not end: JSON has no raw line ends in strings, so the paste was cut or
  /// broken there.
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
      std::string unescaped;
      if (content.find('\\') != content.npos) {
        for (std::size_t at = 0; at < content.size();) {
          if (content[at] == '\\' && at + 1 < content.size())
            undo_backslash(content, ++at, unescaped);
          else
            unescaped += content[at++];
        }
        content = unescaped;
      }
      const auto id = parse_uuid(content);
      if (id)
        out_.id_upto(end, *id);
      else
        out_.bad_id_upto(end, std::min(end, source_.raw(from + id.error().at)));
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
  bool is_misplaced_ = false;  // a byte that JSON does not have ended it
  Member member_ = Member::other;
};

}  // namespace

std::size_t read_json(Recorder& out, const Source& source, std::size_t from) {
  return out.full() ? from : JsonReader(out, source, from).read();
}

}  // namespace metabatch::inspecting
