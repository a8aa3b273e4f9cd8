// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metabatch/update.hpp"
#include "sql/pg_connection.hpp"

namespace metabatch::sql {

/// The entries of a batch as parallel PostgreSQL arrays in binary form: no quoting, so no text can be
/// mistaken for another. Memory is reused.
///
/// @shape  uuid[], text[] (key), text[] (value), text[] (error), timestamptz[]; one dimension, from 1, no NULL
/// @units  timestamptz: microseconds since 2000-01-01; a time that this cannot count is sent as one that the server refuses
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

}  // namespace metabatch::sql
