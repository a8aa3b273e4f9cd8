// SPDX-License-Identifier: Apache-2.0
// links: metabatch::feed
// Any bytes as a stream: every line is a record, and none contains a text that a database cannot
// hold.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/utf8.hpp"
#include "feed/decoding/text_source.hpp"
#include "feed/decoding/value_reader.hpp"
#include "feed/line_reader.hpp"
#include "feed/ndjson.hpp"

using namespace metabatch;
using namespace metabatch::feed;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t kMostText = std::size_t{4} << 20;  // a few bytes may unpack to very many

LineReader::Source source_of(const char* data, std::size_t size, std::size_t step) {
  return [data, size, step, given = std::size_t{0}](char* to, std::size_t room) mutable {
    const std::size_t got = std::min({step, room, size - given});
    if (got > 0) std::memcpy(to, data + given, got);
    given += got;
    return got;
  };
}

std::string text_of(const char* data, std::size_t size, std::size_t step, std::string& problem) {
  TextSource source(source_of(data, size, step), "");
  std::string text, block(std::size_t{16} << 10, '\0');
  while (text.size() < kMostText) {
    const std::size_t got = source.read(block.data(), block.size());
    if (got == 0) break;
    text.append(block, 0, got);
  }
  problem = source.problem();
  return text;
}

std::string records_of(const std::string& text, std::size_t step) {
  ValueReader reader(source_of(text.data(), text.size(), step), 256);
  std::string found;
  std::uint64_t last = 0, next = 0;
  while (const auto line = reader.next()) {
    require(line->number >= last && line->at >= next);
    require(line->text.size() <= 256 && line->at + line->text.size() <= text.size());
    require(text.compare(line->at, line->text.size(), line->text) == 0);
    last = line->number;
    next = line->at + std::max<std::size_t>(line->text.size(), 1);
    found.append(line->text).append("\n");
  }
  return found;
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

/// A blank in front is passed over by the parser of all lines and refused by that of plain ones:
/// both read alike.
void check_plain(NdjsonParser& parser, std::string_view line, const Record& record) {
  const Record& other = parser.parse(" " + std::string(line));
  require(other.kind == record.kind && other.reason.empty() == record.reason.empty());
  if (record.kind != Record::Kind::update) return;
  const Update &a = record.update, &b = other.update;
  require(a.agent == b.agent && a.key == b.key && a.value == b.value && a.error == b.error);
  require(a.collected_at == b.collected_at && record.at_us == other.at_us);
}

/// Any bytes as an input that is unpacked, converted and divided into records: the blocks in which
/// the bytes come change nothing. (Of a damaged input more or less of the end may be lost.)
void check_decoding(const char* data, std::size_t size) {
  std::string problem, problem_of_steps;
  const std::string text = text_of(data, size, size + 1, problem);
  const std::string text_of_steps = text_of(data, size, 3, problem_of_steps);
  if (text.size() < kMostText) require(problem.empty() == problem_of_steps.empty());
  if (problem.empty()) require(text.substr(0, kMostText) == text_of_steps.substr(0, kMostText));
  (void)shape_of(text);
  require(records_of(text, text.size() + 1) == records_of(text, 7));
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
    check_plain(second, line->text, record);
    check_mended(second, line->text, record.kind);
  }
  require(given == size);
  check_decoding(reinterpret_cast<const char*>(data), size);
  return 0;
}
