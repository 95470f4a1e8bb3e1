// Inner loops of `compose`. Columns are weighed first, exactly; what rows make of them is rounded far below the last
// bit. Where weights are quarters nothing is, so the shortcuts for 2:1, 4:1 and 4:3 give the same bytes.
#include "kernels/simd_bytes.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

/// How far from these lie the rows that are made next: they are fetched while these are computed.
struct Ahead {
  std::ptrdiff_t source_bytes = 0;
  std::ptrdiff_t output_bytes = 0;
  explicit Ahead(const ScaledRows& rows) {
    if (rows.next == nullptr) return;
    const std::uint8_t* first = rows.source + static_cast<std::ptrdiff_t>(rows.taps->first) * rows.source_stride_bytes;
    source_bytes = reinterpret_cast<std::intptr_t>(rows.next) - reinterpret_cast<std::intptr_t>(first);
    output_bytes = static_cast<std::ptrdiff_t>(rows.rows) * rows.output_stride_bytes;
  }
};

/// One strip of all rows, downwards.
template <typename Strip>
inline void scale_strip(const Strip& strip, const ScaledRows rows, const Ahead ahead, std::uint8_t* output) {
  const std::ptrdiff_t stride_bytes = rows.source_stride_bytes;
  typename Strip::Sums sums{};
  if (rows.taps->carried != 0) sums = strip.columns(rows.source + (rows.taps->first - 1) * stride_bytes);
  for (std::size_t y = 0; y < rows.rows; ++y, output += rows.output_stride_bytes) {
    const RowTaps& taps = rows.taps[y];
    const std::uint8_t* row = rows.source + taps.first * stride_bytes;
    const std::uint32_t* weights = rows.weights + taps.weights;
    typename Strip::Total total(sums, &taps.carried);
    for (const std::uint32_t* end = weights + taps.count; weights < end; ++weights, row += stride_bytes) {
      strip.fetch(row + ahead.source_bytes);
      sums = strip.columns(row);
      total.add(sums, weights);
    }
    prefetch(output + ahead.output_bytes);
    strip.store(total, output);
  }
}

void scale_singly(const ScaledRows& rows, const ColumnTaps& columns) {
  const Ahead ahead(rows);
  for (std::size_t x = 0; x < columns.outputs; ++x)
    scale_strip(SingleColumn{columns.taps[x], columns.weights + columns.taps[x].weights}, rows, ahead, rows.output + x);
}

#if defined(MIXMINUS_STRIPS)
template <std::size_t kLoads, std::size_t kRounds>
void scale_in_strips(const ScaledRows& rows, const ColumnTaps& columns) {
  const Ahead ahead(rows);
  constexpr std::size_t kWidth = ColumnTaps::kStrip;
  for (std::size_t x = 0, index = 0; x < columns.outputs; x += kWidth, ++index) {
    const bool is_beyond = index > 0 && x + kWidth > columns.outputs;
    scale_strip(Strip<kLoads, kRounds>(columns, index), rows, ahead,
                rows.output + (is_beyond ? columns.outputs - kWidth : x));
  }
}
#endif

void scale(const ScaledRows& rows, const ColumnTaps& columns) {
#if defined(MIXMINUS_STRIPS)
  switch (columns.loads) {
    case 1:
      return columns.rounds == 1 ? scale_in_strips<1, 1>(rows, columns) : scale_in_strips<1, 2>(rows, columns);
    case 2:
      return scale_in_strips<2, 1>(rows, columns);
    case 4:
      return scale_in_strips<4, 1>(rows, columns);
    case 8:
      return scale_in_strips<8, 1>(rows, columns);
    default:
      break;
  }
#endif
  scale_singly(rows, columns);
}

void halve(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t* output, std::size_t outputs) {
  std::size_t x = 0;
#if defined(__AVX2__)
  for (; x + 32 <= outputs; x += 32) store_halves(upper + 2 * x, lower + 2 * x, output + x);
#endif
  for (; x < outputs; ++x) {
    const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
    output[x] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

void quarter(const std::uint8_t* first, std::ptrdiff_t stride_bytes, std::uint8_t* output, std::size_t outputs) {
  std::size_t x = 0;
#if defined(__AVX2__)
  for (; x + 32 <= outputs; x += 32) store_quarters(first + 4 * x, stride_bytes, output + x);
#endif
  for (; x < outputs; ++x) {
    int sum = 0;
    for (int i = 0; i < 16; ++i) sum += first[i / 4 * stride_bytes + static_cast<std::ptrdiff_t>(4 * x) + i % 4];
    output[x] = static_cast<std::uint8_t>((sum + 8) >> 4);
  }
}

void three_of_four(const std::uint8_t* upper, std::ptrdiff_t stride_bytes, std::uint8_t quarters, std::uint8_t* output,
                   std::size_t outputs) {
  const std::uint8_t* lower = upper + stride_bytes;
  const std::uint8_t weights[2] = {quarters, static_cast<std::uint8_t>(4 - quarters)};
  std::size_t x = 0;
#if defined(__AVX2__)
  const ThreeOfFour block(weights);
  for (; x + ThreeOfFour::kOutputs <= outputs; x += ThreeOfFour::kOutputs) {
    prefetch(upper + kRowsAhead * stride_bytes + x / 3 * 4);
    block.store(upper + x / 3 * 4, lower + x / 3 * 4, output + x);
  }
#endif
  for (; x < outputs; ++x) {
    const std::size_t column = x / 3 * 4 + x % 3;
    const auto sum = [&](std::size_t at) { return upper[at] * weights[0] + lower[at] * weights[1]; };
    const int right = static_cast<int>(x % 3) + 1;
    output[x] = static_cast<std::uint8_t>((sum(column) * (4 - right) + sum(column + 1) * right + 8) >> 4);
  }
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
