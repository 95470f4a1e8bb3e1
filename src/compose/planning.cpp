// The parts of Compositor that allocate: what a layout, or another size of picture, makes necessary.
#include <algorithm>
#include <new>
#include <utility>

#include "compose/planes.hpp"
#include "mixminus/compose/compositor.hpp"

namespace mixminus::compose {
namespace {

bool is_even(const Rect& rect) { return (rect.x | rect.y | rect.width | rect.height) % 2 == 0; }

}  // namespace

bool Compositor::is_valid(const Tile& tile) const noexcept {
  const Rect canvas{0, 0, config_.width, config_.height};
  const Rect& area = tile.area;
  const std::int32_t most = (std::min(area.width, area.height) - 2) / 2;
  const bool is_known = tile.source == Tile::kNobody || has(tile.source);
  return is_known && area.x >= 0 && area.y >= 0 && area.width >= 2 && area.height >= 2 && is_even(area) &&
         canvas.contains(area) && tile.border >= 0 && tile.border <= most && tile.border % 2 == 0;
}

Status Compositor::set_layout(std::span<const Tile> tiles) noexcept try {
  if (canvas_[0].pixels == nullptr) return Status::not_configured;
  if (tiles.size() > kMaxTiles || is_viewing_) return Status::out_of_range;
  for (const Tile& tile : tiles)
    if (!is_valid(tile)) return Status::out_of_range;
  std::vector<PlacedTile> placed_tiles;
  for (const Tile& tile : tiles) placed_tiles.push_back(placed_from(tile));
  for (std::size_t below = 0; below < tiles.size(); ++below)
    for (std::size_t above = below + 1; above < tiles.size(); ++above)
      if (tiles[below].area.meets(tiles[above].area))
        placed_tiles[below].above.push_back(static_cast<std::int32_t>(above));
  damage_.reserve(tiles.size() + 1);
  tiles_ = std::move(placed_tiles);
  is_all_stale_ = true;
  fill({0, 0, config_.width, config_.height}, config_.background);
  for (PlacedTile& placed : tiles_)
    if (const Source* source = source_of(placed)) plan(placed, source->planned);
  find_twins();
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Compositor::PlacedTile Compositor::placed_from(const Tile& tile) const {
  PlacedTile placed{.tile = tile, .is_stale = true};
  for (std::size_t index = 0; index < canvas_.size(); ++index) {
    const auto [width, height] = in_plane(tile.area, index).size();
    placed.kept[index].resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  }
  return placed;
}

// Out of memory on the way, there is no picture, rather than one that does not fit its plan.
void Compositor::plan(std::int32_t index, Size picture) {
  Source& source = sources_[static_cast<std::size_t>(index)];
  source.has_picture = false;
  source.planned = {};
  for (PlacedTile& placed : tiles_)
    if (placed.tile.source == index) plan(placed, picture);
  find_twins();
  source.planned = picture;
}

void Compositor::plan(PlacedTile& placed, Size picture) {
  if (picture == Size{}) return;  // none yet
  placed.placement = place(placed.tile, picture);
  placed.scalers = scalers_for(placed.placement);
}

std::shared_ptr<const Compositor::Scalers> Compositor::scalers_for(const Placement& placement) const {
  const Size from = placement.crop.size(), to = placement.inner.size();
  for (const PlacedTile& other : tiles_)
    if (other.scalers && other.scalers->luma.source() == from && other.scalers->luma.result() == to)
      return other.scalers;
  auto made = std::make_shared<Scalers>();
  const Size from_half = placement.crop.halved().size(), to_half = placement.inner.halved().size();
  const bool is_ok =
      made->luma.configure(from, to) == Status::ok && made->colour.configure(from_half, to_half) == Status::ok;
  if (!is_ok) throw std::bad_alloc();  // sides are in range, so nothing else can be missing
  return made;
}

void Compositor::find_twins() {
  for (std::size_t index = 0; index < tiles_.size(); ++index) {
    PlacedTile& placed = tiles_[index];
    const auto is_twin = [&](const PlacedTile& other) {
      return other.scalers && other.tile.source == placed.tile.source && other.scalers == placed.scalers &&
             other.placement.crop == placed.placement.crop && other.above.empty();
    };
    const auto end = tiles_.begin() + static_cast<std::ptrdiff_t>(index);
    const auto twin = std::find_if(tiles_.begin(), end, is_twin);
    placed.twin = twin == end ? -1 : static_cast<std::int32_t>(twin - tiles_.begin());
  }
}

}  // namespace mixminus::compose
