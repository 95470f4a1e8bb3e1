// Inner loops of `compose`. Columns are weighed first, exactly; what rows make of them is rounded far below the last
// bit. Where weights are quarters nothing is, so the shortcuts for 2:1, 4:1 and 4:3 give the same bytes.
#include "kernels/simd_bytes.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

/// Fetches the columns of a strip in the rows that follow these, line by line while these are computed.
struct Ahead {
  std::ptrdiff_t source_bytes;
  std::ptrdiff_t output_bytes;
  explicit Ahead(const ScaledRows& rows) : source_bytes(0), output_bytes(0) {
    if (!rows.is_more_to_come) return;
    const TapRange& last = rows.taps[rows.rows - 1];
    source_bytes = (last.first + last.count - rows.taps[0].first) * rows.source_stride_bytes;
    output_bytes = static_cast<std::ptrdiff_t>(rows.rows) * rows.output_stride_bytes;
  }
  void fetch(const std::uint8_t* pixels, std::size_t columns) const {
    for (std::size_t x = 0; x < columns; x += kCacheLineBytes) prefetch(pixels + source_bytes + x);
  }
};

/// One strip of all rows, downwards. Neighbouring outputs share rows, so the last two that were weighed are kept.
template <typename Strip>
inline void scale_strip(const Strip& strip, const ScaledRows& rows, const Ahead& ahead, std::uint8_t* output) {
  typename Strip::Sums newer{}, older{};
  std::uint32_t next = rows.taps[0].first;
  for (std::size_t y = 0; y < rows.rows; ++y, output += rows.output_stride_bytes) {
    const TapRange& taps = rows.taps[y];
    const std::int16_t* weights = rows.weights + taps.weights;
    typename Strip::Total total;
    for (std::uint32_t row = taps.first; row < taps.first + taps.count; ++row) {
      if (row >= next) {
        const std::uint8_t* pixels = rows.source + row * rows.source_stride_bytes;
        strip.fetch(ahead, pixels);
        older = newer;
        newer = strip.columns(pixels);
        next = row + 1;
      }
      total.add(row + 1 == next ? newer : older, *weights++);
    }
    __builtin_prefetch(output + ahead.output_bytes, 1);
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
  for (std::size_t x = 0, index = 0; x < columns.outputs; x += ColumnTaps::kStrip, ++index) {
    const Strip<kLoads, kRounds> strip(columns, index);
    scale_strip(strip, rows, ahead, rows.output + strip.begin());
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
