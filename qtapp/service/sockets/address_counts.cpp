// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/address_counts.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace metabatch::service {
namespace {

constexpr AddressCounts::Address kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::ptrdiff_t kMappedBytes = 12, kNetworkBytes = 8;

AddressCounts::Address network_of(AddressCounts::Address address) {
  if (!std::equal(address.begin(), address.begin() + kMappedBytes, kMappedIpv4.begin()))
    std::fill(address.begin() + kNetworkBytes, address.end(), static_cast<unsigned char>(0));
  return address;
}

}  // namespace

std::optional<AddressCounts::Address> parse_address(std::string_view text) {
  const std::string literal(text);
  AddressCounts::Address address = kMappedIpv4;
  if (::inet_pton(AF_INET, literal.c_str(), address.data() + kMappedBytes) == 1) return address;
  if (::inet_pton(AF_INET6, literal.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

AddressCounts::AddressCounts(std::size_t limit, std::span<const std::string> exempt) : limit_(limit) {
  for (const std::string& one : exempt)
    if (const auto address = parse_address(one)) exempt_.push_back(*address);
}

std::optional<std::shared_ptr<void>> AddressCounts::reserve(const std::optional<Address>& peer) {
  const bool is_counted = limit_ > 0 && peer && std::find(exempt_.begin(), exempt_.end(), *peer) == exempt_.end();
  if (!is_counted) return std::shared_ptr<void>();
  const Address key = network_of(*peer);
  const std::lock_guard lock(mutex_);
  std::size_t& count = counts_[key];  // where it is new, the limit has room for it
  if (count >= limit_) return std::nullopt;
  ++count;
  return std::shared_ptr<void>(this, [key](void* self) { static_cast<AddressCounts*>(self)->release(key); });
}

void AddressCounts::release(const Address& key) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(key);
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace metabatch::service
