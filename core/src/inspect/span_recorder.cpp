// SPDX-License-Identifier: Apache-2.0
#include "inspect/span_recorder.hpp"

#include "inspect/bytes/windows.hpp"

namespace metabatch::inspecting {
namespace {

Notes remarks_on(const Uuid& id, bool canonical) {
  Notes notes;
  if (!canonical) notes.add(Note::not_canonical);
  if (id.is_nil())
    notes.add(Note::nil_id);
  else if (is_max(id))
    notes.add(Note::max_id);
  else if (variant(id) != UuidVariant::rfc)
    notes.add(Note::not_rfc);
  else if (!is_plausible(id))
    notes.add(Note::odd_version);
  return notes;
}

}  // namespace

bool Recorder::push(const Span& span) {
  if (full_ || span.length == 0) return false;
  if (out_.spans.size() + 1 >= max_spans_) {  // the last one is kept for the rest of the input
    full_ = true;
    return false;
  }
  out_.spans.push_back(span);
  if (open_ && !paused_) out_.spans.back().finding = static_cast<std::uint32_t>(out_.findings.size() - 1);
  covered_ += span.length;
  return true;
}

void Recorder::upto(std::size_t end, SpanKind kind, Verdict verdict) {
  if (full_ || end <= covered_) return;
  const std::uint32_t owner = open_ && !paused_ ? static_cast<std::uint32_t>(out_.findings.size() - 1) : kNowhere;
  if (!out_.spans.empty()) {
    Span& last = out_.spans.back();
    const bool same = last.kind == kind && last.verdict == verdict;
    // Words with blanks between them are one text: a log of a million lines is not a million spans.
    const bool blank_behind_text = last.kind == SpanKind::text && kind == SpanKind::blank;
    if (last.finding == owner && (same || (blank_behind_text && owner == kNowhere))) {
      last.length += end - covered_;
      covered_ = end;
      return;
    }
  }
  push({covered_, end - covered_, kind, verdict, kNowhere, kNowhere, 0});
}

void Recorder::id_upto(std::size_t end, const Uuid& id, bool canonical) {
  const Notes notes = remarks_on(id, canonical);
  const Verdict verdict = notes.bits == 0 ? Verdict::good : Verdict::odd;
  const auto index = static_cast<std::uint32_t>(out_.ids.size());
  if (!push({covered_, end - covered_, SpanKind::id, verdict, kNowhere, index, 0})) return;
  const auto span = static_cast<std::uint32_t>(out_.spans.size() - 1);
  out_.ids.push_back({id, span, out_.spans.back().finding, index, canonical});
  if (open_) {
    finding().notes.bits |= notes.bits;
    ++finding().ids;
  }
}

void Recorder::bad_id_upto(std::size_t end, std::size_t bad_at) {
  if (!push({covered_, end - covered_, SpanKind::bad_id, Verdict::bad, kNowhere, kNowhere, bad_at})) return;
  if (!open_) return;
  finding().notes.add(Note::bad_symbols);
  ++finding().unreadable;
}

void Recorder::begin_finding(Form form, Wrapping wrapping, Channel channel) {
  end_finding();
  if (full_) return;
  Finding started;
  started.form = form;
  started.wrapping = wrapping;
  started.channel = channel;
  started.at = covered_;
  started.first_span = static_cast<std::uint32_t>(out_.spans.size());
  started.first_id = static_cast<std::uint32_t>(out_.ids.size());
  if (in_log_) started.notes.add(Note::in_log);
  if (escaped_) started.notes.add(Note::escaped);
  out_.findings.push_back(started);
  open_ = true;
}

void Recorder::end_finding() {
  if (!open_) return;
  open_ = false;
  paused_ = false;
  const auto index = static_cast<std::uint32_t>(out_.findings.size() - 1);
  Finding& done = out_.findings.back();
  std::size_t end = out_.spans.size();
  while (end > done.first_span && out_.spans[end - 1].finding != index) --end;
  if (end == done.first_span) {  // the limit left nothing of it
    out_.findings.pop_back();
    return;
  }
  done.spans = static_cast<std::uint32_t>(end - done.first_span);
  const Span& last = out_.spans[end - 1];
  done.length = last.at + last.length - done.at;
  if (done.payload_bytes == 0 && done.wrapping == Wrapping::none) done.payload_bytes = done.length;
  if (full_) done.notes.add(Note::stopped);
  const bool bad = done.notes.has(Note::truncated) || done.notes.has(Note::bad_symbols);
  Notes harmless;
  harmless.add(Note::escaped);
  harmless.add(Note::in_log);
  harmless.add(Note::stopped);
  if (bad)
    done.verdict = Verdict::bad;
  else if ((done.notes.bits & ~harmless.bits) != 0 || done.form == Form::unknown || done.form == Form::container)
    done.verdict = Verdict::odd;
}

void Recorder::append(const Inspection& part, std::size_t end) {
  end_finding();
  const auto findings = static_cast<std::uint32_t>(out_.findings.size());
  const auto ids = static_cast<std::uint32_t>(out_.ids.size());
  const auto spans = static_cast<std::uint32_t>(out_.spans.size());
  if (full_ || out_.spans.size() + part.spans.size() + 1 >= max_spans_) {
    full_ = full_ || end > covered_;
    return;
  }
  for (Span span : part.spans) {
    if (span.finding != kNowhere) span.finding += findings;
    if (span.id != kNowhere) span.id += ids;
    out_.spans.push_back(span);
  }
  for (FoundId id : part.ids) {
    id.span += spans;
    if (id.finding != kNowhere) id.finding += findings;
    id.first += ids;
    out_.ids.push_back(id);
  }
  for (Finding finding : part.findings) {
    finding.first_span += spans;
    finding.first_id += ids;
    out_.findings.push_back(finding);
  }
  for (const Alternative& one : part.alternatives) add_alternative(one);
  covered_ = end;
}

}  // namespace metabatch::inspecting
