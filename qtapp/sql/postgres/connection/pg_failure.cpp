// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_failure.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>

namespace metabatch::sql {
namespace {

constexpr std::size_t kSqlstateBytes = 5;
constexpr std::string_view kBeforeSqlstate = ":  ";  // SEVERITY:  SQLSTATE: text

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

bool is_sqlstate(std::string_view text) {
  return text.size() == kSqlstateBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// Returns where the next `:  SQLSTATE: ` begins at or behind `from`; npos: nowhere.
std::size_t find_sqlstate(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(kBeforeSqlstate, from); at != std::string_view::npos;
       at = text.find(kBeforeSqlstate, at + 1)) {
    const std::string_view state = text.substr(at + kBeforeSqlstate.size(), kSqlstateBytes);
    if (is_sqlstate(state) && text.substr(at + kBeforeSqlstate.size() + kSqlstateBytes).starts_with(": ")) return at;
  }
  return std::string_view::npos;
}

/// `LOCATION:  auth_failed, auth.c:326` in any language.
bool is_source_location(std::string_view line) {
  const std::size_t name = line.find(".c:");
  return line.find(kBeforeSqlstate) != std::string_view::npos && name != std::string_view::npos &&
         line.find_first_not_of("0123456789", name + 3) == std::string_view::npos;
}

}  // namespace

FailureClass class_of_sqlstate(std::string_view sqlstate) {
  const std::string_view family = sqlstate.substr(0, 2);
  if (sqlstate == "40P01") return FailureClass::deadlock;
  if (family == "40") return FailureClass::serialization;
  if (sqlstate == "57014" || sqlstate == "55P03") return FailureClass::timeout;
  if (family == "22" || family == "23" || family == "44") return FailureClass::data;
  if (sqlstate == "53100" || sqlstate == "58030") return FailureClass::disk;
  if (family == "28" || family == "42" || sqlstate == "3D000" || sqlstate == "3F000") return FailureClass::permission;
  if (family == "08" || family == "57" || sqlstate == "53300" || sqlstate == "25006" || sqlstate == "0A000" ||
      sqlstate == "25P03")
    return FailureClass::connection;
  return FailureClass::other;
}

Divisible divisible(std::string_view sqlstate) {
  constexpr std::array<std::string_view, 3> at_once = {"22", "23", "44"};
  constexpr std::array<std::string_view, 12> never = {"08", "0A", "25", "26", "28", "3D",
                                                      "3F", "40", "53", "55", "57", "58"};
  if (sqlstate.size() != kSqlstateBytes) return Divisible::never;
  const std::string_view family = sqlstate.substr(0, 2);
  if (is_one_of(family, at_once)) return Divisible::at_once;
  if (sqlstate == "42501") return Divisible::as_policy;
  return family == "42" || is_one_of(family, never) ? Divisible::never : Divisible::repeatedly;
}

std::string_view remedy_of_sqlstate(std::string_view sqlstate) {
  if (sqlstate == "42501")
    return "grant it: GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO this role; a "
           "role "
           "that registers agents also needs INSERT; init-db needs CREATE on the schema";
  if (sqlstate == "42P01")
    return "metabatch init-db creates the table; or name the database and search_path where it is";
  if (sqlstate == "42703") return "the table lacks a column that is written";
  if (sqlstate == "25006" || sqlstate == "0A000")
    return "this server is read-only; with several hosts add target_session_attrs=read-write";
  if (sqlstate == "53100") return "free some space on the server";
  if (sqlstate == "53300") return "the server accepts no more connections at the moment";
  if (sqlstate == "55P03") return "another session holds a lock";
  if (sqlstate == "57014") return "the statement took longer than its time limit";
  if (sqlstate == "3D000") return "create the database (createdb NAME), or name another";
  if (sqlstate == "28P01") return "give the password in PGPASSWORD or ~/.pgpass";
  if (sqlstate == "28000")
    return "name a role that exists (postgres://ROLE@...) and that the server's pg_hba.conf admits from here";
  return "";
}

std::string_view sqlstate_of_connect(std::string_view message) {
  std::string_view found;
  for (std::size_t at = find_sqlstate(message, 0); at != std::string_view::npos; at = find_sqlstate(message, at + 1))
    found = message.substr(at + kBeforeSqlstate.size(), kSqlstateBytes);
  return found;
}

std::string without_verbosity(std::string_view message) {
  std::string text;
  for (std::size_t from = 0; from < message.size();) {
    const std::size_t end = std::min(message.find('\n', from), message.size());
    const std::string_view line = message.substr(from, end - from);
    from = end + 1;
    if (line.empty() || is_source_location(line)) continue;
    if (!text.empty()) text += '\n';
    const std::size_t state = find_sqlstate(line, 0);
    if (state == std::string_view::npos) {
      text.append(line);
    } else {
      text.append(line.substr(0, state + kBeforeSqlstate.size()));
      text.append(line.substr(state + kBeforeSqlstate.size() + kSqlstateBytes + 2));
    }
  }
  return text;
}

std::string field_of(const pg_result* result, int code) {
  const char* const text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

}  // namespace metabatch::sql
