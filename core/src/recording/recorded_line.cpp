// SPDX-License-Identifier: Apache-2.0
#include "recording/recorded_line.hpp"

#include "base/utf8.hpp"

namespace metabatch {

struct RecordedLine::Members {
  State agent{}, key{}, value{}, error{}, collected_at{}, metadata{}, at_us{}, record{};
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
  std::int64_t number = 0;
  if (name_ == "at_us") {
    const bool is_taken = json.take_integer(number);
    members.at_us = is_taken && number >= 0 ? State::given : State::wrong;
    if (members.at_us == State::given) at_us = number;
    if (is_taken) return;
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
    if (members.at_us == State::wrong) return bad(RecordedMember::at_us);
    for (std::size_t i = 0; i < items_used; ++i) clean(items[i]);
    return std::nullopt;
  }
  if (members.key != State::given) return bad(RecordedMember::key);
  if (members.value == State::wrong) return bad(RecordedMember::value);
  if (members.error == State::wrong) return bad(RecordedMember::error);
  const Result<WallTime> time = parse_wall_time(time_text_);
  if (members.collected_at != State::given || !time) return bad(RecordedMember::collected_at);
  if (members.at_us == State::wrong) return bad(RecordedMember::at_us);
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
