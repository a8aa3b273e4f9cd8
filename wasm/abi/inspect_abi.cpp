// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "abi/abi.hpp"
#include "abi/table_columns.hpp"
#include "base/order.hpp"
#include "metabatch/chunks.hpp"
#include "metabatch/config.hpp"
#include "metabatch/inspect.hpp"

/// The inspector for the page. One inspection is held at a time; the page asks for its parts.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::uint32_t kMaxInputBytes = 64u << 20;  // as much as `metabatch inspect` looks at

Inspection held;

/// Agents that only one of two inputs names, in order.
struct Comparison {
  std::vector<Uuid> here, there;
  std::size_t both = 0;
};
Comparison compared;
constexpr std::array<NumberColumn<Comparison>, 3> kComparedColumns = {{
    {"here", [](const Comparison& c) { return c.here.size(); }},
    {"there", [](const Comparison& c) { return c.there.size(); }},
    {"both", [](const Comparison& c) { return c.both; }},
}};

/// A span or a finding that is not as it should be.
struct Problem {
  bool is_span = false;
  std::uint32_t index = 0;
};
constexpr std::array<NumberColumn<Problem>, 2> kProblemColumns = {{
    {"is_span", [](const Problem& p) -> std::size_t { return p.is_span ? 1 : 0; }},
    {"index", [](const Problem& p) -> std::size_t { return p.index; }},
}};

/// In the order of the input, a finding in front of its spans.
std::vector<Problem> problems_of(const Inspection& inspection) {
  std::vector<Problem> problems;
  std::size_t next = 0;  // the first finding that was not met yet
  for (std::uint32_t at = 0; at < inspection.spans.size(); ++at) {
    const Span& span = inspection.spans[at];
    if (span.finding != kNowhere && span.finding >= next) {
      next = span.finding + std::size_t{1};
      if (inspection.findings[span.finding].verdict >= Verdict::odd) problems.push_back({false, span.finding});
    }
    if (span.verdict >= Verdict::odd) problems.push_back({true, at});
  }
  return problems;
}

std::size_t count_of(const Inspection& inspection, Verdict verdict) {
  return static_cast<std::size_t>(std::count_if(inspection.findings.begin(), inspection.findings.end(),
                                                [verdict](const Finding& one) { return one.verdict == verdict; }));
}
template <class Member>
std::size_t sum_of(const Inspection& inspection, Member member) {
  std::size_t sum = 0;
  for (const Finding& one : inspection.findings) sum += one.*member;
  return sum;
}

/// The first span that cannot be read.
std::size_t first_bad(const Inspection& inspection) {
  const auto found = std::find_if(inspection.spans.begin(), inspection.spans.end(),
                                  [](const Span& span) { return span.verdict == Verdict::bad; });
  return found == inspection.spans.end() ? kNowhere : static_cast<std::size_t>(found - inspection.spans.begin());
}

