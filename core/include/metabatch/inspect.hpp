// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/inspect_kinds.hpp"
#include "metabatch/uuid.hpp"

/// Reads anything a person may paste and names what it is. Strict decoding is chunks.hpp; this
/// never fails. All results are numbers and enums (inspect_kinds.hpp); sentences are made by the
/// functions below.
namespace metabatch {

inline constexpr std::uint32_t kNowhere = 0xffff'ffff;  // no finding, no id

/// @shape the spans of an inspection cover its input, in order, without a gap, none empty
struct Span {
  std::size_t at = 0;  ///< byte offset
  std::size_t length = 0;
  SpanKind kind = SpanKind::text;
  Verdict verdict = Verdict::plain;
  std::uint32_t finding = kNowhere;  ///< index of the finding it belongs to
  std::uint32_t id = kNowhere;       ///< index into ids, for kind id
  std::size_t bad_at = 0;            ///< for kind bad_id: what makes it unreadable; its end when it is too short
};

/// One id as it stands in the input; the same agent may be named many times.
struct FoundId {
  Uuid id;
  std::uint32_t span = kNowhere;
  std::uint32_t finding = kNowhere;
  std::uint32_t first = 0;  ///< index of the first FoundId with this id; its own when it is the first
  bool canonical = true;
};

/// One payload, or list, or name.
struct Finding {
  Form form = Form::unknown;
  Wrapping wrapping = Wrapping::none;
  Channel channel = Channel::unnamed;
  Verdict verdict = Verdict::good;
  Notes notes;
  std::size_t at = 0;  ///< byte offset of the whole, wrapping included
  std::size_t length = 0;
  std::size_t payload_bytes = 0;  ///< as PostgreSQL would carry it, escapes undone; of lists and names: as pasted
  std::uint32_t first_span = 0;
  std::uint32_t spans = 0;  ///< those from first_span; separators between UUIDs of a list are among them
  std::uint32_t first_id = 0;
  std::uint32_t ids = 0;
  std::uint32_t unreadable = 0;  ///< spans of kind bad_id
  std::uint32_t duplicates = 0;  ///< ids named before in this finding
};

/// A stretch that gives more ids, or other ones, when it is read another way. What it gives is not
/// among the ids above.
struct Alternative {
  Reading reading = Reading::joined_lines;
  std::size_t at = 0;
  std::size_t length = 0;
  std::uint32_t ids = 0;    ///< how many it gives
  std::uint32_t lines = 1;  ///< that it stands on
};

struct Inspection {
  std::vector<Span> spans;
  std::vector<FoundId> ids;
  std::vector<Finding> findings;
  std::vector<Alternative> alternatives;  ///< in order; at most kMaxAlternatives
  Container container = Container::none;
  Notes notes;  ///< of the whole input, and all those of the findings
  std::uint32_t distinct_ids = 0;
  std::size_t read_bytes = 0;  ///< less than the input when a limit stopped the reading
};

inline constexpr std::size_t kMaxAlternatives = 1'000;

/// Bounds the memory of the result: 40 bytes a span and 32 an id, at most one id a span. The
/// default holds every list of UUIDs and every chunk of 64 MiB.
struct InspectLimits {
  std::size_t max_spans = 4'000'000;
};

/// @errors none: what cannot be read is a span that says so
/// @owns   nothing of `input`; the result holds offsets, no text
/// @cost   linear in the input, plus sorting the ids; 50 MB of anything, however hostile, take a
///         few seconds
Inspection inspect(std::string_view input, InspectLimits limits = {});

/// The ids that an alternative gives, as text that takes its place in the input: a chunk for joined
/// lines and URL-safe base64, else UUIDs, one a line.
///
/// @shape `input` is the one that was inspected
std::string text_of(const Alternative& alternative, std::string_view input);

/// One sentence for people. They quote no byte of the input other than UUIDs they have read.
std::string describe(const Finding& finding, const Inspection& inspection);
std::string describe(const Span& span, const Inspection& inspection);
std::string describe(const Alternative& alternative);  ///< "read as URL-safe base64: 5 ids"

}  // namespace metabatch
