// What a picture is. On a canvas it is I420: planes of 8 bits, luma and two of half the size in both directions (odd
// sides rounded up).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixminus/compose/colour_space.hpp"

namespace mixminus::compose {

inline constexpr std::int32_t kMaxSide = 16'384;  ///< pixels

struct Size {
  std::int32_t width = 0;  ///< pixels
  std::int32_t height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

struct Rect {
  std::int32_t x = 0;  ///< pixels
  std::int32_t y = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;

  [[nodiscard]] constexpr Size size() const noexcept { return {width, height}; }
  [[nodiscard]] constexpr bool contains(const Rect& r) const noexcept {
    return r.x >= x && r.y >= y && r.width <= width - (r.x - x) && r.height <= height - (r.y - y);
  }
  [[nodiscard]] constexpr bool meets(const Rect& r) const noexcept {
    return x < r.x + r.width && r.x < x + width && y < r.y + r.height && r.y < y + height;
  }
  /// The same place in a plane of half the size; x and y are even.
  [[nodiscard]] constexpr Rect halved() const noexcept { return {x / 2, y / 2, (width + 1) / 2, (height + 1) / 2}; }
  friend bool operator==(const Rect&, const Rect&) = default;
};

struct PlaneView {
  const std::uint8_t* pixels = nullptr;
  std::ptrdiff_t stride_bytes = 0;  ///< from row to row
  [[nodiscard]] PlaneView at(const Rect& r) const noexcept { return {pixels + r.y * stride_bytes + r.x, stride_bytes}; }
};

struct Plane {
  std::uint8_t* pixels = nullptr;
  std::ptrdiff_t stride_bytes = 0;
  [[nodiscard]] Plane at(const Rect& r) const noexcept { return {pixels + r.y * stride_bytes + r.x, stride_bytes}; }
};

using Canvas = std::array<Plane, 3>;  ///< Y, Cb, Cr

using Colour = std::array<std::uint8_t, 3>;  ///< Y, Cb, Cr
inline constexpr Colour kBlack{16, 128, 128};

enum class PixelFormat : std::uint8_t {
  i420,  ///< Y, Cb, Cr
  nv12,  ///< Y, then Cb and Cr in turns
  p010,  ///< the same in words of 16 bits, in the upper 10 of which the value is; memory is aligned to words
  bgra,  ///< one plane of blue, green, red (full range) and a byte that is not looked at; sides are even
};

/// How a picture must be turned to be upright, clockwise (3GPP TS 26.114, CVO; W3C VideoFrame).
enum class Rotation : std::uint8_t { none, by_90, by_180, by_270 };

/// The memory of a decoded picture; whoever pushes it keeps it as it is until the next push.
struct Picture {
  Size size{};                        ///< as it lies in memory, before it is turned
  std::array<PlaneView, 3> planes{};  ///< as many as the format has
  PixelFormat format = PixelFormat::i420;
  Rotation rotation = Rotation::none;
  ColourSpace colour{};  ///< of bgra not looked at
};

}  // namespace mixminus::compose
