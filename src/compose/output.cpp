#include "mixminus/compose/output.hpp"

#include <algorithm>

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

const Output::Plan* Output::plan_now(const PlacedTile& placed) const noexcept {
  if (placed.tile.source == Tile::kNobody) return nullptr;
  const Shown shown = sources_->shown(placed.tile.source);
  return shown == Shown::background ? nullptr : &placed.plans[static_cast<std::size_t>(shown)];
}

void Output::begin(std::int32_t bands) noexcept {
  bands_ = bands;
  for (PlacedTile& placed : tiles_)
    placed.is_stale |= placed.tile.source != Tile::kNobody && sources_->is_changed(placed.tile.source);
  for (const Rect& rect : gone_) mark_meeting(rect);
  mark_above();
  for (const PlacedTile& placed : tiles_)
    if (placed.is_stale && placed.tile.source != Tile::kNobody) sources_->make_upright(placed.tile.source);
  list_damage();
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

void Output::begin_view(std::int32_t excluded) noexcept {
  excluded_ = excluded;
  for (PlacedTile& placed : tiles_)
    if (placed.tile.source == excluded) keep(placed);
  for (std::size_t index = 0; index < tiles_.size(); ++index)
    if (tiles_[index].tile.source == excluded) draw_hidden(index);
  pair_up_excluded();
}

// What lies above is put upon the background, through its round corners that is seen.
void Output::draw_hidden(std::size_t hidden) noexcept {
  const PlacedTile& placed = tiles_[hidden];
  fill_background(placed.tile.area);
  if (placed.is_drawn) placed.corners.round(canvas_, placed.tile.area);
  draw_pieces(pieces_[hidden + 1], placed.tile.area);
  for (const std::int32_t index : placed.above) {
    PlacedTile& above = tiles_[static_cast<std::size_t>(index)];
    if (above.tile.source == excluded_ || !above.is_drawn) continue;
    const Rect part = common(placed.tile.area, above.tile.area);
    above.corners.save_other(canvas_, part);
    put_back(placed, part);
    above.corners.show_other(canvas_, part);
  }
}

void Output::end_view() noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.tile.source == excluded_) put_back(placed, placed.tile.area);
  pair_up_excluded();
}

void Output::pair_up_excluded() noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.tile.source == excluded_) pair_up(placed.tile.area);
}

}  // namespace mixminus::compose
