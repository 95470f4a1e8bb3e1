// The parts of Output that touch pixels.
#include <algorithm>
#include <array>
#include <cstring>

#include "compose/colour.hpp"
#include "compose/planes.hpp"
#include "kernels/table.hpp"
#include "mixminus/compose/output.hpp"

namespace mixminus::compose {

namespace {

/// Gives `draw` the parts of `outer` that are not in `inner`.
template <typename Draw>
void fill_around(const Rect& outer, const Rect& inner, const Rect& clip, const Draw& draw) {
  if (outer == inner) return;
  const std::int32_t right = inner.x + inner.width, bottom = inner.y + inner.height;
  draw(common({outer.x, outer.y, outer.width, inner.y - outer.y}, clip));
  draw(common({outer.x, bottom, outer.width, outer.y + outer.height - bottom}, clip));
  draw(common({outer.x, inner.y, inner.x - outer.x, inner.height}, clip));
  draw(common({right, inner.y, outer.x + outer.width - right, inner.height}, clip));
}

}  // namespace

Rect Output::band_of(std::int32_t index) const noexcept {
  const auto edge = [&](std::int32_t band) {
    return static_cast<std::int32_t>(std::int64_t{size_.height / 2} * band / bands_) * 2;
  };
  return {0, edge(index), size_.width, edge(index + 1) - edge(index)};
}

// Corners are taken off from the top downwards, so that each gives back what was below it.
void Output::draw(std::int32_t index) noexcept {
  const Rect band = band_of(index);
  for (auto placed = tiles_.rbegin(); placed != tiles_.rend(); ++placed)
    if (placed->is_stale && placed->is_drawn) placed->corners.put_back(canvas_, band);
  if (!gone_.empty()) draw_background(band);
  for (std::size_t tile = next_drawn(0, band), after; tile < tiles_.size(); tile = after) {
    after = next_drawn(tile + 1, band);
    draw(tile, band, after < tiles_.size() ? plane_part(tiles_[after], 0, band).first_read() : nullptr);
  }
}

std::size_t Output::next_drawn(std::size_t tile, const Rect& band) const noexcept {
  while (tile < tiles_.size() && !(tiles_[tile].is_stale && tiles_[tile].tile.area.meets(band))) ++tile;
  return tile;
}

void Output::draw_background(const Rect& rows) noexcept {
  for (const Rect& rect : gone_) fill_background(common(rect, rows));
  for (const Piece& piece : pieces_[0]) fill_background(common(piece.part, rows));
  draw_pieces(pieces_[0], rows);
}

void Output::draw(std::size_t index, const Rect& band, const std::uint8_t* next) noexcept {
  PlacedTile& placed = tiles_[index];
  const Tile& tile = placed.tile;
  const Rect clip = common(tile.area, band);
  placed.corners.save(canvas_, clip);
  if (is_copied(placed)) {
    copy(*placed.twin_canvas, placed.twin_area, tile.area, clip);
  } else {
    draw_content(placed, band, next);
    draw_decoration(tile, clip);
  }
  placed.corners.round(canvas_, clip);
  draw_pieces(pieces_[index + 1], clip);
}

void Output::draw_decoration(const Tile& tile, const Rect& clip) noexcept {
  if (is_excluded(tile)) return;
  for (const auto& [overlay, x, y] : tile.overlays) overlay->blend(canvas_, tile.area.x + x, tile.area.y + y, clip);
  if (is_framed(tile)) draw_frame(tile, clip);
}

void Output::draw_content(const PlacedTile& placed, const Rect& band, const std::uint8_t* next) noexcept {
  const Tile& tile = placed.tile;
  const Plan* plan = plan_now(placed);
  const Rect clip = common(tile.area, band), inside = framed(tile);
  if (!plan) return fill_background(clip);
  fill_around(tile.area, inside, clip, [&](const Rect& rect) { fill(rect, tile.border_colour); });
  fill_around(inside, plan->placement.inner, clip, [&](const Rect& rect) { fill_background(rect); });
  scale(placed, *plan, band, next);
}

Output::PlanePart Output::plane_part(const PlacedTile& placed, std::size_t index, const Rect& band) const noexcept {
  const Plan* plan = plan_now(placed);
  if (!plan) return {};
  const Rect place = in_plane(plan->placement.inner, index), rows = common(place, in_plane(band, index));
  return {index == 0 ? &plan->scalers->luma : &plan->scalers->colour,
          picture_now(placed).planes[index].at(in_plane(plan->placement.crop, index)),
          place,
          {rows.y - place.y, rows.height}};
}

void Output::scale(const PlacedTile& placed, const Plan& plan, const Rect& band, const std::uint8_t* next) noexcept {
  std::array<PlanePart, 3> parts;
  for (std::size_t index = 0; index < parts.size(); ++index) parts[index] = plane_part(placed, index, band);
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const auto& [scaler, from, place, rows] = parts[index];
    scaler->process(from, canvas_[index].at(place), rows, index < 2 ? parts[index + 1].first_read() : next);
  }
  recolour(kernels::active(), canvas_, common(plan.placement.inner, band), picture_now(placed).colour,
           sources_->colour());
}

