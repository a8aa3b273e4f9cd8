// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metabatch/update.hpp"
#include "sql/postgres/connection/pg_connection.hpp"

namespace metabatch::sql {

/// The entries of a batch as parallel PostgreSQL arrays in binary form: no quoting, so no text can
/// be mistaken for another. Memory is reused.
///
/// @shape  uuid[], text[] (key), text[] (value), text[] (error), timestamptz[]; one dimension, from
///         1, no NULL; where no entry has an error, the errors are an empty array: the server need
///         not read them one by one
/// @units  timestamptz: microseconds since 2000-01-01; a time that this cannot count is sent as one
///         that the server refuses
/// @owns   copies of the bytes; parameters stay valid until the next build()
/// @source PostgreSQL array_recv (arrayfuncs.c), timestamptz_recv (timestamp.c)
class PgArrays {
 public:
  void build(std::span<const Update> entries);

  [[nodiscard]] std::span<const PgParameter> all() const { return {parameters_, 5}; }
  [[nodiscard]] std::span<const PgParameter> agents_and_keys() const { return {parameters_, 2}; }
  [[nodiscard]] std::span<const PgParameter> agents_keys_and_times() const { return {identities_, 3}; }

 private:
  std::string agents_;
  std::string keys_;
  std::string values_;
  std::string errors_;
  std::string times_;
  PgParameter parameters_[5];
  PgParameter identities_[3];
};

/// The entries of a batch agent by agent, for a statement that scans each agent's rows once. Memory
/// is reused.
///
/// @shape  uuid[], text[] (keys), text[] (values), text[] (errors), timestamptz[]: one item an
///         agent; texts joined by U+001F in the order of the keys' bytes; no errors of an agent: ""
/// @units, @owns, @source: as PgArrays
class PgAgentArrays {
 public:
  /// @return false, and nothing to send: the entries are of more than `most_agents` agents, are not
  ///         strictly ascending by (agent, key), an agent has two stamps or an empty key alone, or
  ///         a text holds U+001F
  bool build(std::span<const Update> entries, std::size_t most_agents);

  [[nodiscard]] std::span<const PgParameter> all() const { return parameters_; }

 private:
  void append_agent(std::span<const Update> entries);
  std::string agents_, keys_, values_, errors_, times_;
  PgParameter parameters_[5];
};

/// Ids as one parameter.
class PgUuidArray {
 public:
  explicit PgUuidArray(std::span<const Uuid> ids);
  PgUuidArray(const PgUuidArray&) = delete;
  PgUuidArray& operator=(const PgUuidArray&) = delete;
  [[nodiscard]] std::span<const PgParameter> all() const { return {&parameter_, 1}; }

 private:
  std::string ids_;
  PgParameter parameter_;
};

/// Some agents of a batch, spread over it.
class PgSampleArray {
 public:
  explicit PgSampleArray(std::span<const Update> entries, std::size_t most);
  [[nodiscard]] std::size_t agents() const { return count_; }
  [[nodiscard]] std::span<const PgParameter> all() const { return {&parameter_, 1}; }

 private:
  std::string agents_;
  std::size_t count_ = 0;
  PgParameter parameter_;
};

}  // namespace metabatch::sql
