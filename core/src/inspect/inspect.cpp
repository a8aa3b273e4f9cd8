// SPDX-License-Identifier: Apache-2.0
#include "metabatch/inspect.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "inspect/alternatives.hpp"
#include "inspect/bytes/encoding.hpp"
#include "inspect/bytes/windows.hpp"
#include "inspect/reading.hpp"

namespace metabatch {
namespace {

using namespace inspecting;

constexpr std::size_t kUuidBytes = 16;

Uuid id_at(std::string_view input, std::size_t at) {
  Uuid id;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(input.data()) + at, kUuidBytes, id.bytes.begin());
  return id;
}

/// Where raw ids begin: behind what may stand in front of them, at the offset with the most plausible ones. Nothing: most
/// of the bytes are no ids at any.
std::optional<std::size_t> offset_of_ids(std::string_view input) {
  std::size_t best = 0, most = 0;
  for (std::size_t offset = 0; offset < kUuidBytes && offset + kUuidBytes <= input.size(); ++offset) {
    std::size_t plausible = 0;
    for (std::size_t at = offset; at + kUuidBytes <= input.size(); at += kUuidBytes)
      plausible += is_plausible(id_at(input, at)) ? 1 : 0;
    if (plausible <= most) continue;
    most = plausible;
    best = offset;
    if (offset == 0 && plausible == input.size() / kUuidBytes) break;
  }
  const std::size_t windows = (input.size() - best) / kUuidBytes;
  const bool is_one = input.size() == kUuidBytes;
  if (most * 2 < windows || most == 0 || (best > 0 && windows < 3))
    return is_one ? std::optional<std::size_t>(0) : std::nullopt;
  return best;
}

void read_binary(std::string_view input, Recorder& out) {
  const auto offset = offset_of_ids(input);
  out.begin_finding(offset ? Form::binary : Form::container);
  if (!offset) return out.upto(input.size(), SpanKind::value);
  out.upto(*offset, SpanKind::rest, Verdict::bad);
  std::size_t at = *offset;
  for (; at + kUuidBytes <= input.size() && !out.full(); at += kUuidBytes)
    out.id_upto(at + kUuidBytes, id_at(input, at));
  if ((at < input.size() || *offset > 0) && out.in_finding() && !out.full()) out.finding().notes.add(Note::truncated);
  out.upto(input.size(), SpanKind::rest, Verdict::bad);
}

bool has_mixed_line_ends(std::string_view input) {
  bool met[3] = {};  // LF, CRLF, CR
  for (std::size_t at = input.find_first_of("\r\n"); at != std::string_view::npos;
       at = input.find_first_of("\r\n", at + 1)) {
    const bool crlf = input[at] == '\r' && at + 1 < input.size() && input[at + 1] == '\n';
    met[crlf ? 1 : input[at] == '\r' ? 2 : 0] = true;
    if (crlf) ++at;
  }
  return met[0] + met[1] + met[2] > 1;
}

/// Only where each agent should stand once. A probe names its measurer twice by design; the parameters of an UPDATE have the
/// agent of every row.
bool lists_agents_once(const Finding& finding) {
  if (finding.form == Form::uuid_list) return finding.wrapping != Wrapping::parameters;
  return finding.form != Form::probe && finding.form != Form::agent_json && finding.form != Form::channel_name &&
         finding.form != Form::unknown;
}

/// The position of an id in the order of bytes. Its first eight decide nearly always; they are compared as one number.
struct IdPosition {
  std::uint64_t first_bytes;
  std::uint32_t index;
};

std::vector<std::uint32_t> order_of(const std::vector<FoundId>& ids) {
  std::vector<IdPosition> positions(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::uint64_t number = 0;
    for (std::size_t byte = 0; byte < 8; ++byte) number = number << 8 | ids[i].id.bytes[byte];
    positions[i] = {number, static_cast<std::uint32_t>(i)};
  }
  std::sort(positions.begin(), positions.end(), [&](const IdPosition& a, const IdPosition& b) {
    if (a.first_bytes != b.first_bytes) return a.first_bytes < b.first_bytes;
    const int rest = std::memcmp(ids[a.index].id.bytes.data() + 8, ids[b.index].id.bytes.data() + 8, 8);
    return rest != 0 ? rest < 0 : a.index < b.index;
  });
  std::vector<std::uint32_t> order(ids.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = positions[i].index;
  return order;
}

void find_duplicates(Inspection& result) {
  const std::vector<std::uint32_t> order = order_of(result.ids);
  for (std::size_t i = 0; i < order.size(); ++i) {
    FoundId& one = result.ids[order[i]];
    const bool seen = i > 0 && result.ids[order[i - 1]].id == one.id;
    if (!seen) {
      ++result.distinct_ids;
      continue;
    }
    const FoundId& before = result.ids[order[i - 1]];
    one.first = before.first;
    if (one.finding == kNowhere || before.finding != one.finding) continue;
    Finding& finding = result.findings[one.finding];
    if (!lists_agents_once(finding)) continue;
    ++finding.duplicates;
    finding.notes.add(Note::duplicates);
    if (finding.verdict == Verdict::good) finding.verdict = Verdict::odd;
  }
}

/// Covers the input, and reads what can be read of it.
void read_input(std::string_view input, Recorder& out, Inspection& result) {
  result.container = container_of(input);
  if (is_unicode(result.container)) {
    const MadeText text = transcoded(input, result.container);
    out.upto(text.map.raw(0), SpanKind::blank);
    read_text(out, text.source());
    const bool is_wide = result.container == Container::utf_32le || result.container == Container::utf_32be;
    result.notes.add(is_wide ? Note::utf_32 : Note::utf_16);
  } else if (result.container != Container::none) {
    out.begin_finding(Form::container);
    out.upto(input.size(), SpanKind::value);
  } else if (is_binary(input)) {
    read_binary(input, out);
    if (!result.findings.empty() && result.findings[0].form == Form::container) result.container = Container::unknown;
  } else {
    read_text(out, Source{input});
    if (has_mixed_line_ends(input)) result.notes.add(Note::mixed_line_ends);
  }
  out.end_finding();
}

}  // namespace

Inspection inspecting::inspect_plainly(std::string_view input, InspectLimits limits) {
  Inspection result;
  Recorder out(result, limits.max_spans);
  read_input(input, out, result);
  result.read_bytes = out.covered();
  if (result.read_bytes < input.size() && !out.full()) {
    out.upto(input.size(), SpanKind::text);
    result.read_bytes = out.covered();
  }
  if (result.read_bytes < input.size()) {
    Span unread;
    unread.at = result.read_bytes;
    unread.length = input.size() - result.read_bytes;
    unread.kind = SpanKind::unread;
    result.spans.push_back(unread);
    result.notes.add(Note::stopped);
  }
  find_duplicates(result);
  for (const Finding& finding : result.findings) result.notes.bits |= finding.notes.bits;
  return result;
}

Inspection inspect(std::string_view input, InspectLimits limits) {
  Inspection result = inspect_plainly(input, limits);
  find_mixed_order(result);
  count_ids(input, result);
  return result;
}

}  // namespace metabatch
