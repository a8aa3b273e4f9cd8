// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <new>

/// Counts the allocations of a program. Include this in one source of it, because it replaces
/// operator new.
namespace {
std::size_t g_allocations = 0;
}

void* operator new(std::size_t size) {
  ++g_allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
