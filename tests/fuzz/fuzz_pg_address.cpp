// SPDX-License-Identifier: Apache-2.0
// links: metabatch::sql
// Any bytes as an address of a PostgreSQL server: either it is parsed and shows no password, or the
// message repeats nothing of the text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sql/postgres/connection/pg_address.hpp"

using namespace metabatch::sql;

namespace {

constexpr const char* kPassword = "Xq7zSecretQz9";

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::string& text, bool holds_password) {
  const auto parsed = PgAddress::parse(text);
  if (const auto* message = std::get_if<std::string>(&parsed)) {
    require(!message->empty());
    require(!holds_password || message->find(kPassword) == std::string::npos);
    return;
  }
  const PgAddress& address = std::get<PgAddress>(parsed);
  require(address.hosts() >= 1);
  if (address.value("password") != kPassword) return;
  require(address.shown().find(kPassword) == std::string::npos);
  require(address.redacted(text).find(kPassword) == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // an argument cannot contain it
  (void)PgAddress::is_meant(text);
  check(text, false);
  check("postgres://user:" + std::string(kPassword) + "@" + text, true);
  check("password=" + std::string(kPassword) + " " + text, true);
  (void)redact(text);
  return 0;
}
