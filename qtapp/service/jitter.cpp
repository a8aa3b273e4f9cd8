// SPDX-License-Identifier: Apache-2.0
#include "service/jitter.hpp"

#include <random>

namespace metabatch::service {
namespace {

std::minstd_rand& generator() {
  thread_local std::minstd_rand one(std::random_device{}());
  return one;
}

}  // namespace

Duration random_part_of(Duration whole) {
  if (whole <= Duration::zero()) return Duration::zero();
  return Duration(std::uniform_int_distribution<Duration::rep>(0, whole.count())(generator()));
}

unsigned random_between(unsigned least, unsigned most) {
  return std::uniform_int_distribution<unsigned>(least, most)(generator());
}

}  // namespace metabatch::service
