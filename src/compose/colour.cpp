#include "compose/colour.hpp"

#include <array>

#include "compose/planes.hpp"

namespace mixminus::compose {
namespace {

using kernels::FromRgb;
using kernels::Recolouring;

constexpr std::array<ColourSpace, 4> kSpaces{
    {{Matrix::bt601, false}, {Matrix::bt601, true}, {Matrix::bt709, false}, {Matrix::bt709, true}}};

constexpr std::size_t index_of(ColourSpace space) {
  return (space.matrix == Matrix::bt709 ? 2U : 0U) + (space.is_full_range ? 1U : 0U);
}

using Three = std::array<double, 3>;

/// What blue, green and red weigh in luma.
constexpr Three luma_of(Matrix matrix) {
  return matrix == Matrix::bt601 ? Three{0.114, 0.587, 0.299} : Three{0.0722, 0.7152, 0.2126};
}

constexpr double luma_steps(ColourSpace space) { return space.is_full_range ? 255.0 : 219.0; }
constexpr double chroma_steps(ColourSpace space) { return space.is_full_range ? 255.0 : 224.0; }
constexpr int black_of(ColourSpace space) { return space.is_full_range ? 0 : 16; }

template <typename Integer>
constexpr Integer fixed(double value, int bits) {
  const double scaled = value * (1 << bits);
  return static_cast<Integer>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

constexpr std::uint16_t share(double value) {
  constexpr double kMost = 32'767.0 / 65'536;  // so that half of 255 does not round to 256 above the middle
  return fixed<std::uint16_t>(value < kMost ? value : kMost, 16);
}

constexpr FromRgb weights_of(ColourSpace to) {
  const Three luma = luma_of(to.matrix);
  const double y = luma_steps(to) / 255, c = chroma_steps(to) / 255;
  const double cb = c / 2 / (1 - luma[0]), cr = c / 2 / (1 - luma[2]);
  return {.luma = {fixed<std::uint16_t>(y * luma[0], 16), fixed<std::uint16_t>(y * luma[1], 16),
                   fixed<std::uint16_t>(y * luma[2], 16)},
          .cb = {share(c / 2), share(cb * luma[1]), share(cb * luma[2])},
          .cr = {share(cr * luma[0]), share(cr * luma[1]), share(c / 2)},
          .black = static_cast<std::uint16_t>(black_of(to))};
}

/// Blue, green and red of a colour without luma.
constexpr Three rgb_of(Matrix matrix, double cb, double cr) {
  const Three luma = luma_of(matrix);
  const double blue = 2 * (1 - luma[0]) * cb, red = 2 * (1 - luma[2]) * cr;
  return {blue, -(luma[0] * blue + luma[2] * red) / luma[1], red};
}

constexpr Three ycc_of(Matrix matrix, const Three& bgr) {
  const Three luma = luma_of(matrix);
  const double y = luma[0] * bgr[0] + luma[1] * bgr[1] + luma[2] * bgr[2];
  return {y, (bgr[0] - y) / 2 / (1 - luma[0]), (bgr[2] - y) / 2 / (1 - luma[2])};
}

// Grey stays grey, so luma weighs nothing in chroma.
constexpr Recolouring recolouring(ColourSpace from, ColourSpace to) {
  const auto weight = [](double value) { return fixed<std::int16_t>(value, Recolouring::kChromaBits); };
  const double one = 1 / chroma_steps(from), gain = luma_steps(to) / luma_steps(from);
  const Three cb = ycc_of(to.matrix, rgb_of(from.matrix, one, 0));
  const Three cr = ycc_of(to.matrix, rgb_of(from.matrix, 0, one));
  const double y = luma_steps(to), c = chroma_steps(to);
  return {.luma = {fixed<std::int16_t>(gain - 1, Recolouring::kLumaBits), weight(y * cb[0]), weight(y * cr[0])},
          .luma_begin = fixed<std::int16_t>(black_of(to) - gain * black_of(from) + 0.5, Recolouring::kSumBits),
          .cb = {weight(c * cb[1]), weight(c * cr[1])},
          .cr = {weight(c * cb[2]), weight(c * cr[2])}};
}

template <typename Make>
constexpr auto for_each_space(Make make) {
  std::array<decltype(make(kSpaces[0])), kSpaces.size()> all{};
  for (std::size_t index = 0; index < kSpaces.size(); ++index) all[index] = make(kSpaces[index]);
  return all;
}

constexpr auto kFromRgb = for_each_space([](ColourSpace to) { return weights_of(to); });
constexpr auto kRecolourings = for_each_space(
    [](ColourSpace from) { return for_each_space([from](ColourSpace to) { return recolouring(from, to); }); });

}  // namespace

const FromRgb& from_rgb(ColourSpace to) noexcept { return kFromRgb[index_of(to)]; }

void recolour(const kernels::Table& kernel, const Canvas& canvas, const Rect& part, ColourSpace from,
              ColourSpace to) noexcept {
  if (from == to) return;
  const Recolouring& by = kRecolourings[index_of(from)][index_of(to)];
  const auto at = [&](std::size_t index, std::int32_t row) {
    const Rect area = in_plane(part, index);
    return canvas[index].at({area.x, area.y + row}).pixels;
  };
  for (std::int32_t row = 0; row < part.height / 2; ++row)
    kernel.recolour(
        {at(0, 2 * row), at(0, 2 * row + 1), at(1, row), at(2, row), static_cast<std::size_t>(part.width / 2)}, by);
}

}  // namespace mixminus::compose
