// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace metabatch::cli {

/// Hands what Qt and its drivers report to `sink`, which Qt would write raw to stderr, until destruction. The newest one
/// that exists receives; `sink` is called on any thread.
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
