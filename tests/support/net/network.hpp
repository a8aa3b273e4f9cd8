// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "support/net/place.hpp"

namespace metabatch::test {

/// A network of machines that a test has for itself: a network namespace for each of them, with a
/// link to a bridge in a namespace where the test is. A cut drops every packet without a word to
/// anybody, as a broken switch does: no connection is refused, reset or closed by it.
class Network {
 public:
  /// The calling thread moves to the bridge. Call it at the start of main(): only a process with
  /// one thread may do so without being root.
  ///
  /// @errors null, with the reason: the kernel does not let this user have namespaces, or the
  ///         package iproute2 is missing
  static std::unique_ptr<Network> make(std::string& why_not);

  /// A new machine. Other failures than those of make() end the test.
  [[nodiscard]] Place add();

  /// Cuts a machine off from all others, or joins it to them again.
  static void cut(const Place& one);
  static void join(const Place& one);
  /// Cuts two machines off from each other, or joins them again.
  static void cut(const Place& one, const Place& other);
  static void join(const Place& one, const Place& other);

 private:
  Network() = default;
  std::size_t count_ = 0;
};

/// How the TCP connections of a machine fare, from the table of the kernel.
struct TcpTable {
  explicit TcpTable(const Place& where);
  /// How often the packet that has waited longest for its receipt was sent again.
  unsigned long repeated = 0;
  /// Connections that were closed by this machine, and have bytes or their end still to be taken.
  unsigned long unfinished = 0;
  /// The addresses, one a connection and separated by blanks, of what it is connected to.
  std::string peers = " ";
};

}  // namespace metabatch::test
