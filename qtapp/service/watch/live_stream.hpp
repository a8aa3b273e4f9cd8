// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "service/http/connection.hpp"

namespace metabatch::service {

inline constexpr int kStreamSendBuffer = 64 << 10;  // bytes in the kernel; what a slow client may cost

/// A watch stream whatever its form: one frame on its way, the newest one waiting, a ping from time to time, and the end of
/// a client that has taken no byte for `write`. One that takes little at a time stays.
class LiveStream : public Connection {
 public:
  LiveStream(Worker& worker, Shared& shared, WatchRequest request);
  ~LiveStream() override;

  void drain() override { end(); }
  void cut() override { end(); }

 protected:
  /// The head is sent: frames may come.
  void begin();
  /// Once, for whatever reason.
  void end();
  void written(bool is_well);
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  class Feed;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

  virtual void write(FrameType type, const FrameText& json) = 0;  // calls written() later
  virtual void shut() = 0;
  [[nodiscard]] virtual int descriptor() = 0;  // of the socket
  void take(FrameType type, FrameText json);
  void send(FrameType type, FrameText json);
  void wait_for_tick();
  void tick();
  bool is_stuck(std::chrono::steady_clock::time_point now);

  const WatchRequest watch_request_;
  Handler::WatchId watch_ = 0;
  Timer timer_;
  std::chrono::steady_clock::time_point pinged_;
  std::optional<std::chrono::steady_clock::time_point> writing_since_;  // or since it last took something
  std::uint64_t acknowledged_ = 0;                                      // when that was last looked at
  FrameText next_data_;
  FrameText next_error_;
  bool is_watching_ = false;
  bool has_ended_ = false;
};

}  // namespace metabatch::service
