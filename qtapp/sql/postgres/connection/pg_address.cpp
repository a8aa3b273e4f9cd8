// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_address.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace metabatch::sql {
namespace {

constexpr std::string_view kHidden = "***";
constexpr std::string_view kSecretKeywords[] = {"password", "sslpassword", "passwd"};

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_with_word(std::string_view text, std::size_t at, std::string_view word) {
  if (text.size() - at < word.size()) return false;
  return std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, char b) { return a == lower(b); });
}

/// Returns where the value that begins at `at` ends: behind its closing quote, or before a blank,
/// `&` or the end.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '\'') {
    for (++at; at < text.size() && text[at] != '\''; ++at)
      if (text[at] == '\\') ++at;
    return std::min(at + 1, text.size());
  }
  for (; at < text.size() && text[at] != ' ' && text[at] != '\n' && text[at] != '\t' && text[at] != '&'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at, text.size());
}

void hide_keywords(std::string& text) {
  for (const std::string_view keyword : kSecretKeywords)
    for (std::size_t at = 0; at + keyword.size() < text.size(); ++at) {
      if (!starts_with_word(text, at, keyword) || (at > 0 && is_name_byte(text[at - 1]))) continue;
      std::size_t value = at + keyword.size();
      while (value < text.size() && text[value] == ' ') ++value;
      if (value == text.size() || text[value] != '=') continue;
      for (++value; value < text.size() && text[value] == ' ';) ++value;
      text.replace(value, end_of_value(text, value) - value, kHidden);
    }
}

constexpr std::string_view kNotAnAddress =
    "not a PostgreSQL address; it is postgres://USER@HOST:PORT/DATABASE or KEYWORD=VALUE ... "
    "(in a URI, %-encode what is special in a name or password)";
constexpr std::string_view kBadlyEncoded =
    "the address is not written correctly: in a name or password, / is written %2F, @ is %40, : is %3A, ? is %3F and # "
    "is "
    "%23";

bool is_known_parameter(std::string_view name) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> known(PQconndefaults(), PQconninfoFree);
  if (name == "ssl") return true;  // libpq takes ssl=true for sslmode=require
  for (const PQconninfoOption* one = known.get(); one != nullptr && one->keyword != nullptr; ++one)
    if (name == one->keyword) return true;
  return known == nullptr;  // libpq itself judges it
}

/// Describes what is wrong with a URI before libpq reads it. The words contain no part that may be
/// a password; "" means nothing, or no URI. An `@` behind the first one, or behind a `/` or `?`,
/// belongs to a password that is not encoded. libpq would take part of the password for a host,
/// port or database, and messages would show it.
std::string problem_of_uri(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (!PgAddress::is_meant(text) || scheme == std::string_view::npos ||
      text.substr(0, scheme).find('=') != std::string_view::npos)
    return "";
  const std::string_view rest = text.substr(scheme + 3);
  const std::size_t sign = rest.find('@'), path = rest.find_first_of("/?");
  if (rest.find('@', sign == std::string_view::npos ? 0 : sign + 1) != std::string_view::npos ||
      (sign != std::string_view::npos && path < sign))
    return std::string(kBadlyEncoded);
  for (std::size_t at = rest.find('?'); at < rest.size();) {
    const std::size_t end = std::min(rest.find('&', at + 1), rest.size());
    const std::string_view name = rest.substr(at + 1, std::min(rest.find('=', at + 1), end) - at - 1);
    if (!name.empty() && !is_known_parameter(name)) return "the address has an unknown parameter: " + std::string(name);
    at = end;
  }
  return "";
}

/// Hides the password of scheme://user:PASSWORD@host, up to the last @ before the path, because a
/// password may contain one by mistake.
void hide_userinfo(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t from = at + 3;
    const std::size_t end = std::min(text.find_first_of(" \n\t\"", from), text.size());
    const std::size_t sign = text.rfind('@', end - (end > from ? 1 : 0));
    const std::size_t colon = text.find(':', from);
    if (sign == std::string::npos || sign < from || colon >= sign) continue;
    text.replace(colon + 1, sign - colon - 1, kHidden);
  }
}

}  // namespace

std::string redact(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size()))
      text.replace(at, secret.size(), kHidden);
  }
  hide_userinfo(text);
  hide_keywords(text);
  return text;
}

bool PgAddress::is_meant(std::string_view text) {
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) return true;
  const std::size_t sign = text.find('=');
  if (sign == std::string_view::npos || sign == 0) return false;
  const std::string_view word = text.substr(0, text.find_last_not_of(' ', sign - 1) + 1);
  return !word.empty() && std::all_of(word.begin(), word.end(), is_name_byte);
}

std::variant<PgAddress, std::string> PgAddress::parse(const std::string& text) {
  if (std::string problem = problem_of_uri(text); !problem.empty()) return problem;
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(text.c_str(), &complaint), PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> its_text(complaint, PQfreemem);
  // libpq's message quotes the text where it could not read it. That may be the middle of a
  // password.
  if (!options) return std::string(kNotAnAddress);
  PgAddress address;
  for (const PQconninfoOption* one = options.get(); one->keyword != nullptr; ++one)
    if (one->val != nullptr) address.values_[one->keyword] = one->val;
  return address;
}

std::string PgAddress::value(const std::string& keyword) const {
  const auto found = values_.find(keyword);
  return found == values_.end() ? std::string() : found->second;
}

void PgAddress::set_default(const std::string& keyword, const std::string& value) { values_.emplace(keyword, value); }

std::size_t PgAddress::hosts() const {
  std::string names = value("hostaddr").empty() ? value("host") : value("hostaddr");
  if (const char* environment = std::getenv("PGHOST"); names.empty() && environment != nullptr) names = environment;
  return 1 + static_cast<std::size_t>(std::count(names.begin(), names.end(), ','));
}

std::string PgAddress::shown() const {
  std::string text = "PostgreSQL";
  for (const char* keyword : {"service", "host", "hostaddr", "port", "dbname", "user"})
    if (const std::string given = value(keyword); !given.empty())
      text.append(" ").append(keyword).append("=").append(given);
  return redact(std::move(text));
}

std::string PgAddress::redacted(std::string text) const {
  std::vector<std::string> secrets;
  for (const std::string_view keyword : kSecretKeywords) secrets.push_back(value(std::string(keyword)));
  if (const char* environment = std::getenv("PGPASSWORD")) secrets.emplace_back(environment);
  return redact(std::move(text), secrets);
}

}  // namespace metabatch::sql
