// Inner loops of the sharp filter of `compose`, in integers. Sums of 16 rows lie in turns, so that nothing has to be
// added across a vector.
#include "kernels/simd_sharp.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

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
  std::size_t x = 0;
#if defined(MIXMINUS_SHARP)
  for (; x + kSharpAtOnce <= columns; x += kSharpAtOnce) sharp_sixteen_columns(rows, x, sums);
#else
  constexpr std::size_t kAtOnce = 32;
  for (; x + kAtOnce <= columns; x += kAtOnce) sharp_block<kAtOnce>(rows, x, sums);
#endif
  for (; x < columns; ++x) sharp_block<1>(rows, x, sums);
}

#if !defined(MIXMINUS_SHARP)
inline void sharp_sixteen_rows(const std::int16_t* from, const std::int16_t* weights, std::size_t taps,
                               std::uint8_t* output) {
  constexpr int kBits = SharpRows::kOneBits + SharpRows::kSumBits;
  std::int32_t totals[SharpColumns::kRows];
  for (std::int32_t& total : totals) total = 1 << (kBits - 1);
  for (std::size_t tap = 0; tap < taps; ++tap, from += SharpColumns::kRows) {
    const std::int16_t weight = weights[tap];
#pragma omp simd
    for (std::size_t row = 0; row < SharpColumns::kRows; ++row) totals[row] += weight * from[row];
  }
  for (std::size_t row = 0; row < SharpColumns::kRows; ++row) {
    const std::int32_t pixel = totals[row] >> kBits;
    output[row] = static_cast<std::uint8_t>(pixel < 0 ? 0 : pixel > 255 ? 255 : pixel);
  }
}
#endif

void sharp_columns(const SharpColumns& columns, const std::int16_t* sums, std::uint8_t* output) {
  for (std::size_t x = 0; x < columns.outputs; ++x)
    sharp_sixteen_rows(sums + SharpColumns::kRows * (columns.first[x] - *columns.first),
                       columns.weights + columns.taps * x, columns.taps, output + SharpColumns::kRows * x);
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
