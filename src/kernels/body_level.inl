// Inner loop of levels: exact, so that the order of adding does not matter.
#include "kernels/simd.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

std::uint64_t sum_of_squares(const std::int16_t* samples, std::size_t count) {
  U64 sums = zero_u64();
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) sums = add_squares(sums, load(samples + i));
  std::uint64_t sum = fold(sums);
  for (; i < count; ++i) sum += static_cast<std::uint64_t>(std::int32_t{samples[i]} * samples[i]);
  return sum;
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
