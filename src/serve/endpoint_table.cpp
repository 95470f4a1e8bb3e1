// Linear probing; erasing closes the gap instead of leaving a tombstone (Knuth, TAOCP 6.4, algorithm R).
#include "mixminus/serve/endpoint_table.hpp"

#include <bit>
#include <cstring>
#include <new>

namespace mixminus::serve {
namespace {

/// One round of the SplitMix64 finaliser (Steele, Lea, Flood, OOPSLA 2014) over a keyed state.
std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
  state = (state ^ word) * 0xBF58'476D'1CE4'E5B9ULL;
  state = (state ^ state >> 27) * 0x94D0'49BB'1331'11EBULL;
  return state ^ state >> 31;
}

}  // namespace

Status EndpointTable::configure(std::int32_t capacity, std::uint64_t key) noexcept try {
  if (capacity < 1) return Status::out_of_range;
  slots_.assign(std::bit_ceil(2 * static_cast<std::size_t>(capacity)), Slot{});
  capacity_ = capacity;
  key_ = key | 1;
  size_ = 0;
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::size_t EndpointTable::home(const Endpoint& endpoint) const noexcept {
  std::uint64_t words[2];
  std::memcpy(words, endpoint.address.data(), sizeof words);
  const std::uint64_t rest = std::uint64_t{endpoint.port} << 32 | endpoint.ssrc;
  return mix(mix(mix(key_, words[0]), words[1]), rest) & (slots_.size() - 1);
}

std::size_t EndpointTable::probe(const Endpoint& endpoint) const noexcept {
  std::size_t index = home(endpoint);
  while (slots_[index].value >= 0 && !(slots_[index].endpoint == endpoint)) index = (index + 1) & (slots_.size() - 1);
  return index;
}

std::int32_t EndpointTable::find(const Endpoint& endpoint) const noexcept {
  return slots_.empty() ? -1 : slots_[probe(endpoint)].value;
}

Status EndpointTable::insert(const Endpoint& endpoint, std::int32_t value) noexcept {
  if (slots_.empty()) return Status::not_configured;
  if (value < 0) return Status::out_of_range;
  Slot& slot = slots_[probe(endpoint)];
  if (slot.value < 0) {
    if (size_ == capacity_) return Status::capacity_reached;
    ++size_;
  }
  slot = {endpoint, value};
  return Status::ok;
}

void EndpointTable::erase(const Endpoint& endpoint) noexcept {
  if (slots_.empty()) return;
  const std::size_t last = slots_.size() - 1;
  std::size_t hole = probe(endpoint);
  if (slots_[hole].value < 0) return;
  --size_;
  slots_[hole].value = -1;
  for (std::size_t i = (hole + 1) & last; slots_[i].value >= 0; i = (i + 1) & last) {
    const std::size_t wanted = home(slots_[i].endpoint);
    if (((i - wanted) & last) < ((i - hole) & last)) continue;  // it would move before its home
    slots_[hole] = slots_[i];
    slots_[i].value = -1;
    hole = i;
  }
}

}  // namespace mixminus::serve
