// SPDX-License-Identifier: Apache-2.0
// links: metabatch::feed
// Any bytes as a stream: every line is a record, and none contains a text that a database cannot
// hold.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/utf8.hpp"
#include "feed/line_reader.hpp"
#include "feed/ndjson.hpp"

using namespace metabatch;
using namespace metabatch::feed;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_clean(std::string_view text) { require(clean_size(text) == text.size()); }

void check(const Record& record) {
  require((record.kind == Record::Kind::bad) == !record.reason.empty());
  require(record.reason.find('\n') == std::string::npos);
  require_clean(record.reason);
  if (record.kind != Record::Kind::update) return;
  require_clean(record.update.key);
  require_clean(record.update.value);
  require_clean(record.update.error);
}

/// The same line, mended by hand, gives the same record: mending has no other effect.
void check_mended(NdjsonParser& parser, std::string_view line, Record::Kind kind) {
  const std::string mended = mend_json(line);
  require(mend_json(mended) == mended);
  if (kind != Record::Kind::blank) require(parser.parse(mended).kind == kind);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::size_t given = 0;
  LineReader lines([&](char* to, std::size_t room) {
    const std::size_t step = std::min({room, size - given, std::size_t{7}});
    if (step > 0) std::memcpy(to, data + given, step);
    given += step;
    return step;
  });
  static NdjsonParser parser, second;
  std::uint64_t last = 0;
  while (const auto line = lines.next()) {
    require(line->number == last + 1);
    last = line->number;
    const Record& record = parser.parse(line->text);
    check(record);
    check_mended(second, line->text, record.kind);
  }
  require(given == size);
  return 0;
}
