// Output: one canvas, its layout and what of it has to be drawn again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/corners.hpp"
#include "mixminus/compose/overlay.hpp"
#include "mixminus/compose/scaler.hpp"
#include "mixminus/compose/sources.hpp"
#include "mixminus/compose/tile.hpp"

namespace mixminus::compose {

/// The frame of whoever speaks.
struct Highlight {
  std::int32_t source = Tile::kNobody;
  Colour colour = kBlack;
  std::int32_t width = 6;  ///< pixels, even, inside the tile
  friend bool operator==(const Highlight&, const Highlight&) = default;
};

struct DrawCounts {
  std::uint64_t tiles_drawn = 0;
  std::uint64_t tiles_shared = 0;  ///< of those, copied rather than scaled
  std::uint64_t pixels_drawn = 0;  ///< of luma
};

/// A Compositor has one or more of these. What allocates throws std::bad_alloc and leaves all as it was before.
class MIXMINUS_API Output {
 public:
  static constexpr std::size_t kMaxTiles = 4096;
  static constexpr std::int32_t kMaxBands = 64;

  Status configure(Size size, const Colour& background, bool has_pairs, Filter filter, Sources& sources);

  Status set_layout(std::span<const Tile> tiles);
  Status set_overlays(std::span<const PlacedOverlay> overlays);
  void set_background(const Colour& colour, const Picture* picture);

  /// Makes tables for another size of picture.
  void plan(std::int32_t source, Shown which, Size picture);

  /// After each of those: which tiles may be copied of an earlier one, here or in one of those.
  void find_twins(std::span<const std::unique_ptr<Output>> earlier) noexcept;

  void remove(std::int32_t source) noexcept;
  void set_highlight(const Highlight& highlight) noexcept;

  /// Between begin() and end(), which have one caller, threads may draw different bands of rows.
  void begin(std::int32_t bands) noexcept;
  void draw(std::int32_t band) noexcept;
  void end() noexcept;

  /// A tile of the layout has that source.
  [[nodiscard]] bool shows(std::int32_t source) const noexcept;
  [[nodiscard]] std::span<const Rect> damage() const noexcept { return damage_; }
  [[nodiscard]] const Canvas& canvas() const noexcept { return canvas_; }
  /// Cb and Cr in turns, as wide as luma, half as high; it follows luma in memory. No pixels unless there are to be.
  [[nodiscard]] const Plane& pairs() const noexcept { return pairs_; }
  [[nodiscard]] Size size() const noexcept { return size_; }
  [[nodiscard]] const DrawCounts& counts() const noexcept { return counts_; }

  void begin_view(std::int32_t excluded) noexcept;
  void end_view() noexcept;

 private:
  /// Of one size of picture in one size of tile; tiles share it, and with it the tables in the cache.
  struct Scalers {
    Scaler luma;
    Scaler colour;
  };
  /// How a tile shows pictures of one size.
  struct Plan {
    Placement placement{};
    std::shared_ptr<const Scalers> scalers{};  ///< none: there was no picture yet
  };
  /// What is seen of an overlay of the canvas in one tile, or on the background, and not under later tiles.
  struct Piece {
    std::size_t overlay = 0;
    Rect part{};
  };
  /// What of one plane of a tile lies in a band.
  struct PlanePart {
    const Scaler* scaler = nullptr;  ///< none: there is no picture
    PlaneView from{};
    Rect place{};
    Band rows{};
    [[nodiscard]] const std::uint8_t* first_read() const noexcept {
      return scaler && rows.rows > 0 ? scaler->first_of(from, rows.first) : nullptr;
    }
  };
  struct PlacedTile {
    Tile tile{};
    std::array<Plan, kPicturesOfSource> plans{};
    std::vector<std::int32_t> above{};  ///< later tiles that meet it
    Corners corners{};
    std::array<std::vector<std::uint8_t>, 3> kept{};  ///< what a view has taken off
    const Canvas* twin_canvas = nullptr;              ///< where the same is drawn before
    Rect twin_area{};
    bool is_drawn = false;  ///< so corners are saved
    bool is_stale = true;
    bool was_stale = true;  ///< before a view
  };

  using Pieces = std::vector<std::vector<Piece>>;  ///< on the background, and on each tile

