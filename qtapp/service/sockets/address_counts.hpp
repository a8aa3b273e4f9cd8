// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metabatch::service {

/// Counts the open connections of each address, so that one client cannot use up the rest. Any
/// thread. An IPv6 address counts as its network of 64 bits, because a host may use all addresses
/// of it.
class AddressCounts {
 public:
  using Address = std::array<unsigned char, 16>;  ///< IPv6, or IPv4 as ::ffff:a.b.c.d

  /// @shape limit: connections an address; 0: any number. exempt: IP literals that are never
  ///        counted, such as proxies
  AddressCounts(std::size_t limit, std::span<const std::string> exempt);
  AddressCounts(const AddressCounts&) = delete;
  AddressCounts& operator=(const AddressCounts&) = delete;

  /// Counts a connection until the result is destroyed. Null: it is not counted.
  ///
  /// @shape peer: None: a connection without an address
  /// @return or None: the address has as many as it may
  /// @owns the result refers to this object, which outlives it
  std::optional<std::shared_ptr<void>> reserve(const std::optional<Address>& peer);

 private:
  void release(const Address& key);

  const std::size_t limit_;
  std::vector<Address> exempt_;
  std::mutex mutex_;
  std::map<Address, std::size_t> counts_;  // mutex_
};

/// None: the text is no IP literal without brackets.
std::optional<AddressCounts::Address> parse_address(std::string_view text);

}  // namespace metabatch::service
