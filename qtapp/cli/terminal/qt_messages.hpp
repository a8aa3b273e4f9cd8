// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace metabatch::cli {

/// Passes the messages of Qt and its drivers to `sink`, from construction to destruction. Without
/// it Qt would write them raw to stderr. When several objects exist, the newest one receives.
/// `sink` is called on any thread.
class QtMessages {
 public:
  using Sink = std::function<void(const std::string& text)>;
  explicit QtMessages(Sink sink);
  ~QtMessages();
  QtMessages(const QtMessages&) = delete;
  QtMessages& operator=(const QtMessages&) = delete;

 private:
  Sink sink_;
  QtMessages* const outer_;
};

}  // namespace metabatch::cli
