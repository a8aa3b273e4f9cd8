// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "metabatch/inspect.hpp"

/// What every reader of the inspector writes its result to.
namespace metabatch::inspecting {

/// Collects the result. Spans are made by naming their end: each begins where the last one ended,
/// so there can be no gap. When the limit is reached nothing is recorded any more.
class Recorder {
 public:
  /// @shape from: the offset of the first byte that it covers
  Recorder(Inspection& out, std::size_t max_spans, std::size_t from = 0)
      : out_(out), max_spans_(max_spans < 1 ? 1 : max_spans), covered_(from) {}

  void upto(std::size_t end, SpanKind kind, Verdict verdict = Verdict::plain);
  void id_upto(std::size_t end, const Uuid& id, bool canonical = true);
  void bad_id_upto(std::size_t end, std::size_t bad_at);

  /// Spans belong to this finding until end_finding(). Starts where the last span ended.
  void begin_finding(Form form, Wrapping wrapping = Wrapping::none, Channel channel = Channel::unnamed);
  void end_finding();
  /// The separators of a list: spans that belong to the finding only when another id follows.
  void pause_finding() { paused_ = true; }
  void resume_finding() { paused_ = false; }
  [[nodiscard]] bool in_finding() const { return open_; }
  /// Findings that begin from now on stand in a line of a log, or do not; and are read through
  /// escapes, or are not.
  void set_in_log(bool in_log) { in_log_ = in_log; }
  void set_escaped(bool escaped) { escaped_ = escaped; }
  [[nodiscard]] bool escaped() const { return escaped_; }
  /// Only while in a finding.
  Finding& finding() { return out_.findings.back(); }

  void add_alternative(const Alternative& alternative) {
    if (out_.alternatives.size() < kMaxAlternatives && !full_) out_.alternatives.push_back(alternative);
  }
  /// Appends what another recorder collected of the bytes that follow.
  void append(const Inspection& part, std::size_t end);

  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::size_t covered() const { return covered_; }

 private:
  bool push(const Span& span);

  Inspection& out_;
  std::size_t max_spans_;
  std::size_t covered_;
  bool open_ = false;
  bool in_log_ = false;
  bool escaped_ = false;
  bool paused_ = false;
  bool full_ = false;
};

}  // namespace metabatch::inspecting
