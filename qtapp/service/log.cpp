// SPDX-License-Identifier: Apache-2.0
#include "service/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "engine/clock.hpp"

namespace metabatch::service {
namespace {

constexpr auto kRepeatAfter = std::chrono::seconds(10);
constexpr const char* kLevels[] = {"info", "warning", "error"};

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != '"' && c != '='; });
}

class Line {
 public:
  explicit Line(Log::Form form) : form_(form) {}
  void add(std::string_view name, std::string_view value) {
    const bool is_json = form_ == Log::Form::json;
    text_ += text_.empty() ? (is_json ? "{" : "") : is_json ? "," : " ";
    if (is_json) append_json_text(text_, name);
    if (!is_json) text_ += name;
    text_ += is_json ? ':' : '=';
    if (is_json || !is_plain(value))
      append_json_text(text_, value);
    else
      text_ += value;
  }
  std::string end() && { return std::move(text_ += form_ == Log::Form::json ? "}\n" : "\n"); }

 private:
  const Log::Form form_;
  std::string text_;
};

}  // namespace

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const std::lock_guard lock(mutex_);
  put(level, event, fields, 0);
}

void Log::limited(Level level, std::string_view event, std::initializer_list<Field> fields) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto [known, is_new] = repeats_.try_emplace(event, Repeats{level, now, 0});
  Repeats& repeats = known->second;
  if (!is_new && now - repeats.logged < kRepeatAfter) {
    ++repeats.suppressed;
    return;
  }
  put(level, event, fields, repeats.suppressed);
  repeats = {level, now, 0};
}

void Log::end_limited(std::string_view event) {
  const std::lock_guard lock(mutex_);
  repeats_.erase(event);
}

void Log::log_suppressed(bool is_end) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  for (auto& [event, repeats] : repeats_) {
    if (repeats.suppressed == 0 || (!is_end && now - repeats.logged < kRepeatAfter)) continue;
    put(repeats.level, event, {}, repeats.suppressed);
    repeats = {repeats.level, now, 0};
  }
}

void Log::put(Level level, std::string_view event, std::initializer_list<Field> fields, std::uint64_t suppressed) {
  Line text(form_);
  text.add("time", format_wall_time(engine::system_clock().wall_now()));
  text.add("level", kLevels[static_cast<std::size_t>(level)]);
  text.add("event", event);
  for (const Field& field : fields) text.add(field.name, field.value);
  if (suppressed > 0) text.add("suppressed", std::to_string(suppressed));
  if (lost_ > 0) text.add("lost_lines", std::to_string(lost_));
  const std::string line = std::move(text).end();
  pollfd watched{.fd = fd_, .events = POLLOUT, .revents = 0};
  const bool is_read = ::poll(&watched, 1, 0) > 0 && (watched.revents & POLLOUT) != 0;
  if (!is_read || ::write(fd_, line.data(), line.size()) < 0)
    ++lost_;
  else
    lost_ = 0;
}

}  // namespace metabatch::service
