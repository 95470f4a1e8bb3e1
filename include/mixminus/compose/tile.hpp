// Tile: where on the canvas a source is seen, and how it is fitted in.
#pragma once

#include <cstdint>
#include <vector>

#include "mixminus/compose/overlay.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

enum class Fit : std::uint8_t {
  fit,      ///< the whole picture, with bars of the background where the shapes differ
  crop,     ///< the whole tile, what is too much is cut off on both sides
  stretch,  ///< all of both
};

/// Sides and places are even, because planes of colour have half of them.
struct Tile {
  static constexpr std::int32_t kNobody = -1;  ///< background only
  static constexpr std::int32_t kMaxRadius = 128;
  std::int32_t source = kNobody;
  Rect area{};  ///< on the canvas; later tiles of a layout lie above earlier ones
  Fit fit = Fit::fit;
  std::int32_t border = 0;  ///< pixels, inside the area
  Colour border_colour = kBlack;
  std::int32_t radius = 0;                ///< of the corners in pixels; beyond them what lies below is seen
  std::vector<PlacedOverlay> overlays{};  ///< relative to the area, clipped to it
  friend bool operator==(const Tile&, const Tile&) = default;
};

/// Which part of a picture goes where.
struct Placement {
  Rect crop{};   ///< in the picture
  Rect inner{};  ///< on the canvas
};

/// The area without its border.
constexpr Rect framed(const Tile& tile) noexcept {
  const Rect& area = tile.area;
  return {area.x + tile.border, area.y + tile.border, area.width - 2 * tile.border, area.height - 2 * tile.border};
}

Placement place(const Tile& tile, Size picture) noexcept;

}  // namespace mixminus::compose
