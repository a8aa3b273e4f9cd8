// SPDX-License-Identifier: Apache-2.0
#include "faults/modelled_database.hpp"

#include <algorithm>

#include "support/driven.hpp"

namespace metabatch::faults {

ModelledDatabase::ModelledDatabase(const FaultPlan& plan) : plan_(plan) {
  for (std::size_t agent = 0; agent < plan.agents; ++agent)
    for (std::size_t key = 0; key < plan.keys; ++key)
      rows_by_number_.emplace_back(driven::agent(static_cast<std::uint32_t>(agent)), "key " + std::to_string(key));
  for (std::size_t i = 0; i < rows_by_number_.size(); ++i) numbers_[rows_by_number_[i]] = i;
  register_rows();
}

void ModelledDatabase::register_rows() {
  for (std::size_t i = 0; i < rows_by_number_.size(); ++i) {
    const bool is_missing = std::count(plan_.missing.begin(), plan_.missing.end(), i) > 0;
    if (!is_missing) rows_.try_emplace(rows_by_number_[i], Row{WallTime::min(), ""});
  }
}

void ModelledDatabase::empty() {
  for (const auto& [id, row] : rows_) {
    const auto [at, is_new] = lost_.try_emplace(id, row.collected_at);
    if (!is_new) at->second = std::max(at->second, row.collected_at);
  }
  rows_.clear();
}

Fate ModelledDatabase::commit(const OwnedUpdate& entry) {
  const auto row = rows_.find({entry.agent, entry.key});
  if (row == rows_.end()) return Fate::unmatched;
  if (row->second.collected_at > entry.collected_at) return Fate::rows_stale;
  row->second = {entry.collected_at, entry.value};
  return Fate::written;
}

void ModelledDatabase::write_beside(std::size_t number, WallTime stamp) {
  const auto row = rows_.find(rows_by_number_[number]);
  if (row != rows_.end() && row->second.collected_at < stamp) row->second = {stamp, "of another writer"};
}

bool ModelledDatabase::is_locked(const RowId& row, Instant at) const { return locked_until(row, at) > at; }

Instant ModelledDatabase::locked_until(const RowId& row, Instant at) const {
  const std::size_t number = number_of(row);
  Instant until = at;
  for (const RowLock& lock : plan_.row_locks)
    if (lock.row == number && lock.window.holds(at)) until = std::max(until, lock.window.until);
  return until;
}

bool ModelledDatabase::is_poison(const RowId& row) const {
  return std::count(plan_.poison.begin(), plan_.poison.end(), number_of(row)) > 0;
}

const ModelledDatabase::Row* ModelledDatabase::find(const RowId& row) const {
  const auto found = rows_.find(row);
  return found == rows_.end() ? nullptr : &found->second;
}

std::optional<WallTime> ModelledDatabase::lost(const RowId& row) const {
  const auto found = lost_.find(row);
  if (found == lost_.end()) return std::nullopt;
  return found->second;
}

}  // namespace metabatch::faults
