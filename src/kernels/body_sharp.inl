// Inner loops of the sharp filter of `compose`, in integers: the compiler makes of its vectors what there is. Sums of
// 16 rows lie in turns, so that nothing has to be added across a vector.
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

constexpr std::size_t kEight = 8;
using EightBytes [[gnu::vector_size(kEight)]] = std::uint8_t;
using EightWords [[gnu::vector_size(2 * kEight)]] = std::int16_t;
using EightSums [[gnu::vector_size(4 * kEight)]] = std::int32_t;

inline void add_eight(EightSums& total, const void* p, std::int32_t weight) {
  EightWords eight;
  __builtin_memcpy(&eight, p, sizeof(eight));
  total += __builtin_convertvector(eight, EightSums) * weight;
}

template <std::size_t kColumns>
inline void sharp_block(const SharpRows& rows, std::size_t x, std::int16_t* sums) {
  std::int32_t totals[kColumns];
  for (std::int32_t& total : totals) total = 1 << (SharpRows::kCutBits - 1);
  const std::uint8_t* row = rows.first + x;
  for (std::size_t tap = 0; tap < rows.taps; ++tap, row += rows.stride_bytes) {
    const std::int32_t weight = rows.weights[tap];
#pragma omp simd
    for (std::size_t i = 0; i < kColumns; ++i) totals[i] += weight * row[i];
  }
  for (std::size_t i = 0; i < kColumns; ++i)
    sums[SharpColumns::kRows * (x + i)] = static_cast<std::int16_t>(totals[i] >> SharpRows::kCutBits);
}

void sharp_rows(const SharpRows& rows, std::int16_t* sums, std::size_t columns) {
  constexpr std::size_t kAtOnce = 32;
  std::size_t x = 0;
  for (; x + kAtOnce <= columns; x += kAtOnce) sharp_block<kAtOnce>(rows, x, sums);
  for (; x < columns; ++x) sharp_block<1>(rows, x, sums);
}

inline void store_eight(EightSums& total, std::uint8_t* output) {
  total >>= SharpRows::kOneBits + SharpRows::kSumBits;
  total = total < 0 ? 0 : total;
  total = total > 255 ? 255 : total;
  const EightBytes bytes = __builtin_convertvector(total, EightBytes);
  __builtin_memcpy(output, &bytes, sizeof(bytes));
}

void sharp_columns(const SharpColumns& columns, const std::int16_t* sums, std::uint8_t* output) {
  constexpr std::int32_t kHalfPixel = 1 << (SharpRows::kOneBits + SharpRows::kSumBits - 1);
  const std::int16_t* weights = columns.weights;
  for (std::size_t x = 0; x < columns.outputs; ++x, output += SharpColumns::kRows) {
    const std::int16_t* from = sums + SharpColumns::kRows * (columns.first[x] - *columns.first);
    EightSums upper = EightSums{} + kHalfPixel, lower = upper;
    for (const std::int16_t* end = weights + columns.taps; weights < end; ++weights, from += SharpColumns::kRows) {
      add_eight(upper, from, *weights);
      add_eight(lower, from + kEight, *weights);
    }
    store_eight(upper, output);
    store_eight(lower, output + kEight);
  }
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
