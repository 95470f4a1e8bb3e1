// Counts what is allocated while it is armed: malloc and its kin, which operator new calls too. Linked once a program.
#pragma once

#include <atomic>
#include <cstddef>

extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_realloc(void* memory, std::size_t size);

namespace malloc_counter {

inline std::atomic<bool> armed{false};
inline std::atomic<int> allocations{0};

inline void count() { allocations += armed ? 1 : 0; }

/// Allocations of all threads while `work` runs.
template <typename Work>
int allocations_of(const Work& work) {
  allocations = 0;
  armed = true;
  work();
  armed = false;
  return allocations;
}

}  // namespace malloc_counter

extern "C" void* malloc(std::size_t size) { return malloc_counter::count(), __libc_malloc(size); }
extern "C" void* calloc(std::size_t count, std::size_t size) {
  return malloc_counter::count(), __libc_calloc(count, size);
}
extern "C" void* realloc(void* memory, std::size_t size) {
  return malloc_counter::count(), __libc_realloc(memory, size);
}