struct Limits {};
constexpr std::array<NumberColumn<Limits>, 6> kLimitColumns = {{
    {"input_bytes", [](const Limits&) -> std::size_t { return kMaxInputBytes; }},
    {"notify_bytes", [](const Limits&) { return kMaxNotifyBytes; }},
    {"id_symbols", [](const Limits&) { return kIdSymbols; }},
    {"default_budget", [](const Limits&) -> std::size_t { return std::uint32_t{kDefaultPayloadBytes}; }},
    {"least_budget", [](const Limits&) { return kIdSymbols; }},
    {"uuid_characters", [](const Limits&) { return kUuidChars; }},
}};
constexpr std::array<NumberColumn<Inspection>, 14> kInspectionColumns = {{
    {"alternatives", [](const Inspection& i) { return i.alternatives.size(); }},
    {"container", [](const Inspection& i) { return static_cast<std::size_t>(i.container); }},
    {"spans", [](const Inspection& i) { return i.spans.size(); }},
    {"ids", [](const Inspection& i) { return i.ids.size(); }},
    {"findings", [](const Inspection& i) { return i.findings.size(); }},
    {"notes", [](const Inspection& i) -> std::size_t { return i.notes.bits; }},
    {"distinct", [](const Inspection& i) -> std::size_t { return i.distinct_ids; }},
    {"read_bytes", [](const Inspection& i) { return i.read_bytes; }},
    {"good", [](const Inspection& i) { return count_of(i, Verdict::good); }},
    {"odd", [](const Inspection& i) { return count_of(i, Verdict::odd); }},
    {"bad", [](const Inspection& i) { return count_of(i, Verdict::bad); }},
    {"payload_bytes", [](const Inspection& i) { return sum_of(i, &Finding::payload_bytes); }},
    {"unreadable", [](const Inspection& i) { return sum_of(i, &Finding::unreadable); }},
    {"first_bad", first_bad},
}};
constexpr std::array<NumberColumn<Span>, 7> kSpanColumns = {{
    {"at", [](const Span& s) { return s.at; }},
    {"length", [](const Span& s) { return s.length; }},
    {"kind", [](const Span& s) { return static_cast<std::size_t>(s.kind); }},
    {"verdict", [](const Span& s) { return static_cast<std::size_t>(s.verdict); }},
    {"finding", [](const Span& s) -> std::size_t { return s.finding; }},
    {"id", [](const Span& s) -> std::size_t { return s.id; }},
    {"bad_at", [](const Span& s) { return s.bad_at; }},
}};
constexpr std::array<NumberColumn<FoundId>, 6> kIdColumns = {{
    {"span", [](const FoundId& f) -> std::size_t { return f.span; }},
    {"finding", [](const FoundId& f) -> std::size_t { return f.finding; }},
    {"first", [](const FoundId& f) -> std::size_t { return f.first; }},
    {"canonical", [](const FoundId& f) -> std::size_t { return f.canonical ? 1 : 0; }},
    {"version", [](const FoundId& f) { return static_cast<std::size_t>(f.id.version()); }},
    {"variant", [](const FoundId& f) { return static_cast<std::size_t>(variant(f.id)); }},
}};
constexpr std::array<NumberColumn<Finding>, 14> kFindingColumns = {{
    {"form", [](const Finding& f) { return static_cast<std::size_t>(f.form); }},
    {"wrapping", [](const Finding& f) { return static_cast<std::size_t>(f.wrapping); }},
    {"channel", [](const Finding& f) { return static_cast<std::size_t>(f.channel); }},
    {"verdict", [](const Finding& f) { return static_cast<std::size_t>(f.verdict); }},
    {"notes", [](const Finding& f) -> std::size_t { return f.notes.bits; }},
    {"at", [](const Finding& f) { return f.at; }},
    {"length", [](const Finding& f) { return f.length; }},
    {"payload_bytes", [](const Finding& f) { return f.payload_bytes; }},
    {"first_span", [](const Finding& f) -> std::size_t { return f.first_span; }},
    {"spans", [](const Finding& f) -> std::size_t { return f.spans; }},
    {"first_id", [](const Finding& f) -> std::size_t { return f.first_id; }},
    {"ids", [](const Finding& f) -> std::size_t { return f.ids; }},
    {"unreadable", [](const Finding& f) -> std::size_t { return f.unreadable; }},
    {"duplicates", [](const Finding& f) -> std::size_t { return f.duplicates; }},
}};

constexpr std::array<NumberColumn<Alternative>, 5> kAlternativeColumns = {{
    {"reading", [](const Alternative& a) { return static_cast<std::size_t>(a.reading); }},
    {"at", [](const Alternative& a) { return a.at; }},
    {"length", [](const Alternative& a) { return a.length; }},
    {"ids", [](const Alternative& a) -> std::size_t { return a.ids; }},
    {"lines", [](const Alternative& a) -> std::size_t { return a.lines; }},
}};

std::vector<Uuid> ids_of(const Inspection& inspection) {
  std::vector<Uuid> ids;
  ids.reserve(inspection.ids.size());
  for (const FoundId& found : inspection.ids) ids.push_back(found.id);
  return ids;
}

/// Sorted.
std::vector<Uuid> each_once(const std::vector<Uuid>& ids) {
  std::vector<KeyedIndex> order;
  order_ids(order, ids.size(), [&](std::size_t i) -> const Uuid& { return ids[i]; });
  std::vector<Uuid> found;
  for (const KeyedIndex& next : order)
    if (found.empty() || found.back() != ids[next.index]) found.push_back(ids[next.index]);
  return found;
}

std::vector<Uuid> agents_of(const Inspection& inspection) { return each_once(ids_of(inspection)); }

Comparison comparison_of(const std::vector<Uuid>& here, const std::vector<Uuid>& there) {
  Comparison found;
  std::set_difference(here.begin(), here.end(), there.begin(), there.end(), std::back_inserter(found.here));
  std::set_difference(there.begin(), there.end(), here.begin(), here.end(), std::back_inserter(found.there));
  found.both = here.size() - found.here.size();
  return found;
}

std::uint32_t answer_ids(const std::vector<Uuid>& ids) {
  std::string text(ids.size() * kUuidChars, ' ');
  char one[kUuidChars];
  char* to = text.data();
  for (const Uuid& id : ids) {
    format_uuid_to(id, one);
    to = std::copy_n(one, kUuidChars, to);
  }
  return answer(std::move(text));
}

}  // namespace

