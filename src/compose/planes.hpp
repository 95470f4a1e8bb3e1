// Rectangles of single planes: where they are, filling, copying.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

inline constexpr std::size_t kCacheLineBytes = 64;

inline bool is_even_side(std::int32_t side) noexcept { return side >= 2 && side <= kMaxSide && side % 2 == 0; }

inline std::size_t bytes_of(Size size) noexcept {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

inline std::uint8_t* aligned(std::uint8_t* memory) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  return memory + (kCacheLineBytes - address % kCacheLineBytes) % kCacheLineBytes;
}

/// Where a rectangle of the canvas lies in plane `index`.
inline Rect in_plane(const Rect& rect, std::size_t index) noexcept { return index == 0 ? rect : rect.halved(); }

inline PlaneView view_of(const Plane& plane) noexcept { return {plane.pixels, plane.stride_bytes}; }

inline Rect common(const Rect& a, const Rect& b) noexcept {
  const std::int32_t x = std::max(a.x, b.x), y = std::max(a.y, b.y);
  const std::int32_t width = std::min(a.x + a.width, b.x + b.width) - x;
  const std::int32_t height = std::min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? Rect{x, y, width, height} : Rect{x, y, 0, 0};
}

inline void fill_plane(Plane to, const Rect& rect, std::uint8_t value) noexcept {
  std::uint8_t* row = to.at(rect).pixels;
  for (std::int32_t y = 0; y < rect.height; ++y, row += to.stride_bytes)
    std::memset(row, value, static_cast<std::size_t>(rect.width));
}

inline void copy_plane(PlaneView from, Plane to, Size size) noexcept {
  for (std::int32_t y = 0; y < size.height; ++y)
    std::memcpy(to.pixels + y * to.stride_bytes, from.pixels + y * from.stride_bytes,
                static_cast<std::size_t>(size.width));
}

}  // namespace mixminus::compose