void Output::draw_pieces(const std::vector<Piece>& pieces, const Rect& clip) noexcept {
  for (const Piece& piece : pieces) {
    const PlacedOverlay& placed = overlays_[piece.overlay];
    placed.overlay->blend(canvas_, placed.x, placed.y, common(piece.part, clip));
  }
}

void Output::draw_frame(const Tile& tile, const Rect& clip) noexcept {
  const std::int32_t width = std::min(highlight_.width, std::min(tile.area.width, tile.area.height) / 4 * 2);
  const Rect inner{tile.area.x + width, tile.area.y + width, tile.area.width - 2 * width, tile.area.height - 2 * width};
  fill_around(tile.area, inner, clip, [&](const Rect& rect) { fill(rect, highlight_.colour); });
  if (tile.radius > width) fill_corners(inner, tile.radius - width, clip);
}

void Output::fill_corners(const Rect& inner, std::int32_t radius, const Rect& clip) noexcept {
  const kernels::Table& kernel = kernels::active();
  std::array<std::uint8_t, Tile::kMaxRadius> colour, left, right;
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const Rect place = in_plane(inner, index), rows = in_plane(clip, index);
    const std::int32_t side = index == 0 ? radius : radius / 2;
    colour.fill(highlight_.colour[index]);
    for (std::int32_t row = 0; row < side; ++row) {
      outside_circle(row, radius, index == 0, left.data());
      std::reverse_copy(left.data(), left.data() + side, right.data());
      for (const std::int32_t y : {place.y + row, place.y + place.height - 1 - row}) {
        if (y < rows.y || y >= rows.y + rows.height) continue;
        std::uint8_t* pixels = canvas_[index].at({place.x, y}).pixels;
        kernel.blend(colour.data(), left.data(), pixels, static_cast<std::size_t>(side));
        kernel.blend(colour.data(), right.data(), pixels + place.width - side, static_cast<std::size_t>(side));
      }
    }
  }
}

void Output::copy(const Canvas& from, const Rect& area, const Rect& to, const Rect& clip) noexcept {
  const Rect part = common(to, clip);
  const Rect origin{part.x - to.x + area.x, part.y - to.y + area.y, part.width, part.height};
  for (std::size_t index = 0; index < canvas_.size(); ++index)
    copy_plane(view_of(from[index].at(in_plane(origin, index))), canvas_[index].at(in_plane(part, index)),
               in_plane(part, index).size());
}

void Output::pair_up(const Rect& part) noexcept {
  if (pairs_.pixels == nullptr) return;
  const Rect half = part.halved();
  for (std::int32_t y = half.y; y < half.y + half.height; ++y)
    kernels::active().join_pairs(canvas_[1].at({half.x, y}).pixels, canvas_[2].at({half.x, y}).pixels,
                                 pairs_.at({part.x, y}).pixels, static_cast<std::size_t>(half.width));
}

void Output::fill(const Rect& rect, const Colour& colour) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index)
    fill_plane(canvas_[index], in_plane(rect, index), colour[index]);
}

void Output::fill_background(const Rect& rect) noexcept {
  background_pixels_.empty() ? fill(rect, background_) : copy(background_picture_, rect, rect, rect);
}

void Output::keep(PlacedTile& placed) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const Rect area = in_plane(placed.tile.area, index);
    copy_plane(view_of(canvas_[index].at(area)), {placed.kept[index].data(), area.width}, area.size());
  }
}

void Output::put_back(const PlacedTile& placed, const Rect& part) noexcept {
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const Rect area = in_plane(placed.tile.area, index);
    const Rect inside = in_plane(part, index);
    const PlaneView kept{placed.kept[index].data(), area.width};
    copy_plane(kept.at({inside.x - area.x, inside.y - area.y}), canvas_[index].at(inside), inside.size());
  }
}

}  // namespace mixminus::compose