std::string metabatch::wasm::inspect_layout() {
  return layout_line("limits", kLimitColumns) + layout_line("inspection", kInspectionColumns) +
         layout_line("span", kSpanColumns) + layout_line("id", kIdColumns) + layout_line("finding", kFindingColumns) +
         layout_line("alternative", kAlternativeColumns) + layout_line("problem", kProblemColumns) +
         layout_line("compared", kComparedColumns);
}

/// Names of every enum that the numbers below hold, one a line.
METABATCH_EXPORT(mb_names)() {
  std::string notes = "note";
  for (std::size_t bit = 0; bit < kNotes; ++bit) notes += "\t" + std::string(name_of(static_cast<Note>(1u << bit)));
  return answer(names<Form>("form") + names<Wrapping>("wrapping") + names<Channel>("channel") +
                names<Container>("container") + names<Reading>("reading") + names<SpanKind>("kind") +
                names<Verdict>("verdict") + names<UuidVariant>("variant") + notes + "\nchannel_default\t" +
                Config{}.channel + "\n");
}

/// One row of the table `limits`.
METABATCH_EXPORT(mb_limits)() { return answer_rows<kLimitColumns>(std::vector{Limits{}}); }

/// Inspects the input and keeps the result. The answer is one row of the table `inspection`.
METABATCH_EXPORT(mb_inspect)() {
  held = inspect(input());
  std::string().swap(input());
  numbers().clear();
  add_row(kInspectionColumns, held);
  return answer_numbers();
}
METABATCH_EXPORT(mb_spans)() { return answer_rows<kSpanColumns>(held.spans); }
METABATCH_EXPORT(mb_ids)() { return answer_rows<kIdColumns>(held.ids); }
METABATCH_EXPORT(mb_findings)() { return answer_rows<kFindingColumns>(held.findings); }
METABATCH_EXPORT(mb_problems)() { return answer_rows<kProblemColumns>(problems_of(held)); }
METABATCH_EXPORT(mb_alternatives)() { return answer_rows<kAlternativeColumns>(held.alternatives); }

/// The ids as text, 36 characters each.
METABATCH_EXPORT(mb_id_text)() { return answer_ids(ids_of(held)); }

METABATCH_EXPORT(mb_describe_finding)(std::uint32_t index) {
  return answer(index < held.findings.size() ? describe(held.findings[index], held) : std::string());
}
METABATCH_EXPORT(mb_describe_alternative)(std::uint32_t index) {
  return answer(index < held.alternatives.size() ? describe(held.alternatives[index]) : std::string());
}
/// What takes the place of an alternative's bytes; the input is the one that was inspected.
METABATCH_EXPORT(mb_alternative_text)(std::uint32_t index) {
  return answer(index < held.alternatives.size() ? text_of(held.alternatives[index], input()) : std::string());
}
METABATCH_EXPORT(mb_describe_span)(std::uint32_t index) {
  return answer(index < held.spans.size() ? describe(held.spans[index], held) : std::string());
}

/// The ids that the input names, in any form the inspector reads; the held inspection stays.
METABATCH_EXPORT(mb_read_ids)() { return answer_ids(ids_of(inspect(input()))); }

/// Compares the agents of the held inspection with those that the input names. The answer is one
/// row of the table `compared`.
METABATCH_EXPORT(mb_compare)() {
  compared = comparison_of(agents_of(held), agents_of(inspect(input())));
  return answer_rows<kComparedColumns>(std::vector{compared});
}
/// The agents that only the held inspection names, then those that only the other one names, 36
/// characters each.
METABATCH_EXPORT(mb_compared_ids)() {
  std::vector<Uuid> ids = compared.here;
  ids.insert(ids.end(), compared.there.begin(), compared.there.end());
  return answer_ids(ids);
}

/// The chunks of the UUIDs in the input (36 characters each, one a line), one a line; nothing when
/// the budget is refused.
METABATCH_EXPORT(mb_encode)(std::uint32_t max_payload, std::uint32_t sorted) {
  std::vector<Uuid> ids;  // read here and not by inspect(), whose limit of spans would drop some
  const std::string_view uuids = input();
  ids.reserve(uuids.size() / (kUuidChars + 1) + 1);
  for (std::size_t at = 0; at + kUuidChars <= uuids.size(); at += kUuidChars + 1)
    if (const auto id = parse_uuid(uuids.substr(at, kUuidChars))) ids.push_back(*id);
  if (sorted != 0) ids = each_once(ids);
  std::string text;
  if (const auto chunks = encode_chunks(ids, max_payload))
    for (const std::string& chunk : *chunks) text += chunk + '\n';
  return answer(std::move(text));
}
