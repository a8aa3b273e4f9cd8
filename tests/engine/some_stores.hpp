// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/store.hpp"

namespace metabatch::tests {

/// Stores of one kind, for lanes.
template <class One>
struct SomeStores {
  std::vector<std::unique_ptr<One>> owned;
  std::vector<engine::Store*> stores;
  template <class... Arguments>
  explicit SomeStores(std::size_t count, Arguments... arguments) {
    for (std::size_t i = 0; i < count; ++i) {
      owned.push_back(std::make_unique<One>(arguments...));
      stores.push_back(owned.back().get());
    }
  }
};

}  // namespace metabatch::tests
