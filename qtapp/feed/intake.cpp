// SPDX-License-Identifier: Apache-2.0
#include "feed/intake.hpp"

#include <utility>

namespace metabatch::feed {
namespace {

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::size_t bytes_of(const Update& update) { return update.key.size() + update.value.size() + update.error.size(); }

Update item_of(const Report& report, std::size_t i) {
  return {report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
}

}  // namespace

Intake::Intake(engine::Lanes& lanes, const Config& lane, Complaint complaint)
    : lanes_(lanes), complaint_(std::move(complaint)), stamper_(engine::system_clock()) {
  set_lane(lane);
  too_long_.kind = Record::Kind::bad;
  too_long_.reason = "over 1 MiB";
}

void Intake::set_lane(const Config& lane) {
  most_entries_ = static_cast<std::size_t>(lane.queue_capacity);
  most_bytes_ = static_cast<std::size_t>(lane.queue_bytes);
}

const Record& Intake::read(const Line& line) {
  return read(line, line.too_long ? too_long_ : parser_.parse(line.text));
}

const Record& Intake::read(const Line& line, const Record& record) {
  line_ = {.number = line.number, .at = line.at, .text = {}, .too_long = line.too_long};
  record_ = line.too_long ? &too_long_ : &record;
  if (record_->kind == Record::Kind::bad) reject(record_->reason);
  return *record_;
}

bool Intake::add(bool goes_on) {
  bool is_open = true;
  if (record_->kind == Record::Kind::update) is_open = add_update(record_->update, goes_on);
  if (record_->kind == Record::Kind::report) is_open = add_report(*record_);
  refused_items_ = limits_.refused_items();
  sanitized_updates_ += record_->sanitized;
  sanitized_ = limits_.sanitized() + sanitized_updates_;
  if (is_open) lines_ = line_.number;
  return is_open;
}

bool Intake::add_update(const Update& update, bool goes_on) {
  if (bytes_of(update) > most_bytes_) {
    reject("its " + with_commas(bytes_of(update)) + " bytes can never fit into queue_bytes, " +
           with_commas(most_bytes_));
    return true;
  }
  if (!add_item(update)) return false;
  if (listener_) listener_(report_of(update), goes_on);
  if (!goes_on) ++reports_;
  return true;
}

bool Intake::wait(const Uuid& agent, std::size_t entries, std::size_t bytes) {
  if (on_wait_) {
    if (lanes_.wait_for_capacity(agent, entries, bytes, Instant::min())) return true;
    on_wait_();
  }
  return lanes_.wait_for_capacity(agent, entries, bytes);
}

bool Intake::add_item(const Update& update) {
  if (!wait(update.agent, 1, bytes_of(update))) return false;
  lanes_.add(update);
  return true;
}

bool Intake::add_report(const Record& record) {
  const Report report = limits_.apply(record.agent, record.items, stamper_.next());
  if (limits_.error()) complain(describe_report(*limits_.error()));
  for (const RefusedItem& item : limits_.refused()) complain(describe(item));
  if (report.size() == 0) return true;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < report.size(); ++i) bytes += bytes_of(item_of(report, i));
  const bool fits = report.size() <= most_entries_ && bytes <= most_bytes_;
  const bool is_added = fits ? wait(report.agent, report.size(), bytes) && lanes_.add(report) : add_items(report);
  if (!is_added) return false;
  if (listener_) listener_(report, false);
  ++reports_;
  return true;
}

/// A report that is larger than the capacity of its lane.
bool Intake::add_items(const Report& report) {
  for (std::size_t i = 0; i < report.size(); ++i)
    if (!add_item(item_of(report, i))) return false;
  return true;
}

void Intake::reject(const std::string& reason) {
  ++rejected_lines_;
  complain(reason);
}

}  // namespace metabatch::feed
