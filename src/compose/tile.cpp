#include "mixminus/compose/tile.hpp"

#include <algorithm>

namespace mixminus::compose {
namespace {

/// side * to / from to the nearest even number, at least 2 if there is room.
std::int32_t in_proportion(std::int32_t side, std::int32_t to, std::int32_t from, std::int32_t most) {
  const std::int64_t half = (std::int64_t{side} * to + from) / (2 * std::int64_t{from});
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(2 * half, std::min(most, 2), most));
}

std::int32_t even_half(std::int32_t rest) { return rest / 4 * 2; }

/// The largest part in the middle of `outer` that has the shape of `shape`.
Rect middle(const Rect& outer, Size shape) {
  const std::int64_t outer_slope = std::int64_t{outer.width} * shape.height;
  const std::int64_t slope = std::int64_t{shape.width} * outer.height;
  Rect inner = outer;
  if (slope < outer_slope) inner.width = in_proportion(outer.height, shape.width, shape.height, outer.width);
  if (slope > outer_slope) inner.height = in_proportion(outer.width, shape.height, shape.width, outer.height);
  inner.x += even_half(outer.width - inner.width);
  inner.y += even_half(outer.height - inner.height);
  return inner;
}

}  // namespace

Placement place(const Tile& tile, Size picture) noexcept {
  const Rect whole{0, 0, picture.width, picture.height};
  const Rect inner = framed(tile);
  if (tile.fit == Fit::crop) return {middle(whole, inner.size()), inner};
  if (tile.fit == Fit::fit) return {whole, middle(inner, picture)};
  return {whole, inner};
}

}  // namespace mixminus::compose
