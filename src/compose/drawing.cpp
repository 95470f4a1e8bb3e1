// The parts of Compositor that touch pixels.
#include "compose/planes.hpp"
#include "mixminus/compose/compositor.hpp"

namespace mixminus::compose {

void Compositor::draw(PlacedTile& placed) noexcept {
  const Tile& tile = placed.tile;
  const Source* source = source_of(placed);
  placed.is_stale = false;
  if (!source || !source->has_picture || !placed.scalers) return fill(tile.area, config_.background);
  const Rect inside = framed(tile);
  fill_around(tile.area, inside, tile.border_colour);
  fill_around(inside, placed.placement.inner, config_.background);
  placed.twin < 0 ? scale(placed, source->picture) : copy_twin(placed);
}

void Compositor::scale(const PlacedTile& placed, const Picture& picture) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const Scaler& scaler = index == 0 ? placed.scalers->luma : placed.scalers->colour;
    const PlaneView from = picture.planes[index].at(in_plane(placed.placement.crop, index));
    const Plane to = canvas_[index].at(in_plane(placed.placement.inner, index));
    scaler.process(from, to, {0, scaler.result().height});
  }
}

void Compositor::copy_twin(const PlacedTile& placed) noexcept {
  const Rect& from = tiles_[static_cast<std::size_t>(placed.twin)].placement.inner;
  const Rect& to = placed.placement.inner;
  for (std::size_t index = 0; index < canvas_.size(); ++index)
    copy_plane(view_of(canvas_[index].at(in_plane(from, index))), canvas_[index].at(in_plane(to, index)),
               in_plane(to, index).size());
}

void Compositor::fill(const Rect& rect, const Colour& colour) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index)
    fill_plane(canvas_[index], in_plane(rect, index), colour[index]);
}

void Compositor::fill_around(const Rect& outer, const Rect& inner, const Colour& colour) noexcept {
  if (outer == inner) return;
  const std::int32_t right = inner.x + inner.width, bottom = inner.y + inner.height;
  fill({outer.x, outer.y, outer.width, inner.y - outer.y}, colour);
  fill({outer.x, bottom, outer.width, outer.y + outer.height - bottom}, colour);
  fill({outer.x, inner.y, inner.x - outer.x, inner.height}, colour);
  fill({right, inner.y, outer.x + outer.width - right, inner.height}, colour);
}

void Compositor::keep(PlacedTile& placed) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const Rect area = in_plane(placed.tile.area, index);
    copy_plane(view_of(canvas_[index].at(area)), {placed.kept[index].data(), area.width}, area.size());
  }
}

void Compositor::put_back(const PlacedTile& placed, const Rect& part) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const Rect area = in_plane(placed.tile.area, index);
    const Rect inside = common(area, in_plane(part, index));
    const PlaneView kept{placed.kept[index].data(), area.width};
    copy_plane(kept.at({inside.x - area.x, inside.y - area.y}), canvas_[index].at(inside), inside.size());
  }
}

}  // namespace mixminus::compose
