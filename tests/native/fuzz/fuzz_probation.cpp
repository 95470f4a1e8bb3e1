// Any packets of any sources: Probation says what a queue of the sources heard of last would say.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <utility>

#include "mixminus/serve/probation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kCapacity = 5;
  mixminus::serve::Probation probation;
  if (probation.configure(kCapacity, size) != mixminus::Status::ok) std::abort();
  std::deque<std::pair<std::uint8_t, std::uint16_t>> expected;  // source, next sequence number
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    const auto source = static_cast<std::uint8_t>(data[i] & 7);
    const auto sequence_number = static_cast<std::uint16_t>(data[i + 1] & 1 ? 0xFFFF : data[i + 1] >> 6);
    const auto next = static_cast<std::uint16_t>(sequence_number + 1);
    const auto known = std::find_if(expected.begin(), expected.end(), [&](auto& one) { return one.first == source; });
    const bool is_next = known != expected.end() && known->second == sequence_number;
    if (probation.passes({.port = 1, .ssrc = source}, sequence_number) != is_next) std::abort();
    if (known != expected.end()) {
      known->second = next;
      continue;
    }
    if (expected.size() == kCapacity) expected.pop_front();
    expected.emplace_back(source, next);
  }
  return 0;
}
