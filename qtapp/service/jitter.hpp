// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metabatch/time.hpp"

namespace metabatch::service {

/// A random part of `whole`, so that many clients do not return at one moment. Any thread.
Duration random_part_of(Duration whole);
/// A whole number from `least` to `most`. Any thread.
unsigned random_between(unsigned least, unsigned most);

}  // namespace metabatch::service
