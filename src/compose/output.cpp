#include "mixminus/compose/output.hpp"

#include <algorithm>
#include <utility>

#include "compose/planes.hpp"

namespace mixminus::compose {

void Output::remove(std::int32_t source) noexcept {
  for (PlacedTile& placed : tiles_) {
    if (placed.tile.source != source) continue;
    placed.is_stale = true;
    placed.tile.source = Tile::kNobody;  // the number will be somebody else's
    placed.tile.overlays.clear();
    placed.twin_canvas = nullptr;
  }
}

void Output::set_highlight(const Highlight& highlight) noexcept {
  if (highlight == highlight_) return;
  for (PlacedTile& placed : tiles_) placed.is_stale |= is_framed(placed.tile) || placed.tile.source == highlight.source;
  highlight_ = highlight;
}

bool Output::is_framed(const Tile& tile) const noexcept {
  return tile.source != Tile::kNobody && tile.source == highlight_.source;
}

bool Output::is_excluded(const Tile& tile) const noexcept {
  return tile.source != Tile::kNobody && tile.source == excluded_;
}

const Output::Plan* Output::plan_now(const PlacedTile& placed) const noexcept {
  if (placed.tile.source == Tile::kNobody || is_excluded(placed.tile)) return nullptr;
  const Shown shown = sources_->shown(placed.tile.source);
  if (shown == Shown::background || sources_->size(placed.tile.source, shown) == Size{}) return nullptr;
  return &placed.plans[static_cast<std::size_t>(shown)];
}

void Output::begin(std::int32_t bands) noexcept {
  bands_ = bands;
  for (PlacedTile& placed : tiles_)
    placed.is_stale |= placed.tile.source != Tile::kNobody && sources_->is_changed(placed.tile.source);
  for (const Rect& rect : gone_) mark_meeting(rect);
  mark_above();
  make_upright();
  list_damage();
}

void Output::make_upright() noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.is_stale && placed.tile.source != Tile::kNobody) sources_->make_upright(placed.tile.source);
}

void Output::mark_meeting(const Rect& rect) noexcept {
  for (PlacedTile& placed : tiles_) placed.is_stale |= placed.tile.area.meets(rect);
}

// In order, so what lies above something above is marked as well.
void Output::mark_above() noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.is_stale)
      for (const std::int32_t above : placed.above) tiles_[static_cast<std::size_t>(above)].is_stale = true;
}

void Output::list_damage() noexcept {
  damage_.clear();
  const auto add = [&](const Rect& rect) {
    damage_.push_back(rect);
    counts_.pixels_drawn += bytes_of(rect.size());
  };
  if (is_all_stale_) add(whole());
  if (!is_all_stale_ && !gone_.empty()) {
    for (const Rect& rect : gone_) add(rect);
    for (const Piece& piece : pieces_[0]) add(piece.part);
  }
  for (const PlacedTile& placed : tiles_) {
    if (!placed.is_stale) continue;
    if (!is_all_stale_) add(placed.tile.area);
    ++counts_.tiles_drawn;
    counts_.tiles_shared += is_copied(placed) ? 1 : 0;
  }
}

void Output::end() noexcept {
  for (PlacedTile& placed : tiles_) {
    placed.is_drawn |= placed.is_stale;
    placed.is_stale = false;
  }
  gone_.clear();
  is_all_stale_ = false;
  for (const Rect& part : damage_) pair_up(part);
}

bool Output::shows(std::int32_t source) const noexcept {
  return std::ranges::any_of(tiles_, [=](const PlacedTile& placed) { return placed.tile.source == source; });
}

void Output::begin_view(std::int32_t excluded) noexcept {
  excluded_ = excluded;
  if (is_seen_through(excluded))
    draw_again(excluded);
  else
    put_aside(excluded);
  pair_up_tiles_of(excluded);
}

void Output::end_view() noexcept {
  const std::int32_t excluded = std::exchange(excluded_, Tile::kNobody);
  if (is_seen_through(excluded))
    draw_again(excluded);
  else
    bring_back(excluded);
  pair_up_tiles_of(excluded);
}

void Output::put_aside(std::int32_t source) noexcept {
  for (PlacedTile& placed : tiles_)
    if (placed.tile.source == source) keep(placed);
  for (std::size_t index = 0; index < tiles_.size(); ++index)
    if (tiles_[index].tile.source == source) hide(index);
}

void Output::bring_back(std::int32_t source) noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.tile.source == source) put_back(placed, placed.tile.area);
}

void Output::pair_up_tiles_of(std::int32_t source) noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.tile.source == source) pair_up(placed.tile.area);
}

bool Output::is_seen_through(std::int32_t source) const noexcept {
  const auto is_round = [&](std::int32_t above) { return tiles_[static_cast<std::size_t>(above)].corners.are_round(); };
  return std::ranges::any_of(tiles_, [&](const PlacedTile& placed) {
    return placed.tile.source == source && std::ranges::any_of(placed.above, is_round);
  });
}

// What is to be drawn by the next compose() stays so.
void Output::draw_again(std::int32_t source) noexcept {
  std::vector<Rect> gone;
  gone.swap(gone_);
  for (PlacedTile& placed : tiles_) placed.was_stale = std::exchange(placed.is_stale, placed.tile.source == source);
  mark_above();
  for (PlacedTile& placed : tiles_) placed.is_stale &= placed.is_drawn;
  make_upright();
  bands_ = 1;
  may_copy_ = false;  // what twins show may not be drawn yet
  draw(0);
  may_copy_ = true;
  for (PlacedTile& placed : tiles_) placed.is_stale = placed.was_stale;
  gone.swap(gone_);
}

void Output::hide(std::size_t index) noexcept {
  const PlacedTile& placed = tiles_[index];
  fill_background(placed.tile.area);
  if (placed.is_drawn) placed.corners.round(canvas_, placed.tile.area);
  draw_pieces(pieces_[index + 1], placed.tile.area);
  for (const std::int32_t above : placed.above)
    if (const Tile& tile = tiles_[static_cast<std::size_t>(above)].tile; tile.source != excluded_)
      put_back(placed, common(placed.tile.area, tile.area));
}

}  // namespace mixminus::compose
