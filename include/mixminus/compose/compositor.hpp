// Compositor: many pictures on one canvas, of which only what has changed is drawn again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/scaler.hpp"
#include "mixminus/compose/tile.hpp"

namespace mixminus::compose {

struct CompositorConfig {
  std::int32_t width = 1920;    ///< pixels, even
  std::int32_t height = 1080;   ///< pixels, even
  std::int32_t capacity = 170;  ///< sources
  Colour background = kBlack;
  std::int64_t hold_ns = 0;  ///< how long a source that sends nothing keeps its last picture; 0: for ever
};

using Canvas = std::array<Plane, 3>;

/// configure() and set_layout() allocate, and so does the first push() of another size of picture; nothing else does;
/// out of memory they say capacity_reached. Each (source, part, size) is scaled once, whatever number of tiles show it
/// and of views is taken.
class MIXMINUS_API Compositor {
 public:
  static constexpr std::int32_t kMaxSources = 4096;
  static constexpr std::size_t kMaxTiles = 4096;

  Status configure(const CompositorConfig& config) noexcept;

  /// capacity_reached: all are taken.
  Status add_source(std::int32_t& source) noexcept;

  /// Its tiles are background until the next layout. out_of_range: no such source.
  Status remove_source(std::int32_t source) noexcept;

  /// out_of_range: an unknown source, a side or place that is odd or outside, a border that leaves nothing;
  /// then the layout before stays. not_configured: there is no canvas.
  Status set_layout(std::span<const Tile> tiles) noexcept;

  /// Gives the picture of a source until the next. shape_mismatch: a side is not in 1..kMaxSide or rows overlap.
  Status push(std::int32_t source, const Picture& picture) noexcept;

  /// Draws what has changed; what was drawn.
  std::span<const Rect> compose(std::int64_t now_ns) noexcept;

  [[nodiscard]] const Canvas& canvas() const noexcept { return canvas_; }
  [[nodiscard]] Size size() const noexcept { return {config_.width, config_.height}; }
  [[nodiscard]] bool has(std::int32_t source) const noexcept;

  /// Takes the tiles of a source off the canvas until end_view(); between them nothing else may be called.
  Status begin_view(std::int32_t excluded) noexcept;
  void end_view() noexcept;
  [[nodiscard]] bool is_viewing() const noexcept { return is_viewing_; }

 private:
  struct Source {
    bool is_used = false;
    bool has_picture = false;
    bool is_new = false;  ///< since the last compose()
    Picture picture{};
    Size planned{};  ///< of the pictures that the tiles are ready for
    std::int64_t seen_ns = 0;
  };

  /// Of one size of picture in one size of tile; tiles share it, and with it the tables in the cache.
  struct Scalers {
    Scaler luma;
    Scaler colour;
  };

  struct PlacedTile {
    Tile tile{};
    Placement placement{};
    std::shared_ptr<const Scalers> scalers{};
    std::int32_t twin = -1;                           ///< an earlier tile, never covered, with the same picture
    std::vector<std::int32_t> above{};                ///< later tiles that meet it
    std::array<std::vector<std::uint8_t>, 3> kept{};  ///< what a view has taken off
    bool is_stale = false;
  };

  [[nodiscard]] bool is_valid(const Tile& tile) const noexcept;
  [[nodiscard]] PlacedTile placed_from(const Tile& tile) const;
  void plan(std::int32_t source, Size picture);
  void plan(PlacedTile& placed, Size picture);
  [[nodiscard]] std::shared_ptr<const Scalers> scalers_for(const Placement& placement) const;
  void find_twins();
  [[nodiscard]] const Source* source_of(const PlacedTile& placed) const noexcept;
  void look_at_sources(std::int64_t now_ns) noexcept;
  void mark_stale(std::int32_t source) noexcept;
  void mark_above() noexcept;
  void draw(PlacedTile& placed) noexcept;
  void scale(const PlacedTile& placed, const Picture& picture) noexcept;
  void copy_twin(const PlacedTile& placed) noexcept;
  void fill(const Rect& rect, const Colour& colour) noexcept;
  void fill_around(const Rect& outer, const Rect& inner, const Colour& colour) noexcept;
  void keep(PlacedTile& placed) noexcept;
  void put_back(const PlacedTile& placed, const Rect& part) noexcept;

  CompositorConfig config_{};
  std::vector<std::uint8_t> pixels_;
  Canvas canvas_{};
  std::vector<Source> sources_;
  std::vector<PlacedTile> tiles_;
  std::vector<Rect> damage_;
  std::int32_t excluded_ = -1;
  bool is_all_stale_ = true;
  bool is_viewing_ = false;
};

}  // namespace mixminus::compose
