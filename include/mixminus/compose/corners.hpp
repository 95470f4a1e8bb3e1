// Corners: what rounded corners leave of a tile, and what lies below them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

/// How much of each pixel of row y lies outside the circle that a corner at (0, 0) is rounded with, 0..255: `radius` of
/// luma, or half as many of colours.
void outside_circle(std::int32_t y, std::int32_t radius, bool is_luma, std::uint8_t* row) noexcept;

/// The four squares of a rectangle that its rounding touches. The canvas is touched in `clip` only, so threads may each
/// have rows of their own.
class Corners {
 public:
  /// Allocates; throws std::bad_alloc. The radius is even, at most half a side.
  void configure(const Rect& area, std::int32_t radius);

  [[nodiscard]] bool are_round() const noexcept { return radius_ > 0; }

  /// Before the tile is drawn: keeps what is there.
  void save(const Canvas& canvas, const Rect& clip) noexcept;

  /// After it was drawn: takes it off outside the circles.
  void round(const Canvas& canvas, const Rect& clip) const noexcept;

  /// Undoes both, before something below is drawn.
  void put_back(const Canvas& canvas, const Rect& clip) const noexcept;

 private:
  /// Rows of the left and of the right corners, for luma and colours.
  struct Mask {
    std::vector<std::uint8_t> left;
    std::vector<std::uint8_t> right;
  };
  /// One row of a square on the canvas; `at` is where its bytes are kept.
  struct Row {
    std::uint8_t* pixels;
    const std::uint8_t* outside;
    std::size_t at;
    std::size_t columns;
  };
  template <typename Visit>
  void for_rows(const Canvas& canvas, const Rect& clip, const Visit& visit) const noexcept;

  Rect area_{};
  std::int32_t radius_ = 0;
  std::array<Mask, 2> masks_{};
  std::vector<std::uint8_t> saved_;
};

}  // namespace mixminus::compose
