// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metabatch/inspect.hpp"

/// The parts of the inspector. Everything moves forward only: a reader that looked at bytes either consumes
/// them or looked at no more than a bounded number, which keeps the whole linear.
namespace metabatch::inspecting {

/// A payload as it is read, and where its bytes stand in the input: in place, or through a map when the
/// escapes of an SQL string had to be undone.
struct Source {
  std::string_view text;
  std::size_t base = 0;            ///< input offset of text[0], without a map
  std::vector<std::size_t> map{};  ///< input offset of each byte of text and of its end; empty: no map

  [[nodiscard]] std::size_t raw(std::size_t i) const { return map.empty() ? base + i : map[i]; }
};

/// Collects the result. Spans are made by naming their end: each begins where the last one ended, so there
/// can be no gap. When the limit is reached nothing is recorded any more.
class Recorder {
 public:
  Recorder(Inspection& out, std::size_t max_spans) : out_(out), max_spans_(max_spans < 1 ? 1 : max_spans) {}

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
  /// Findings that begin from now on stand in a line of a log, or do not.
  void set_in_log(bool in_log) { in_log_ = in_log; }
  /// Only while in a finding.
  Finding& finding() { return out_.findings.back(); }

  [[nodiscard]] bool full() const { return full_; }
  [[nodiscard]] std::size_t covered() const { return covered_; }

 private:
  bool push(const Span& span);

  Inspection& out_;
  std::size_t max_spans_;
  std::size_t covered_ = 0;
  bool open_ = false;
  bool in_log_ = false;
  bool paused_ = false;
  bool full_ = false;
};

bool is_blank(char c);
bool is_hex(char c);

/// Fills the open finding from a payload and sets its form. Covers the whole source.
void read_payload(Recorder& out, const Source& payload, Channel channel);
/// The parts of it that are also met outside of a wrapping.
void read_chunk(Recorder& out, const Source& payload);
void read_hex(Recorder& out, const Source& payload, std::size_t from, Form form);
/// An object from `from` on; where it ends. What does not belong to JSON ends it early.
std::size_t read_json(Recorder& out, const Source& source, std::size_t from);

/// Emits the name of a channel (a UUID in it as an id) and says which it is.
Channel read_channel(Recorder& out, const Source& name);
Channel channel_of(std::string_view name);

/// Reads the wrapping that starts at `at`, with all that is in it, or leaves everything as it was.
/// `line_end`: they never read beyond it.
struct Place {
  std::string_view input;
  std::size_t at;
  std::size_t line_end;
};
bool read_psql(Recorder& out, const Place& place);
bool read_notify(Recorder& out, const Place& place);
bool read_pg_notify(Recorder& out, const Place& place);
bool read_parameters(Recorder& out, const Place& place);

}  // namespace metabatch::inspecting
