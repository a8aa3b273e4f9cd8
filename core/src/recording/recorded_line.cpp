// SPDX-License-Identifier: Apache-2.0
#include "recording/recorded_line.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace metabatch {

std::optional<std::int64_t> arrival_micros(std::string_view number) {
  constexpr std::size_t kMostDigits = 18;
  const bool is_negative = number.starts_with('-');
  std::string digits;  // without the point
  std::int64_t whole = 0, exponent = 0;
  bool is_behind_point = false;
  for (std::size_t i = is_negative ? 1 : 0; i < number.size(); ++i) {
    const char c = number[i];
    if (c == '.') {
      is_behind_point = true;
    } else if (c == 'e' || c == 'E') {
      const bool is_down = i + 1 < number.size() && number[i + 1] == '-';
      for (const char digit : number.substr(i + 1))
        if (digit >= '0' && digit <= '9') exponent = std::min<std::int64_t>(exponent * 10 + (digit - '0'), 1'000'000);
      if (is_down) exponent = -exponent;
      break;
    } else {
      digits += c;
      if (!is_behind_point) ++whole;
    }
  }
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return 0;
  if (is_negative) return std::nullopt;
  const std::int64_t size = whole + exponent;  // digits before the point, leading zeros included
  if (size <= static_cast<std::int64_t>(first)) return std::nullopt;
  if (size - static_cast<std::int64_t>(first) > static_cast<std::int64_t>(kMostDigits)) return std::nullopt;
  const auto behind = std::min(digits.size(), static_cast<std::size_t>(size));
  if (digits.find_first_not_of('0', behind) != std::string::npos) return std::nullopt;  // not whole
  std::int64_t micros = 0;
  for (auto i = first; i < static_cast<std::size_t>(size); ++i)
    micros = micros * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return micros;
}

std::optional<std::int64_t> arrival_of_line(std::string_view line) {
  JsonReader json(line);
  std::optional<std::int64_t> at_us;
  std::string name;
  if (!json.enter('{')) return std::nullopt;
  while (json.next_member(name)) {
    if (name != "at_us") {
      json.skip();
      continue;
    }
    std::string_view number;
    at_us.reset();
    if (json.take_number(number))
      at_us = arrival_micros(number);
    else
      json.skip();
  }
  return json.failed() ? std::nullopt : at_us;
}

struct RecordedLine::Members {
  State agent{}, key{}, value{}, error{}, collected_at{}, metadata{}, record{};
  RecordedMember wrong_item{};  // what of an item makes `metadata` wrong
};

std::optional<BadLine> RecordedLine::read(std::string_view text) {
  JsonReader json(text);
  Members members;
  at_us.reset();
  items_used = 0;
  for (std::string* const one : {&item.value, &item.error}) one->clear();
  if (!json.enter('{')) return BadLine{0, BadLine::Kind::not_json, json.at()};
  while (json.next_member(name_)) take_member(json, members);
  if (!json.at_end()) return BadLine{0, BadLine::Kind::not_json, json.at()};
  return judge(members);
}

void RecordedLine::take_member(JsonReader& json, Members& members) {
  const auto text = [&](State& state, std::string& to) {
    state = json.take_text(to) ? State::given : State::wrong;
    if (state == State::wrong) json.skip();
  };
  if (name_ == "agent") return text(members.agent, agent_text_);
  if (name_ == "key") return text(members.key, item.key);
  if (name_ == "value") return text(members.value, item.value);
  if (name_ == "error") return text(members.error, item.error);
  if (name_ == "collected_at") return text(members.collected_at, time_text_);
  if (name_ == "record") return text(members.record, record);
  if (name_ == "metadata") return take_items(json, members);
  if (name_ == "at_us") {
    std::string_view number;
    at_us.reset();
    if (json.take_number(number)) {
      at_us = arrival_micros(number);
      return;
    }
  }
  json.skip();
}

void RecordedLine::take_items(JsonReader& json, Members& members) {
  members.metadata = State::given;
  members.wrong_item = RecordedMember::metadata;
  items_used = 0;
  const auto refuse = [&](RecordedMember why) {
    if (members.metadata == State::given) members.wrong_item = why;
    members.metadata = State::wrong;
  };
  if (!json.enter('[')) {
    refuse(RecordedMember::metadata);
    return json.skip();
  }
  while (json.next_item()) {
    if (!json.enter('{')) {
      refuse(RecordedMember::metadata);
      json.skip();
      continue;
    }
    if (items.size() == items_used) items.emplace_back();
    RecordedItem& one = items[items_used++];
    one.value.clear();
    one.error.clear();
    State key{}, value{}, error{};
    while (json.next_member(name_)) {
      State* const state = name_ == "key" ? &key : name_ == "value" ? &value : name_ == "error" ? &error : nullptr;
      std::string& to = state == &key ? one.key : state == &value ? one.value : one.error;
      const bool is_taken = state != nullptr && json.take_text(to);
      if (state != nullptr) *state = is_taken ? State::given : State::wrong;
      if (!is_taken) json.skip();
    }
    if (key != State::given) refuse(RecordedMember::key);
    if (value == State::wrong) refuse(RecordedMember::value);
    if (error == State::wrong) refuse(RecordedMember::error);
  }
}

std::optional<BadLine> RecordedLine::judge(const Members& members) {
  const auto bad = [](RecordedMember member) {
    return BadLine{0, BadLine::Kind::member, static_cast<std::size_t>(member)};
  };
  if (members.agent == State::missing && members.record == State::given) {
    kind = Kind::session;
    return std::nullopt;
  }
  if (members.agent == State::missing && members.record == State::wrong) return bad(RecordedMember::record);
  const Result<Uuid> id = parse_uuid(agent_text_);
  if (members.agent != State::given || !id) return bad(RecordedMember::agent);
  agent = *id;
  if (members.metadata == State::wrong) return bad(members.wrong_item);
  if (members.metadata == State::given) {
    kind = Kind::report;
    for (std::size_t i = 0; i < items_used; ++i) clean(items[i]);
    return std::nullopt;
  }
  if (members.key != State::given) return bad(RecordedMember::key);
  if (members.value == State::wrong) return bad(RecordedMember::value);
  if (members.error == State::wrong) return bad(RecordedMember::error);
  const Result<WallTime> time = parse_wall_time(time_text_);
  if (members.collected_at != State::given || !time) return bad(RecordedMember::collected_at);
  kind = Kind::update;
  collected_at = *time;
  clean(item);
  return std::nullopt;
}

void RecordedLine::clean(RecordedItem& one) {
  for (std::string* const text : {&one.key, &one.value, &one.error})
    if (const Sanitized clean = sanitize(*text, room_); clean.replaced > 0) text->assign(clean.text);
}

}  // namespace metabatch
