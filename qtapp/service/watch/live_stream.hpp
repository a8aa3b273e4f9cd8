// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "service/http/connection.hpp"

namespace metabatch::service {

inline constexpr int kStreamSendBuffer = 64 << 10;  // bytes in the kernel: what a slow client may cost

/// A watch stream of either form. One frame is being sent and the newest one waits behind it; a
/// ping goes out from time to time. A client that accepts no byte for `write` is closed; one that
/// accepts few bytes at a time stays.
///
/// A stream ends in order (finish) or at once (end). In order means: the frame being sent is
/// completed, then the form's own end is sent, then the connection closes.
class LiveStream : public Connection {
 public:
  LiveStream(Worker& worker, Shared& shared, WatchRequest request);
  ~LiveStream() override;

  void drain() override { finish(); }
  void cut() override { end(); }
  void end_stream(Duration spread) override;

 protected:
  /// The head is sent, so frames may follow.
  void begin();
  /// Ends in order.
  void finish();
  /// Ends at once. Idempotent.
  void end();
  /// The form has sent, or failed to send, what write() or write_end() gave it.
  void written(bool is_well);
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  class Feed;

  virtual void write(FrameType type, const FrameText& json) = 0;  // calls written() later
  virtual void write_end() = 0;                                   // calls written() later
  virtual void shut() = 0;
  [[nodiscard]] virtual std::uint64_t taken_bytes() = 0;  // AnyStream::taken_bytes
  void receive(FrameType type, FrameText json);
  void send(FrameType type, const FrameText& json);
  void unwatch();
  void wait_for_tick();
  void tick();
  bool is_stuck(std::chrono::steady_clock::time_point now);

  const WatchRequest watch_request_;
  Handler::WatchId watch_ = 0;
  Timer timer_;
  Timer end_timer_;
  std::chrono::steady_clock::time_point pinged_;
  std::optional<std::chrono::steady_clock::time_point> writing_since_;  // or since the client last took bytes
  std::uint64_t taken_ = 0;                                             // taken_bytes() at the last check
  FrameText next_data_;
  FrameText next_error_;
  bool has_begun_ = false;
  bool is_watching_ = false;
  bool is_finishing_ = false;  // no frame follows the one being sent
  bool is_end_sent_ = false;
  bool has_ended_ = false;
};

}  // namespace metabatch::service
