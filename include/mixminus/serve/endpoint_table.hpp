// EndpointTable: finds the entry of an endpoint in constant time, in memory taken at construction.
#pragma once

#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/serve/endpoint.hpp"

namespace mixminus::serve {

/// Open addressing with linear probing, at most half full. The hash is keyed, so that nobody can choose
/// addresses that collide.
class MIXMINUS_API EndpointTable {
 public:
  Status configure(std::int32_t capacity, std::uint64_t key) noexcept;

  [[nodiscard]] std::int32_t find(const Endpoint& endpoint) const noexcept;  ///< its value; -1: not there
  Status insert(const Endpoint& endpoint, std::int32_t value) noexcept;      ///< value >= 0; replaces an old one
  void erase(const Endpoint& endpoint) noexcept;
  [[nodiscard]] std::int32_t size() const noexcept { return size_; }

 private:
  struct Slot {
    Endpoint endpoint{};
    std::int32_t value = -1;
  };

  [[nodiscard]] std::size_t home(const Endpoint& endpoint) const noexcept;
  [[nodiscard]] std::size_t probe(
      const Endpoint& endpoint) const noexcept;  ///< its slot, or the free one it would take

  std::vector<Slot> slots_;  // a power of two
  std::uint64_t key_ = 0;
  std::int32_t capacity_ = 0;
  std::int32_t size_ = 0;
};

}  // namespace mixminus::serve
