// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_failure.hpp"

namespace metabatch::sql {

FailureClass class_of_sqlstate(std::string_view sqlstate) {
  const std::string_view family = sqlstate.substr(0, 2);
  if (sqlstate == "40P01") return FailureClass::deadlock;
  if (family == "40") return FailureClass::serialization;
  if (sqlstate == "57014" || sqlstate == "55P03") return FailureClass::timeout;
  if (family == "22" || sqlstate == "23514") return FailureClass::data;
  if (sqlstate == "53100" || sqlstate == "58030") return FailureClass::disk;
  if (family == "28" || family == "42" || sqlstate == "3D000" || sqlstate == "3F000") return FailureClass::permission;
  if (family == "08" || family == "57" || sqlstate == "53300" || sqlstate == "25006" || sqlstate == "0A000" ||
      sqlstate == "25P03")
    return FailureClass::connection;
  return FailureClass::other;
}

FailureClass class_of_connect_message(std::string_view message) {
  for (const std::string_view sign : {"password authentication failed", "authentication failed for user",
                                      "no password supplied", "no pg_hba.conf entry", "is not permitted to log in",
                                      "permission denied for database", "pg_hba.conf rejects", "does not exist"})
    // A socket that does not exist is a server that is not there (yet).
    if (message.find(sign) != std::string_view::npos && message.find("FATAL") != std::string_view::npos)
      return FailureClass::permission;
  if (message.find("no password supplied") != std::string_view::npos) return FailureClass::permission;
  return FailureClass::connection;
}

std::string_view cure_of_sqlstate(std::string_view sqlstate) {
  if (sqlstate == "42501")
    return "grant it: GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO this role, who "
           "registers agents also INSERT; init-db needs CREATE on the schema";
  if (sqlstate == "42P01")
    return "metabatch init-db creates the table; or name the database and search_path where it is";
  if (sqlstate == "42703") return "the table lacks a column that is written";
  if (sqlstate == "25006" || sqlstate == "0A000")
    return "this server only reads; with several hosts add target_session_attrs=read-write";
  if (sqlstate == "53100") return "free some space on the server";
  if (sqlstate == "53300") return "the server takes no more connections just now";
  if (sqlstate == "55P03" || sqlstate == "57014")
    return "somebody holds a lock on the rows, or the server is slow; it is tried again";
  return "";
}

}  // namespace metabatch::sql
