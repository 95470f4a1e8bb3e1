// The parts of Output that allocate: what a layout, overlays, or another size of picture make necessary.
#include <algorithm>
#include <new>
#include <utility>

#include "compose/planes.hpp"
#include "mixminus/compose/output.hpp"

namespace mixminus::compose {
namespace {

bool is_even(const Rect& rect) { return (rect.x | rect.y | rect.width | rect.height) % 2 == 0; }

bool is_sound(const PlacedOverlay& placed) {
  const auto is_near = [](std::int32_t place) { return place % 2 == 0 && place >= -kMaxSide && place <= kMaxSide; };
  return placed.overlay != nullptr && is_near(placed.x) && is_near(placed.y);
}

bool is_same_sight(const Tile& a, const Tile& b) {
  return a.source == b.source && a.area.size() == b.area.size() && a.fit == b.fit && a.border == b.border &&
         a.border_colour == b.border_colour && a.overlays == b.overlays;
}

/// The middle of a picture in the middle of a canvas, as far as both reach.
Placement centred(Size picture, Size canvas) {
  const std::int32_t width = std::min(picture.width, canvas.width), height = std::min(picture.height, canvas.height);
  const auto offset = [](std::int32_t outer, std::int32_t inner) { return (outer - inner) / 4 * 2; };
  return {{offset(picture.width, width), offset(picture.height, height), width, height},
          {offset(canvas.width, width), offset(canvas.height, height), width, height}};
}

// What is left of `parts` without `hole`: above and below it in full width, and beside it.
void cut(std::vector<Rect>& parts, const Rect& hole) {
  std::vector<Rect> left;
  const auto add = [&](std::int32_t x, std::int32_t y, std::int32_t right, std::int32_t bottom) {
    if (x < right && y < bottom) left.push_back({x, y, right - x, bottom - y});
  };
  for (const Rect& part : parts) {
    if (!part.meets(hole)) {
      left.push_back(part);
      continue;
    }
    const std::int32_t right = part.x + part.width, bottom = part.y + part.height;
    const std::int32_t top = std::clamp(hole.y, part.y, bottom);
    const std::int32_t end = std::clamp(hole.y + hole.height, top, bottom);
    add(part.x, part.y, right, top);
    add(part.x, top, std::min(right, hole.x), end);
    add(std::max(part.x, hole.x + hole.width), top, right, end);
    add(part.x, end, right, bottom);
  }
  parts = std::move(left);
}

}  // namespace

Status Output::configure(Size size, const Colour& background, bool has_pairs, Filter filter, Sources& sources) {
  if (!is_even_side(size.width) || !is_even_side(size.height)) return Status::out_of_range;
  sources_ = &sources;
  filter_ = filter;
  size_ = size;
  const std::size_t pair_bytes = has_pairs ? bytes_of(size_) / 2 : 0;
  canvas_ = canvas_in(pixels_, pair_bytes);
  if (has_pairs) pairs_ = {canvas_[0].pixels + bytes_of(size_), size_.width};
  background_ = background;
  fill(whole(), background);
  pair_up(whole());
  gone_.push_back(whole());
  damage_.reserve(1);
  return Status::ok;
}

/// Planes of this size; the first rows of all three begin with lines of the cache where sizes allow.
Canvas Output::canvas_in(std::vector<std::uint8_t>& memory, std::size_t bytes_behind_luma) const {
  const std::size_t luma_bytes = bytes_of(size_);
  memory.resize(luma_bytes / 2 * 3 + bytes_behind_luma + kCacheLineBytes);
  std::uint8_t* luma = aligned(memory.data());
  std::uint8_t* chroma = luma + luma_bytes + bytes_behind_luma;
  return {{{luma, size_.width}, {chroma, size_.width / 2}, {chroma + luma_bytes / 4, size_.width / 2}}};
}

void Output::set_background(const Colour& colour, const Picture* picture) {
  std::vector<Rect> gone{whole()};
  std::vector<std::uint8_t> pixels;
  if (picture) {
    background_picture_ = canvas_in(pixels, 0);
    const Placement placement = centred(picture->size, size_);
    for (std::size_t index = 0; index < canvas_.size(); ++index) {
      fill_plane(background_picture_[index], in_plane(whole(), index), colour[index]);
      const Rect to = in_plane(placement.inner, index);
      copy_plane(picture->planes[index].at(in_plane(placement.crop, index)), background_picture_[index].at(to),
                 to.size());
    }
  }
  background_pixels_.swap(pixels);
  background_ = colour;
  gone_.swap(gone);
  is_all_stale_ = true;
}

bool Output::is_valid(const Tile& tile) const noexcept {
  const Rect& area = tile.area;
  const std::int32_t side = std::min(area.width, area.height);
  const bool is_known = tile.source == Tile::kNobody || sources_->has(tile.source);
  return is_known && area.x >= 0 && area.y >= 0 && area.width >= 2 && area.height >= 2 && is_even(area) &&
         whole().contains(area) && tile.border >= 0 && tile.border <= (side - 2) / 2 && tile.border % 2 == 0 &&
         tile.radius >= 0 && tile.radius <= std::min(side / 2, Tile::kMaxRadius) && tile.radius % 2 == 0 &&
         std::ranges::all_of(tile.overlays, is_sound);
}

// All that allocates comes first.
Status Output::set_layout(std::span<const Tile> tiles) {
  if (tiles.size() > kMaxTiles) return Status::out_of_range;
  if (!std::ranges::all_of(tiles, [&](const Tile& tile) { return is_valid(tile); })) return Status::out_of_range;
  std::vector<PlacedTile> placed_tiles;
  for (const Tile& tile : tiles) placed_tiles.push_back(placed_from(tile));
  list_above(placed_tiles);
  std::vector<Rect> gone = gone_;
  adopt(placed_tiles, gone);
  for (PlacedTile& placed : placed_tiles) plan_all(placed, placed_tiles);
  Pieces pieces = pieces_of(placed_tiles, overlays_);
  reserve(placed_tiles, pieces, gone);
  tiles_.swap(placed_tiles);
  pieces_.swap(pieces);
  gone_.swap(gone);
  return Status::ok;
}

Output::PlacedTile Output::placed_from(const Tile& tile) const {
  PlacedTile placed{.tile = tile};
  placed.corners.configure(tile.area, tile.radius);
  for (std::size_t index = 0; index < canvas_.size(); ++index)
    placed.kept[index].resize(bytes_of(in_plane(tile.area, index).size()));
  return placed;
}

void Output::list_above(std::vector<PlacedTile>& tiles) {
  for (std::size_t below = 0; below < tiles.size(); ++below)
    for (std::size_t above = below + 1; above < tiles.size(); ++above)
      if (tiles[below].tile.area.meets(tiles[above].tile.area))
        tiles[below].above.push_back(static_cast<std::int32_t>(above));
}

// What was there before, at the same height among those that it meets, stays as it is. Where something was, and below
// new corners, all is drawn again.
void Output::adopt(std::vector<PlacedTile>& tiles, std::vector<Rect>& gone) const {
  constexpr std::size_t kNone = kMaxTiles;
  std::vector<std::size_t> before(tiles.size(), kNone);
  std::vector<bool> is_taken(tiles_.size());
  for (std::size_t index = 0; index < tiles.size(); ++index)
    for (std::size_t old = 0; old < tiles_.size() && before[index] == kNone; ++old)
      if (!is_taken[old] && tiles_[old].tile == tiles[index].tile) is_taken[before[index] = old] = true;
  for (std::size_t index = 0; index < tiles.size(); ++index)
    for (const std::int32_t above : tiles[index].above)
      if (std::size_t& old = before[static_cast<std::size_t>(above)];
          old != kNone && before[index] != kNone && old < before[index])
        is_taken[std::exchange(old, kNone)] = false;
  for (std::size_t index = 0; index < tiles.size(); ++index) {
    PlacedTile& placed = tiles[index];
    if (before[index] == kNone) {
      if (placed.corners.are_round()) gone.push_back(placed.tile.area);
      continue;
    }
    const PlacedTile& old = tiles_[before[index]];
    placed.corners = old.corners;
    placed.is_drawn = old.is_drawn;
    placed.is_stale = old.is_stale;
  }
  for (std::size_t old = 0; old < tiles_.size(); ++old)
    if (!is_taken[old]) gone.push_back(tiles_[old].tile.area);
}

Status Output::set_overlays(std::span<const PlacedOverlay> overlays) {
  if (overlays.size() > kMaxTiles || !std::ranges::all_of(overlays, is_sound)) return Status::out_of_range;
  std::vector<PlacedOverlay> placed(overlays.begin(), overlays.end());
  std::vector<Rect> gone = gone_;
  for (std::size_t index = 0; index < std::max(placed.size(), overlays_.size()); ++index) {
    const bool is_old = index < overlays_.size(), is_new = index < placed.size();
    if (is_old && is_new && placed[index] == overlays_[index]) continue;
    if (is_old) gone.push_back(common(overlays_[index].area(), whole()));
    if (is_new) gone.push_back(common(placed[index].area(), whole()));
  }
  std::erase_if(gone, [](const Rect& rect) { return rect.width < 1; });
  Pieces pieces = pieces_of(tiles_, placed);
  reserve(tiles_, pieces, gone);
  overlays_.swap(placed);
  pieces_.swap(pieces);
  gone_.swap(gone);
  return Status::ok;
}

Output::Pieces Output::pieces_of(const std::vector<PlacedTile>& tiles, std::span<const PlacedOverlay> overlays) const {
  Pieces pieces(tiles.size() + 1);
  for (std::size_t index = 0; index < overlays.size(); ++index) {
    const Rect area = common(overlays[index].area(), whole());
    const auto add = [&](std::vector<Piece>& to, const std::vector<Rect>& parts) {
      for (const Rect& part : parts)
        if (part.width > 0) to.push_back({index, part});
    };
    std::vector<Rect> on_background{area};
    for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
      cut(on_background, tiles[tile].tile.area);
      std::vector<Rect> on_tile{common(area, tiles[tile].tile.area)};
      for (const std::int32_t above : tiles[tile].above) cut(on_tile, tiles[static_cast<std::size_t>(above)].tile.area);
      add(pieces[tile + 1], on_tile);
    }
    add(pieces[0], on_background);
  }
  return pieces;
}

