#include "mixminus/compose/corners.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compose/planes.hpp"
#include "kernels/table.hpp"

namespace mixminus::compose {

namespace {

int outside(std::int32_t x, std::int32_t y, std::int32_t radius) {
  const std::int32_t across = 2 * (radius - x) - 1, down = 2 * (radius - y) - 1;  // twice the distances
  const double distance = std::sqrt(static_cast<double>(across * across + down * down)) / 2;
  return static_cast<int>(255 * std::clamp(distance - radius + 0.5, 0.0, 1.0) + 0.5);
}

int mean_outside(std::int32_t x, std::int32_t y, std::int32_t radius) {
  return (outside(x, y, radius) + outside(x + 1, y, radius) + outside(x, y + 1, radius) +
          outside(x + 1, y + 1, radius) + 2) /
         4;
}

}  // namespace

void outside_circle(std::int32_t y, std::int32_t radius, bool is_luma, std::uint8_t* row) noexcept {
  for (std::int32_t x = 0; x < (is_luma ? radius : radius / 2); ++x)
    row[x] = static_cast<std::uint8_t>(is_luma ? outside(x, y, radius) : mean_outside(2 * x, 2 * y, radius));
}

void Corners::configure(const Rect& area, std::int32_t radius) {
  area_ = area;
  radius_ = radius;
  for (const bool is_luma : {true, false}) {
    const std::int32_t side = is_luma ? radius : radius / 2;
    Mask& mask = masks_[is_luma ? 0 : 1];
    mask.left.resize(bytes_of({side, side}));
    for (std::int32_t y = 0; y < side; ++y) outside_circle(y, radius, is_luma, mask.left.data() + y * side);
    mask.right = mask.left;
    for (auto row = mask.right.begin(); row != mask.right.end(); row += side) std::reverse(row, row + side);
  }
  saved_.resize(4 * (masks_[0].left.size() + 2 * masks_[1].left.size()));
}

template <typename Visit>
void Corners::for_rows(const Canvas& canvas, const Rect& clip, const Visit& visit) const noexcept {
  if (!are_round()) return;
  std::size_t kept = 0;
  for (std::size_t index = 0; index < canvas.size(); ++index) {
    const Mask& mask = masks_[index == 0 ? 0 : 1];
    const Rect area = in_plane(area_, index), inside = in_plane(clip, index);
    const std::int32_t side = index == 0 ? radius_ : radius_ / 2;
    for (int corner = 0; corner < 4; ++corner, kept += bytes_of({side, side})) {
      const bool is_right = corner % 2 != 0, is_lower = corner >= 2;
      const Rect square{is_right ? area.x + area.width - side : area.x, is_lower ? area.y + area.height - side : area.y,
                        side, side};
      const Rect part = common(square, inside);
      for (std::int32_t y = part.y; y < part.y + part.height && part.width > 0; ++y) {
        const std::int32_t row = y - square.y, column = part.x - square.x;
        const auto at = static_cast<std::size_t>(row * side + column);
        const auto in_mask = static_cast<std::size_t>((is_lower ? side - 1 - row : row) * side + column);
        visit(Row{canvas[index].at({part.x, y}).pixels, (is_right ? mask.right : mask.left).data() + in_mask, kept + at,
                  static_cast<std::size_t>(part.width)});
      }
    }
  }
}

void Corners::save(const Canvas& canvas, const Rect& clip) noexcept {
  for_rows(canvas, clip, [&](const Row& row) { std::memcpy(saved_.data() + row.at, row.pixels, row.columns); });
}

void Corners::round(const Canvas& canvas, const Rect& clip) const noexcept {
  const kernels::Table& kernel = kernels::active();
  for_rows(canvas, clip,
           [&](const Row& row) { kernel.blend(saved_.data() + row.at, row.outside, row.pixels, row.columns); });
}

void Corners::put_back(const Canvas& canvas, const Rect& clip) const noexcept {
  for_rows(canvas, clip, [&](const Row& row) { std::memcpy(row.pixels, saved_.data() + row.at, row.columns); });
}

}  // namespace mixminus::compose
