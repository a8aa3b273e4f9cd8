// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "batching/blocks/blocks.hpp"

/// Entries moved between the blocks of one agent. All blocks are entry blocks afterwards.
namespace metabatch {

/// Moves the entries that arrived before `position` into a new block, which it returns.
///
/// @shape block: some of its entries arrived before `position`, some did not
Block* split(Blocks& blocks, Block& block, std::uint64_t position);

/// Moves all entries of `more` behind those of `block`, and frees it.
///
/// @shape more: its entries arrived after those of `block`
void join(Blocks& blocks, Block& block, Block* more);

}  // namespace metabatch
