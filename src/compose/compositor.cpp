#include "mixminus/compose/compositor.hpp"

#include <algorithm>
#include <new>

#include "compose/planes.hpp"
#include "mixminus/base/time.hpp"

namespace mixminus::compose {
namespace {

bool is_even_side(std::int32_t side) { return side >= 2 && side <= kMaxSide && side % 2 == 0; }

}  // namespace

Status Compositor::configure(const CompositorConfig& config) noexcept try {
  if (!is_even_side(config.width) || !is_even_side(config.height) || config.hold_ns < 0) return Status::out_of_range;
  if (config.capacity < 1 || config.capacity > kMaxSources) return Status::out_of_range;
  *this = {};
  config_ = config;
  const std::size_t luma_bytes = static_cast<std::size_t>(config.width) * static_cast<std::size_t>(config.height);
  const std::size_t pair_bytes = config.has_pairs ? luma_bytes / 2 : 0;
  pixels_.resize(luma_bytes / 2 * 3 + pair_bytes + kCacheLineBytes);
  canvas_[0] = {aligned(pixels_.data()), config.width};
  if (config.has_pairs) pairs_ = {canvas_[0].pixels + luma_bytes, config.width};
  canvas_[1] = {canvas_[0].pixels + luma_bytes + pair_bytes, config.width / 2};
  canvas_[2] = {canvas_[1].pixels + luma_bytes / 4, config.width / 2};
  sources_.resize(static_cast<std::size_t>(config.capacity));
  fill({0, 0, config.width, config.height}, config.background);
  pair_up({0, 0, config.width, config.height});
  damage_.reserve(1);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

bool Compositor::has(std::int32_t source) const noexcept {
  return source >= 0 && static_cast<std::size_t>(source) < sources_.size() &&
         sources_[static_cast<std::size_t>(source)].is_used;
}

Status Compositor::add_source(std::int32_t& source) noexcept {
  const auto free = std::ranges::find(sources_, false, &Source::is_used);
  if (free == sources_.end()) return Status::capacity_reached;
  *free = {.is_used = true};
  source = static_cast<std::int32_t>(free - sources_.begin());
  return Status::ok;
}

Status Compositor::remove_source(std::int32_t source) noexcept {
  if (!has(source) || is_viewing_) return Status::out_of_range;
  sources_[static_cast<std::size_t>(source)] = {};
  mark_stale(source);
  for (PlacedTile& placed : tiles_)
    if (placed.tile.source == source) placed.tile.source = Tile::kNobody;  // the number will be somebody else's
  return Status::ok;
}

Status Compositor::push(std::int32_t source, const Picture& picture) noexcept try {
  if (!has(source)) return Status::out_of_range;
  if (!is_sound(picture)) return Status::shape_mismatch;
  Source& into = sources_[static_cast<std::size_t>(source)];
  into.intake.prepare(picture);
  if (const Size size = upright_size(picture); into.planned != size) plan(source, size);
  into.picture = picture;
  into.is_upright = false;
  into.has_picture = into.is_new = true;
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::span<const Rect> Compositor::compose(std::int64_t now_ns) noexcept {
  damage_.clear();
  if (is_viewing_) return damage_;
  look_at_sources(bounded_time_ns(now_ns));
  mark_above();
  for (PlacedTile& placed : tiles_) {
    if (!placed.is_stale) continue;
    make_upright(placed);
    draw(placed);
    if (!is_all_stale_) damage_.push_back(placed.tile.area);
  }
  if (is_all_stale_) damage_.push_back({0, 0, config_.width, config_.height});
  is_all_stale_ = false;
  for (const Rect& part : damage_) pair_up(part);
  return damage_;
}

void Compositor::look_at_sources(std::int64_t now_ns) noexcept {
  const auto is_old = [&](const Source& source) {
    return config_.hold_ns > 0 && source.has_picture && now_ns - source.seen_ns > config_.hold_ns;
  };
  for (Source& source : sources_)
    if (source.is_new) source.seen_ns = now_ns;
  for (PlacedTile& placed : tiles_)
    if (const Source* source = source_of(placed)) placed.is_stale |= source->is_new || is_old(*source);
  for (Source& source : sources_) {
    source.has_picture &= !is_old(source);
    source.is_new = false;
  }
}

const Compositor::Source* Compositor::source_of(const PlacedTile& placed) const noexcept {
  return placed.tile.source == Tile::kNobody ? nullptr : &sources_[static_cast<std::size_t>(placed.tile.source)];
}

void Compositor::mark_stale(std::int32_t source) noexcept {
  for (PlacedTile& placed : tiles_) placed.is_stale |= placed.tile.source == source;
}

// In order, so what lies above something above is marked as well.
void Compositor::mark_above() noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.is_stale)
      for (const std::int32_t above : placed.above) tiles_[static_cast<std::size_t>(above)].is_stale = true;
}

// Once, and only what is shown.
void Compositor::make_upright(const PlacedTile& placed) noexcept {
  if (placed.tile.source == Tile::kNobody) return;
  Source& source = sources_[static_cast<std::size_t>(placed.tile.source)];
  if (!source.has_picture || source.is_upright) return;
  source.picture = source.intake.upright(source.picture, config_.colour);
  source.is_upright = true;
}

Status Compositor::begin_view(std::int32_t excluded) noexcept {
  if (!has(excluded) || is_viewing_) return Status::out_of_range;
  is_viewing_ = true;
  excluded_ = excluded;
  for (PlacedTile& placed : tiles_)
    if (placed.tile.source == excluded) keep(placed);
  for (PlacedTile& placed : tiles_) {
    if (placed.tile.source != excluded) continue;
    fill(placed.tile.area, config_.background);
    for (const std::int32_t above : placed.above)
      if (const Tile& tile = tiles_[static_cast<std::size_t>(above)].tile; tile.source != excluded)
        put_back(placed, tile.area);
  }
  pair_up_excluded();
  return Status::ok;
}

void Compositor::end_view() noexcept {
  if (!is_viewing_) return;
  is_viewing_ = false;
  for (const PlacedTile& placed : tiles_)
    if (placed.tile.source == excluded_) put_back(placed, placed.tile.area);
  pair_up_excluded();
}

void Compositor::pair_up_excluded() noexcept {
  for (const PlacedTile& placed : tiles_)
    if (placed.tile.source == excluded_) pair_up(placed.tile.area);
}

}  // namespace mixminus::compose
