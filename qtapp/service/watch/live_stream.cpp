// SPDX-License-Identifier: Apache-2.0
#include "service/watch/live_stream.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "service/jitter.hpp"

namespace metabatch::service {

using SteadyClock = std::chrono::steady_clock;

/// The feeding thread holds this and not the stream, because the stream has to be destroyed on its
/// own thread.
class LiveStream::Feed final : public Watcher {
 public:
  Feed(asio::io_context& context, std::weak_ptr<LiveStream> stream) : context_(context), stream_(std::move(stream)) {}
  void deliver(FrameType type, FrameText json) override {
    asio::post(context_, [stream = stream_, type, text = std::move(json)]() mutable {
      if (const auto one = stream.lock()) one->receive(type, std::move(text));
    });
  }
  void end() override {
    asio::post(context_, [stream = stream_] {
      if (const auto one = stream.lock()) one->finish();
    });
  }

 private:
  asio::io_context& context_;
  const std::weak_ptr<LiveStream> stream_;
};

LiveStream::LiveStream(Worker& worker, Shared& shared, WatchRequest request)
    : Connection(worker, shared),
      watch_request_(std::move(request)),
      timer_(worker.context.get_executor()),
      end_timer_(worker.context.get_executor()),
      pinged_(SteadyClock::now()) {
  ++shared_.watchers;
}

LiveStream::~LiveStream() { --shared_.watchers; }

void LiveStream::begin() {
  has_begun_ = true;
  if (has_ended_) return;
  if (worker_.is_draining || is_finishing_) {
    is_finishing_ = false;
    return finish();
  }
  is_watching_ = true;
  watch_ = shared_.handler.watch(watch_request_, std::make_shared<Feed>(worker_.context, self_as(this)));
  wait_for_tick();
}

void LiveStream::receive(FrameType type, FrameText json) {
  if (has_ended_ || is_finishing_) return;
  if (!writing_since_) return send(type, json);
  if (type == FrameType::data) next_data_ = std::move(json);
  if (type == FrameType::error) next_error_ = std::move(json);
}

void LiveStream::send(FrameType type, const FrameText& json) {
  writing_since_ = SteadyClock::now();
  write(type, json);
}

void LiveStream::written(bool is_well) {
  writing_since_.reset();
  if (!is_well || is_end_sent_) return end();
  if (has_ended_) return;
  if (is_finishing_) {
    is_finishing_ = false;
    return finish();
  }
  if (next_error_) return send(FrameType::error, std::exchange(next_error_, nullptr));
  if (next_data_) send(FrameType::data, std::exchange(next_data_, nullptr));
}

void LiveStream::end_stream(Duration spread) {
  end_timer_.expires_after(random_part_of(spread));
  end_timer_.async_wait([self = self_as(this)](const Failure& failed) {
    if (!failed) self->finish();
  });
}

void LiveStream::finish() {
  if (has_ended_ || is_finishing_) return;
  is_finishing_ = true;
  unwatch();
  if (!has_begun_) return;     // the head is being sent: begin() comes back
  if (writing_since_) return;  // written() comes back
  is_end_sent_ = true;
  writing_since_ = SteadyClock::now();
  write_end();
}

void LiveStream::wait_for_tick() {
  timer_.expires_after(writing_since_ ? std::min(limits().ping / 3, limits().write / 4) : limits().ping / 3);
  timer_.async_wait([self = self_as(this)](const Failure& failed) {
    if (!failed) self->tick();
  });
}

bool LiveStream::is_stuck(SteadyClock::time_point now) {
  if (!writing_since_) return false;
  const std::uint64_t before = std::exchange(taken_, taken_bytes());
  if (taken_ != before) writing_since_ = now;
  return now - *writing_since_ >= limits().write;
}

void LiveStream::tick() {
  if (has_ended_) return;
  const auto now = SteadyClock::now();
  if (is_stuck(now)) return end();
  if (now - pinged_ >= limits().ping - limits().ping / 6) {
    pinged_ = now;
    if (!writing_since_) send(FrameType::ping, nullptr);
  }
  wait_for_tick();
}

void LiveStream::unwatch() {
  if (std::exchange(is_watching_, false)) shared_.handler.unwatch(watch_);
}

void LiveStream::end() {
  if (std::exchange(has_ended_, true)) return;
  timer_.cancel();
  end_timer_.cancel();
  unwatch();
  shut();
}

}  // namespace metabatch::service
