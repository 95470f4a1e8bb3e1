#include "compose/sharp.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

constexpr double kLobes = 3, kWidest = 128;

double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kLobes) return 0;
  const double angle = std::numbers::pi * x;
  return std::sin(angle) * std::sin(angle / kLobes) * kLobes / (angle * angle);
}

/// Which outputs see what, in pixels of the source.
struct View {
  double step;   ///< from output to output
  double width;  ///< of a lobe
  View(std::int32_t source_size, std::int32_t size)
      : step(static_cast<double>(source_size) / size), width(std::clamp(step, 1.0, kWidest)) {}

  [[nodiscard]] double centre(std::size_t output) const { return (static_cast<double>(output) + 0.5) * step - 0.5; }
};

// Rounding the sum so far, not each weight, keeps the whole.
void round_weights(const std::vector<double>& weights, std::int16_t* rounded) {
  double whole = 0, sum = 0;
  for (const double weight : weights) whole += weight;
  for (int before = 0; const double weight : weights) {
    sum += weight;
    const int now = static_cast<int>(std::floor(sum / whole * kernels::SharpRows::kOne + 0.5));
    *rounded++ = static_cast<std::int16_t>(now - before);
    before = now;
  }
}

}  // namespace

SharpTaps::SharpTaps(std::int32_t source_size, std::int32_t size) {
  const View view(source_size, size);
  const auto reach = static_cast<std::size_t>(std::ceil(2 * kLobes * view.width));
  const auto pixels = static_cast<std::size_t>(source_size), outputs = static_cast<std::size_t>(size);
  std::vector<double> seen(std::min(reach, pixels));
  taps = seen.size();
  first.resize(outputs);
  weights.resize(outputs * taps);
  for (std::size_t output = 0; output < outputs; ++output) {
    const double begin = std::ceil(view.centre(output) - kLobes * view.width);
    first[output] = static_cast<std::uint32_t>(std::clamp(begin, 0.0, static_cast<double>(pixels - seen.size())));
    for (std::size_t tap = 0; tap < seen.size(); ++tap)
      seen[tap] = lanczos((static_cast<double>(first[output] + tap) - view.centre(output)) / view.width);
    round_weights(seen, weights.data() + output * taps);
  }
}

std::size_t SharpTaps::end_of_piece(std::size_t begin) const {
  std::size_t end = begin + 1;
  while (end < first.size() && end - begin < kMaxOutputs && first[end] + taps - first[begin] <= kMaxColumns) ++end;
  return end;
}

}  // namespace mixminus::compose