void Output::reserve(const std::vector<PlacedTile>& tiles, const Pieces& pieces, const std::vector<Rect>& gone) {
  damage_.reserve(tiles.size() + gone.size() + pieces[0].size() + 1);
}

void Output::plan(std::int32_t source, Shown which, Size picture) {
  for (PlacedTile& placed : tiles_)
    if (placed.tile.source != Tile::kNobody && (placed.tile.source == source || which == Shown::slate))
      placed.plans[static_cast<std::size_t>(which)] = plan_of(placed.tile, picture, tiles_);
  reserve(tiles_, pieces_, gone_);
}

void Output::plan_all(PlacedTile& placed, const std::vector<PlacedTile>& others) const {
  if (placed.tile.source == Tile::kNobody) return;
  for (const Shown which : {Shown::live, Shown::avatar, Shown::slate})
    if (const Size size = sources_->size(placed.tile.source, which); size != Size{})
      placed.plans[static_cast<std::size_t>(which)] = plan_of(placed.tile, size, others);
}

Output::Plan Output::plan_of(const Tile& tile, Size picture, const std::vector<PlacedTile>& others) const {
  Plan plan{.placement = place(tile, picture)};
  const Size from = plan.placement.crop.size(), to = plan.placement.inner.size();
  for (const std::vector<PlacedTile>* tiles : {&others, &tiles_})
    for (const PlacedTile& other : *tiles)
      for (const Plan& made : other.plans)
        if (made.scalers && made.scalers->luma.source() == from && made.scalers->luma.result() == to) {
          plan.scalers = made.scalers;
          return plan;
        }
  auto made = std::make_shared<Scalers>();
  const Size from_half = plan.placement.crop.halved().size(), to_half = plan.placement.inner.halved().size();
  const bool is_ok = made->luma.configure(from, to, filter_) == Status::ok &&
                     made->colour.configure(from_half, to_half, filter_) == Status::ok;
  if (!is_ok) throw std::bad_alloc();  // sides are in range, so nothing else can be missing
  plan.scalers = std::move(made);
  return plan;
}

