// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "metabatch/outcome.hpp"

namespace metabatch::sql {

/// Why a request to a database failed: the one failure type of this folder.
struct DatabaseFailure {
  FailureClass failure = FailureClass::other;
  std::string sqlstate;  ///< PostgreSQL only: five characters; empty where the server sent none
  std::string message;   ///< for people, with a remedy where there is one; never contains a secret
};

template <class T>
using DatabaseResult = std::variant<T, DatabaseFailure>;

}  // namespace metabatch::sql
