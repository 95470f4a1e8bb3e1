// Inner loops of `compose`. Rows are weighed first, into sums of 16 bits, then columns: all products are added exactly
// and rounded once, so any order of adding gives the same bytes, and so do the shortcuts for 2:1, 4:1 and 4:3.
#include "kernels/simd_bytes.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

/// Odd taps end in a pair of one row with itself, which holds its weight in two halves.
inline const std::uint8_t* partner(const SourceRows& rows, std::size_t pair) {
  const std::uint8_t* row = rows.first + static_cast<std::ptrdiff_t>(2 * pair) * rows.stride_bytes;
  return 2 * pair + 1 < rows.taps ? row + rows.stride_bytes : row;
}

template <typename Columns>
inline Columns weigh_at(const SourceRows& rows, std::size_t pairs, std::size_t x) {
  const std::ptrdiff_t two_rows = 2 * rows.stride_bytes;
  const std::uint8_t* row = rows.first + x;
  Columns sums;
  for (std::size_t pair = 0; pair < pairs; ++pair, row += two_rows)
    sums.add(row, partner(rows, pair) + x, rows.weights + 2 * pair);
  return sums;
}

/// What the next rows of the result need, while this one is computed.
inline void prefetch_rows(const SourceRows& rows, std::size_t x) {
  const std::uint8_t* row = rows.first + kRowsAhead * rows.stride_bytes + x;
  for (std::size_t tap = 0; tap < rows.taps; ++tap, row += rows.stride_bytes) prefetch(row);
}

// The last vector ends with the row and is partly done twice.
template <typename Columns>
inline void weigh_all(const SourceRows& rows, std::size_t pairs, std::int16_t* sums) {
  std::size_t x = 0;
  for (; x + Columns::kCount <= rows.columns; x += Columns::kCount) {
    if (x % kCacheLineBytes == 0) prefetch_rows(rows, x);
    weigh_at<Columns>(rows, pairs, x).store(sums + x);
  }
  if (x == rows.columns) return;
  const std::size_t last = rows.columns - Columns::kCount;
  if (x > 0) return weigh_at<Columns>(rows, pairs, last).store(sums + last);
  for (; x < rows.columns; ++x) weigh_at<SingleColumn>(rows, pairs, x).store(sums + x);
}

void weigh_rows(const SourceRows& rows, std::int16_t* sums) {
  switch (const std::size_t pairs = (rows.taps + 1) / 2) {  // known to the compiler, few are unrolled
    case 1:
      return weigh_all<Columns>(rows, 1, sums);
    case 2:
      return weigh_all<Columns>(rows, 2, sums);
    default:
      return weigh_all<Columns>(rows, pairs, sums);
  }
}

template <std::size_t kOutputsPerLane, typename Rounds>
inline void weigh_groups(const std::int16_t* sums, const ColumnTaps& taps, Rounds rounds, std::uint8_t* output) {
  constexpr std::size_t kLanesOfGroup = ColumnTaps::kGroup / kOutputsPerLane;
  LaneCursor<Rounds> cursor{sums, taps.first, taps.picks, taps.weights, rounds};
  std::size_t x = 0;
  for (; x + ColumnTaps::kGroup <= taps.outputs; x += ColumnTaps::kGroup, cursor.advance(kLanesOfGroup))
    store_group<kOutputsPerLane>(cursor, output + x);
  if (x == taps.outputs) return;
  std::uint8_t group[ColumnTaps::kGroup];
  store_group<kOutputsPerLane>(cursor, group);
  __builtin_memcpy(output + x, group, taps.outputs - x);
}

template <std::size_t kOutputsPerLane>
void weigh_rounds(const std::int16_t* sums, const ColumnTaps& taps, std::uint8_t* output) {
  switch (taps.rounds) {
    case 1:
      return weigh_groups<kOutputsPerLane>(sums, taps, Fixed<1>{}, output);
    case 2:
      return weigh_groups<kOutputsPerLane>(sums, taps, Fixed<2>{}, output);
    default:
      return weigh_groups<kOutputsPerLane>(sums, taps, taps.rounds, output);
  }
}

void weigh_columns(const std::int16_t* sums, const ColumnTaps& taps, std::uint8_t* output) {
  switch (taps.outputs_per_lane) {
    case 4:
      return weigh_rounds<4>(sums, taps, output);
    case 2:
      return weigh_rounds<2>(sums, taps, output);
    default:
      return weigh_rounds<1>(sums, taps, output);
  }
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

void three_of_four(const SourceRows& rows, std::uint8_t* output) {
  const std::uint8_t *upper = rows.first, *lower = partner(rows, 0);
  const std::uint8_t quarters[2] = {static_cast<std::uint8_t>(rows.weights[0] / 64),
                                    static_cast<std::uint8_t>(rows.weights[1] / 64)};
  const std::size_t outputs = rows.columns / 4 * 3;
  std::size_t x = 0;
#if defined(__AVX2__)
  const ThreeOfFour block(quarters);
  for (; x + ThreeOfFour::kOutputs <= outputs; x += ThreeOfFour::kOutputs) {
    prefetch(upper + kRowsAhead * rows.stride_bytes + x / 3 * 4);
    block.store(upper + x / 3 * 4, lower + x / 3 * 4, output + x);
  }
#endif
  for (; x < outputs; ++x) {
    const std::size_t column = x / 3 * 4 + x % 3;
    const auto sum = [&](std::size_t at) { return upper[at] * quarters[0] + lower[at] * quarters[1]; };
    const int right = static_cast<int>(x % 3) + 1;
    output[x] = static_cast<std::uint8_t>((sum(column) * (4 - right) + sum(column + 1) * right + 8) >> 4);
  }
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
