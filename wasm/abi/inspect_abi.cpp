// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "abi/abi.hpp"
#include "metabatch/chunks.hpp"
#include "metabatch/config.hpp"
#include "metabatch/inspect.hpp"

/// The inspector for the page. One inspection is held at a time; the page asks for its parts.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::uint32_t kMaxInputBytes = 64u << 20;  // as much as `metabatch inspect` looks at

Inspection held;

std::uint32_t bits(bool first, unsigned second, unsigned third) { return (first ? 1u : 0u) | second << 1 | third << 8; }

std::vector<Uuid> ids_of(const Inspection& inspection) {
  std::vector<Uuid> ids;
  ids.reserve(inspection.ids.size());
  for (const FoundId& found : inspection.ids) ids.push_back(found.id);
  return ids;
}

std::uint32_t answer_ids(const std::vector<Uuid>& ids) {
  std::string text(ids.size() * kUuidChars, ' ');
  char one[kUuidChars];
  for (std::size_t i = 0; i < ids.size(); ++i) {
    format_uuid_to(ids[i], one);
    std::copy_n(one, kUuidChars, text.begin() + static_cast<std::ptrdiff_t>(i * kUuidChars));
  }
  return answer(std::move(text));
}

}  // namespace

/// Names of every enum that the numbers below hold, one a line.
METABATCH_EXPORT(mb_names)() {
  std::string notes = "note";
  for (std::size_t bit = 0; bit < kNotes; ++bit) notes += "\t" + std::string(name_of(static_cast<Note>(1u << bit)));
  return answer(names<Form>("form") + names<Wrapping>("wrapping") + names<Channel>("channel") +
                names<SpanKind>("kind") + names<Verdict>("verdict") + names<UuidVariant>("variant") + notes +
                "\nchannel_default\t" + Config{}.channel);
}

/// The limits that the page tells: bytes of input, bytes of a payload, symbols an id, the default and the least payload
/// budget, characters of a UUID.
METABATCH_EXPORT(mb_limits)() {
  numbers() = {kMaxInputBytes, kMaxNotifyBytes, kIdSymbols, std::uint32_t{kDefaultPayloadBytes},
               kIdSymbols,     kUuidChars};
  return answer_numbers();
}

/// Looks at the input and holds the result: numbers of spans, ids and findings; notes; distinct ids; bytes read.
METABATCH_EXPORT(mb_inspect)() {
  held = inspect(input());
  std::string().swap(input());
  const auto count = [](std::size_t size) { return static_cast<std::uint32_t>(size); };
  numbers() = {count(held.spans.size()), count(held.ids.size()), count(held.findings.size()),
               held.notes.bits,          held.distinct_ids,      count(held.read_bytes)};
  return answer_numbers();
}

/// Seven numbers a span: at, length, kind, verdict, finding, id, bad_at.
METABATCH_EXPORT(mb_spans)() {
  numbers().clear();
  numbers().reserve(held.spans.size() * 7);
  for (const Span& span : held.spans)
    for (const std::size_t number :
         {span.at, span.length, static_cast<std::size_t>(span.kind), static_cast<std::size_t>(span.verdict),
          std::size_t{span.finding}, std::size_t{span.id}, span.bad_at})
      numbers().push_back(static_cast<std::uint32_t>(number));
  return answer_numbers();
}

/// Four numbers an id: span, finding, first, and its bits: 0 canonical, 1..7 version, 8.. variant.
METABATCH_EXPORT(mb_ids)() {
  numbers().clear();
  numbers().reserve(held.ids.size() * 4);
  for (const FoundId& found : held.ids)
    for (const std::uint32_t number :
         {found.span, found.finding, found.first,
          bits(found.canonical, static_cast<unsigned>(found.id.version()), static_cast<unsigned>(variant(found.id)))})
      numbers().push_back(number);
  return answer_numbers();
}

/// The ids as text, 36 characters each.
METABATCH_EXPORT(mb_id_text)() { return answer_ids(ids_of(held)); }

/// Fourteen numbers a finding: form, wrapping, channel, verdict, notes, at, length, payload_bytes, first_span, spans,
/// first_id, ids, unreadable, duplicates.
METABATCH_EXPORT(mb_findings)() {
  numbers().clear();
  for (const Finding& one : held.findings)
    for (const std::size_t number :
         {static_cast<std::size_t>(one.form), static_cast<std::size_t>(one.wrapping),
          static_cast<std::size_t>(one.channel), static_cast<std::size_t>(one.verdict), std::size_t{one.notes.bits},
          one.at, one.length, one.payload_bytes, std::size_t{one.first_span}, std::size_t{one.spans},
          std::size_t{one.first_id}, std::size_t{one.ids}, std::size_t{one.unreadable}, std::size_t{one.duplicates}})
      numbers().push_back(static_cast<std::uint32_t>(number));
  return answer_numbers();
}

METABATCH_EXPORT(mb_describe_finding)(std::uint32_t index) {
  return answer(index < held.findings.size() ? describe(held.findings[index], held) : std::string());
}
METABATCH_EXPORT(mb_describe_span)(std::uint32_t index) {
  return answer(index < held.spans.size() ? describe(held.spans[index], held) : std::string());
}

/// The ids that the input names, in any form the inspector reads; the held inspection stays.
METABATCH_EXPORT(mb_read_ids)() { return answer_ids(ids_of(inspect(input()))); }

/// The chunks of the UUIDs in the input (36 characters each, one a line), one a line; nothing when the budget is refused.
METABATCH_EXPORT(mb_encode)(std::uint32_t max_payload, std::uint32_t sorted) {
  std::vector<Uuid> ids = ids_of(inspect(input()));
  if (sorted != 0) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }
  std::string text;
  if (const auto chunks = encode_chunks(ids, max_payload))
    for (const std::string& chunk : *chunks) text += chunk + '\n';
  return answer(std::move(text));
}
