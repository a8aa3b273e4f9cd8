// SPDX-License-Identifier: Apache-2.0
#include "feed/decoding/record_source.hpp"

#include <algorithm>
#include <cstring>

namespace metabatch::feed {
namespace {

constexpr std::size_t kMostHead = std::size_t{64} << 10;  // a longer first line is one of lines
constexpr std::size_t kHeadStep = std::size_t{4} << 10;

std::string_view name_of(Shape shape) {
  switch (shape) {
    case Shape::lines: break;
    case Shape::array: return "an array of objects";
    case Shape::pretty: return "objects over several lines";
    case Shape::concatenated: return "several objects on a line";
  }
  return "";
}

}  // namespace

RecordSource::RecordSource(Input& input, Stop* stop)
    : input_(input), text_(input.source(stop), input.size() > 0 ? input.name() : "") {}

void RecordSource::begin() {
  while (head_.size() < kMostHead && shape_needs_more(head_)) {
    const std::size_t before = head_.size();
    head_.resize(before + kHeadStep);
    const std::size_t got = text_.read(head_.data() + before, kHeadStep);
    head_.resize(before + got);
    if (got == 0) break;
  }
  shape_ = shape_of(head_);
  const LineReader::Source source = [this](char* to, std::size_t size) {
    if (head_.empty()) return text_.read(to, size);
    const std::size_t taken = std::min(size, head_.size());
    std::memcpy(to, head_.data(), taken);
    head_.erase(0, taken);
    return taken;
  };
  if (shape_ == Shape::lines)
    reader_.emplace<LineReader>(source);
  else
    reader_.emplace<ValueReader>(source);
}

std::optional<Line> RecordSource::next() {
  if (reader_.index() == 0) begin();
  if (auto* const lines = std::get_if<LineReader>(&reader_)) return lines->next();
  return std::get<ValueReader>(reader_).next();
}

std::string RecordSource::form() const {
  const std::string& packed = text_.form();
  const std::string_view shape = name_of(shape_);
  return packed + (packed.empty() || shape.empty() ? "" : ", ") + std::string(shape);
}

std::string RecordSource::problem() const {
  if (input_.error() != 0) return input_.name() + ": " + std::strerror(input_.error());
  return text_.problem().empty() ? std::string() : input_.name() + " " + text_.problem();
}

}  // namespace metabatch::feed
