// SPDX-License-Identifier: Apache-2.0
#include "models/charts/arrival_ring.hpp"

#include <algorithm>
#include <cstring>

namespace metabatch::models {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;  // a block is removed as a whole
constexpr int kBlocksARing = 20;                            // at least: removal goes in small parts
// The memory of a RecordedReport and of each of its updates: three strings and a stamp.
constexpr std::size_t kReportBytes = sizeof(RecordedReport);
constexpr std::size_t kUpdateBytes = 3 * sizeof(std::string) + sizeof(WallTime);
constexpr std::size_t kInPlace = 15;  // bytes of a string that are stored inside it

struct ReportHead {
  Uuid agent;
  std::int64_t at;  // nanoseconds
  std::uint32_t updates;
};
struct UpdateHead {
  std::int64_t stamp;  // microseconds
  std::uint32_t key, value, error;
};

template <class Head>
void put(std::string& to, const Head& head) {
  to.append(reinterpret_cast<const char*>(&head), sizeof head);
}

template <class Head>
Head take(const char*& from) {
  Head head;
  std::memcpy(&head, from, sizeof head);
  from += sizeof head;
  return head;
}

std::size_t bytesOf(std::size_t size) { return size > kInPlace ? size + 1 : 0; }

}  // namespace

ArrivalRing::ArrivalRing(Duration span, std::size_t bytes) : m_span(span), m_most(bytes) {}

ArrivalRing::Block& ArrivalRing::growing(Instant at) {
  const bool isOver = m_isSealed || m_blocks.back()->text.size() >= kBlockBytes ||
                      m_blocks.back()->bytes >= m_most / kBlocksARing ||
                      at - m_blocks.back()->first > m_span / kBlocksARing;
  if (isOver) {
    m_blocks.push_back(std::make_shared<Block>());
    m_blocks.back()->first = m_blocks.back()->last = at;
    m_isSealed = false;
  }
  return *m_blocks.back();
}

void ArrivalRing::add(const Report& report, Instant at, bool goesOn) {
  if (!isEmpty()) at = std::max(at, end());
  const bool isNew = !goesOn || m_isSealed || m_blocks.back()->text.size() >= kBlockBytes;
  Block& block = isNew ? growing(at) : *m_blocks.back();
  const auto updates = static_cast<std::uint32_t>(report.size());
  if (isNew) {
    m_lastReport = block.text.size();
    put(block.text, ReportHead{report.agent, at.time_since_epoch().count(), updates});
  } else {
    ReportHead head;
    std::memcpy(&head, block.text.data() + m_lastReport, sizeof head);
    head.updates += updates;
    std::memcpy(block.text.data() + m_lastReport, &head, sizeof head);
  }
  std::size_t bytes = isNew ? kReportBytes : 0;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const std::string_view key = report.keys[i];
    const std::size_t value = report.values[i].size(), error = report.errors[i].size();
    put(block.text,
        UpdateHead{report.collected_at[i].time_since_epoch().count(), static_cast<std::uint32_t>(key.size()),
                   static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(error)});
    block.text.append(key);
    bytes += kUpdateBytes + bytesOf(key.size()) + bytesOf(value) + bytesOf(error);
  }
  block.last = at;
  block.reports += isNew ? 1 : 0;
  block.updates += report.size();
  block.bytes += bytes;
  m_reports += isNew ? 1 : 0;
  m_updates += report.size();
  m_bytes += bytes;
  dropOld(at);
}

void ArrivalRing::dropOld(Instant now) {
  while (m_blocks.size() > 1 && (m_bytes > m_most || m_blocks.front()->last < now - m_span)) {
    const Block& oldest = *m_blocks.front();
    m_reports -= oldest.reports;
    m_updates -= oldest.updates;
    m_bytes -= oldest.bytes;
    m_blocks.pop_front();
  }
}

void ArrivalRing::clear() {
  m_blocks.clear();
  m_isSealed = true;
  m_reports = m_updates = m_bytes = 0;
}

ArrivalRing ArrivalRing::snapshot() {
  m_isSealed = true;
  return *this;
}

std::size_t ArrivalRing::ownBytes() const {
  std::size_t bytes = 0;
  for (const auto& block : m_blocks) bytes += block->text.capacity();
  return bytes;
}

std::shared_ptr<const Recording> ArrivalRing::recording(Instant from) const {
  auto found = std::make_shared<Recording>();
  found->reserve(m_reports);
  for (const auto& block : m_blocks) {
    const char* next = block->text.data();
    const char* const end = next + block->text.size();
    while (next < end) {
      const auto head = take<ReportHead>(next);
      RecordedReport report{Duration(head.at) - from.time_since_epoch(), head.agent, {}, {}, {}, {}};
      for (auto* const texts : {&report.keys, &report.values, &report.errors}) texts->reserve(head.updates);
      report.stamps.reserve(head.updates);
      for (std::uint32_t i = 0; i < head.updates; ++i) {
        const auto update = take<UpdateHead>(next);
        report.keys.emplace_back(next, update.key);
        next += update.key;
        report.values.emplace_back(update.value, 'v');
        report.errors.emplace_back(update.error, 'e');
        report.stamps.push_back(WallTime(WallTime::duration(update.stamp)));
      }
      if (report.at >= Duration{}) found->push_back(std::move(report));
    }
  }
  return found;
}

}  // namespace metabatch::models
