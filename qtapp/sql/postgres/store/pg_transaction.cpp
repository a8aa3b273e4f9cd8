// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_transaction.hpp"

#include "base/utf8.hpp"
#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kUpdateAgents = {"metabatch_agents", statements::pg_update_agents};

constexpr std::size_t kMaxKeyCharacters = 127;             // varchar(127)
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;  // of texts in one UPDATE

/// Returns where the piece that begins at `from` ends: it has at least one entry, else as many as
/// fit.
std::size_t end_of_piece(std::span<const Update> entries, std::size_t from) {
  std::size_t bytes = 0;
  std::size_t to = from;
  for (; to < entries.size(); ++to) {
    bytes += entries[to].key.size() + entries[to].value.size() + entries[to].error.size();
    if (bytes > kPieceBytes && to > from) break;
  }
  return to;
}

}  // namespace

bool fits_key_column(std::string_view key) {
  return key.size() <= kMaxKeyCharacters || count_code_points(key) <= kMaxKeyCharacters;
}

void PgTransaction::build(std::span<const Update> entries, const Plan& plan) {
  steps_.clear();
  notifications_.clear();
  if (plan.lock_timeout != nullptr) {
    lock_timeout_[0] = {plan.lock_timeout};
    steps_.push_back({&kSetLockTimeout, lock_timeout_});
  }
  if (plan.registers) build_registration(entries);
  first_update_ = steps_.size();
  is_by_agent_ = plan.most_agents > 0 && build_by_agent(entries, plan.most_agents);
  if (!is_by_agent_) build_by_row(entries);
  first_notify_ = steps_.size();
  for (const std::string& chunk : plan.chunks)
    notifications_.push_back({PgParameter{*plan.channel}, PgParameter{chunk}});
  for (const auto& notification : notifications_) steps_.push_back({&kNotify, notification});
}

void PgTransaction::build_registration(std::span<const Update> entries) {
  registrable_.clear();
  for (const Update& entry : entries)
    if (fits_key_column(entry.key)) registrable_.push_back({entry.agent, entry.key, {}, {}, entry.collected_at});
  if (registrable_.empty()) return;
  registered_.build(registrable_);
  steps_.push_back({&kRegisterRows, registered_.agents_and_keys()});
}

bool PgTransaction::build_by_agent(std::span<const Update> entries, std::size_t most_agents) {
  std::size_t pieces = 0;
  for (std::size_t from = 0, to = 0; from < entries.size(); from = to) {
    to = end_of_piece(entries, from);
    if (by_agent_.size() == pieces) by_agent_.emplace_back();
    if (!by_agent_[pieces++].build(entries.subspan(from, to - from), most_agents)) return false;
  }
  for (std::size_t i = 0; i < pieces; ++i) steps_.push_back({&kUpdateAgents, by_agent_[i].all()});
  return pieces > 0;
}

void PgTransaction::build_by_row(std::span<const Update> entries) {
  std::size_t pieces = 0;
  for (std::size_t from = 0, to = 0; from < entries.size(); from = to) {
    to = end_of_piece(entries, from);
    if (by_row_.size() == pieces) by_row_.emplace_back();
    by_row_[pieces].build(entries.subspan(from, to - from));
    steps_.push_back({&kUpdateEntries, by_row_[pieces++].all()});
  }
}

PgTransaction::Part PgTransaction::part_of(std::size_t step) const {
  if (step >= steps_.size()) return Part::commit;
  if (step >= first_notify_) return Part::notify;
  return step >= first_update_ ? Part::update : Part::register_rows;
}

std::uint64_t PgTransaction::changed(const PgAnswer& answer) const {
  std::uint64_t rows = 0;
  for (std::size_t step = first_update_; step < first_notify_; ++step) rows += answer.changed(step);
  return rows;
}

}  // namespace metabatch::sql