  [[nodiscard]] Rect whole() const noexcept { return {0, 0, size_.width, size_.height}; }
  [[nodiscard]] Canvas canvas_in(std::vector<std::uint8_t>& memory, std::size_t bytes_behind_luma) const;
  [[nodiscard]] bool is_valid(const Tile& tile) const noexcept;
  [[nodiscard]] PlacedTile placed_from(const Tile& tile) const;
  static void list_above(std::vector<PlacedTile>& tiles);
  void adopt(std::vector<PlacedTile>& tiles, std::vector<Rect>& gone) const;
  void plan_all(PlacedTile& placed, const std::vector<PlacedTile>& others) const;
  [[nodiscard]] Plan plan_of(const Tile& tile, Size picture, const std::vector<PlacedTile>& others) const;
  [[nodiscard]] Pieces pieces_of(const std::vector<PlacedTile>& tiles, std::span<const PlacedOverlay> overlays) const;
  void reserve(const std::vector<PlacedTile>& tiles, const Pieces& pieces, const std::vector<Rect>& gone);
  void offer_twin(PlacedTile& placed, std::size_t tiles) const noexcept;

  [[nodiscard]] bool is_copied(const PlacedTile& placed) const noexcept;
  [[nodiscard]] bool is_excluded(const Tile& tile) const noexcept;
  [[nodiscard]] bool is_seen_through(std::int32_t source) const noexcept;
  [[nodiscard]] bool is_framed(const Tile& tile) const noexcept;
  [[nodiscard]] const Plan* plan_now(const PlacedTile& placed) const noexcept;
  void mark_meeting(const Rect& rect) noexcept;
  void mark_above() noexcept;
  void make_upright() noexcept;
  void list_damage() noexcept;

  [[nodiscard]] Rect band_of(std::int32_t index) const noexcept;
  void draw_background(const Rect& rows) noexcept;
  [[nodiscard]] std::size_t next_drawn(std::size_t tile, const Rect& band) const noexcept;
  [[nodiscard]] const Picture& picture_now(const PlacedTile& placed) const noexcept {
    return sources_->picture(placed.tile.source, sources_->shown(placed.tile.source));
  }
  [[nodiscard]] PlanePart plane_part(const PlacedTile& placed, std::size_t index, const Rect& band) const noexcept;
  void draw(std::size_t index, const Rect& band, const std::uint8_t* next) noexcept;
  void draw_content(const PlacedTile& placed, const Rect& band, const std::uint8_t* next) noexcept;
  void draw_again(std::int32_t source) noexcept;
  void hide(std::size_t index) noexcept;
  void draw_decoration(const Tile& tile, const Rect& clip) noexcept;
  void draw_frame(const Tile& tile, const Rect& clip) noexcept;
  void fill_corners(const Rect& inner, std::int32_t radius, const Rect& clip) noexcept;
  void draw_pieces(const std::vector<Piece>& pieces, const Rect& clip) noexcept;
  void scale(const PlacedTile& placed, const Plan& plan, const Rect& band, const std::uint8_t* next) noexcept;
  void copy(const Canvas& from, const Rect& area, const Rect& to, const Rect& clip) noexcept;
  void fill(const Rect& rect, const Colour& colour) noexcept;
  void fill_background(const Rect& rect) noexcept;
  void pair_up(const Rect& part) noexcept;
  void pair_up_tiles_of(std::int32_t source) noexcept;
  void put_aside(std::int32_t source) noexcept;
  void bring_back(std::int32_t source) noexcept;
  void keep(PlacedTile& placed) noexcept;
  void put_back(const PlacedTile& placed, const Rect& part) noexcept;

  Sources* sources_ = nullptr;
  Filter filter_ = Filter::area;
  Size size_{};
  std::vector<std::uint8_t> pixels_;
  Canvas canvas_{};
  Plane pairs_{};
  Colour background_ = kBlack;
  std::vector<std::uint8_t> background_pixels_;  ///< of a picture, as large as the canvas
  Canvas background_picture_{};
  std::vector<PlacedTile> tiles_;
  std::vector<PlacedOverlay> overlays_;
  Pieces pieces_{1};
  std::vector<Rect> gone_;  ///< where tiles and overlays were, to become background
  std::vector<Rect> damage_;
  Highlight highlight_{};
  DrawCounts counts_{};
  std::int32_t bands_ = 1;
  std::int32_t excluded_ = Tile::kNobody;
  bool is_all_stale_ = true;
  bool may_copy_ = true;  ///< of twins, which are as they should be
};

}  // namespace mixminus::compose
