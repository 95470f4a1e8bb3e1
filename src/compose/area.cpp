#include "compose/area.hpp"

#include <algorithm>

namespace mixminus::compose {
namespace {

std::int64_t rounded_ratio(std::int64_t a, std::int64_t b) { return (2 * a + b) / (2 * b); }

Taps trimmed(Taps taps) {
  const auto is_used = [](std::int32_t weight) { return weight != 0; };
  const auto begin = std::ranges::find_if(taps.weights, is_used);
  taps.first += static_cast<std::size_t>(begin - taps.weights.begin());
  taps.weights.erase(taps.weights.begin(), begin);
  while (taps.weights.back() == 0) taps.weights.pop_back();
  return taps;
}

// In units of 1 / size of a pixel, output i covers [i, i + 1) * source_size. Rounding what is covered so far, not
// each weight, keeps the sum.
Taps area(std::int64_t source_size, std::int64_t size, std::int64_t index, std::int64_t one) {
  const std::int64_t begin = index * source_size, first = begin / size;
  Taps taps{static_cast<std::size_t>(first), {}};
  for (std::int64_t pixel = first, before = 0; before < one; ++pixel) {
    const std::int64_t covered = std::min((pixel + 1) * size - begin, source_size);
    const std::int64_t sum = rounded_ratio(covered * one, source_size);
    taps.weights.push_back(static_cast<std::int32_t>(sum - before));
    before = sum;
  }
  return taps;
}

Taps bilinear(std::int64_t source_size, std::int64_t size, std::int64_t index, std::int64_t one) {
  const std::int64_t farthest = 2 * size * (source_size - 1);
  const std::int64_t centre = std::clamp((2 * index + 1) * source_size - size, std::int64_t{0}, farthest);
  const std::int64_t first = centre / (2 * size);
  const auto right = static_cast<std::int32_t>(rounded_ratio(centre % (2 * size) * one, 2 * size));
  return {static_cast<std::size_t>(first), {static_cast<std::int32_t>(one) - right, right}};
}

}  // namespace

Taps taps_of(std::int64_t source_size, std::int64_t size, std::int64_t index, std::int64_t one) {
  return trimmed((source_size < size ? bilinear : area)(source_size, size, index, one));
}

}  // namespace mixminus::compose