void Output::find_twins(std::span<const std::unique_ptr<Output>> earlier) noexcept {
  for (std::size_t index = 0; index < tiles_.size(); ++index) {
    PlacedTile& placed = tiles_[index];
    placed.twin_canvas = nullptr;
    for (const auto& output : earlier)
      if (output->background_ == background_) output->offer_twin(placed, output->tiles_.size());
    offer_twin(placed, index);
  }
}

// Nothing lies above what is copied, nor does it show what depends on the place.
void Output::offer_twin(PlacedTile& placed, std::size_t tiles) const noexcept {
  const Tile& tile = placed.tile;
  if (tile.source == Tile::kNobody || (tile.fit == Fit::fit && !background_pixels_.empty())) return;
  for (std::size_t index = 0; index < tiles && !placed.twin_canvas; ++index) {
    const PlacedTile& other = tiles_[index];
    if (!is_same_sight(other.tile, tile) || other.corners.are_round()) continue;
    if (!other.above.empty() || !pieces_[index + 1].empty()) continue;
    placed.twin_canvas = &canvas_;
    placed.twin_area = other.tile.area;
  }
}

bool Output::is_copied(const PlacedTile& placed) const noexcept {
  const bool is_within_band = placed.twin_canvas == &canvas_ && placed.twin_area.y == placed.tile.area.y;
  return may_copy_ && placed.twin_canvas && plan_now(placed) && (bands_ == 1 || is_within_band);
}

}  // namespace mixminus::compose
