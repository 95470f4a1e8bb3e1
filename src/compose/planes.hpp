// Rectangles of single planes: where they are, filling, copying.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

inline constexpr std::size_t kCacheLineBytes = 64;

inline std::uint8_t* aligned(std::uint8_t* memory) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  return memory + (kCacheLineBytes - address % kCacheLineBytes) % kCacheLineBytes;
}

/// Where a rectangle of the canvas lies in plane `index`.
inline Rect in_plane(const Rect& rect, std::size_t index) noexcept { return index == 0 ? rect : rect.halved(); }

inline PlaneView view_of(const Plane& plane) noexcept { return {plane.pixels, plane.stride_bytes}; }

inline Rect common(const Rect& a, const Rect& b) noexcept {
  const std::int32_t x = std::max(a.x, b.x), y = std::max(a.y, b.y);
  return {x, y, std::min(a.x + a.width, b.x + b.width) - x, std::min(a.y + a.height, b.y + b.height) - y};
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
