// Inner loops of `dsp`. A lane is an output, so each sum has one order whatever the width of a vector.
#include "kernels/simd.hpp"
#include "kernels/table.hpp"

namespace mixminus::kernels::MIXMINUS_ISA {
namespace {

constexpr std::size_t kVectors = kGroup / kFloatLanes;
// sums of so many periods fill half of the registers; they share each load of coefficients
constexpr std::size_t kMostPeriods = kVectors >= 8 ? 1 : 8 / kVectors;

template <std::size_t kPeriods>
void filter_periods(const FilterRun& run, std::size_t first) {
  F32 sums[kPeriods][kVectors];
  for (std::size_t p = 0; p < kPeriods; ++p)
    for (std::size_t v = 0; v < kVectors; ++v) sums[p][v] = broadcast(0.0F);
  const float* input = run.input + first * run.input_step;
  for (std::size_t j = 0; j < run.row_count; ++j) {
    F32 row[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) row[v] = load(run.rows + kGroup * j + kFloatLanes * v);
    for (std::size_t p = 0; p < kPeriods; ++p) {
      const F32 sample = broadcast(input[p * run.input_step + j]);
      for (std::size_t v = 0; v < kVectors; ++v) sums[p][v] = add(sums[p][v], mul(sample, row[v]));
    }
  }
  for (std::size_t p = 0; p < kPeriods; ++p) store_rounded(run.output + (first + p) * run.output_step, sums[p]);
}

template <std::size_t kPeriods>
void filter_from(const FilterRun& run, std::size_t first) {
  for (; first + kPeriods <= run.count; first += kPeriods) filter_periods<kPeriods>(run, first);
  if constexpr (kPeriods > 1) filter_from<kPeriods / 2>(run, first);
}

void filter_run(const FilterRun& run) { filter_from<kMostPeriods>(run, 0); }

std::int64_t dot_product(const std::int16_t* a, const std::int16_t* b, std::size_t samples) {
  Products products;
  const std::size_t vectors = samples / kLanes;
#pragma GCC unroll 4
  for (std::size_t v = 0; v < vectors; ++v) add_products(products, load(a + v * kLanes), load(b + v * kLanes));
  std::int64_t sum = sum_of(products, vectors);
  for (std::size_t i = vectors * kLanes; i < samples; ++i) sum += std::int32_t{a[i]} * b[i];
  return sum;
}

std::int64_t energy(const std::int16_t* a, std::size_t samples) {
  Products squares;
  std::size_t i = 0;
#pragma GCC unroll 4
  for (; i + kLanes <= samples; i += kLanes) add_squares(squares, load(a + i));
  std::int64_t sum = sum_of(squares, 0);
  for (; i < samples; ++i) sum += std::int32_t{a[i]} * a[i];
  return sum;
}

}  // namespace
}  // namespace mixminus::kernels::MIXMINUS_ISA
