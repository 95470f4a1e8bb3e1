// Overlay: a picture with an alpha for each pixel, drawn over tiles or over the whole canvas.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

class Overlay;
using SharedOverlay = std::shared_ptr<const Overlay>;

/// Never changed once it is made, so whoever draws it shares it.
class MIXMINUS_API Overlay {
 public:
  /// Copies all. out_of_range: a side is odd or not in 2..kMaxSide. capacity_reached: no memory.
  static Status make(const Picture& picture, PlaneView alpha, SharedOverlay& made) noexcept;

  [[nodiscard]] Size size() const noexcept { return size_; }

  /// Blends what of it lies in `clip` when its corner is at (x, y), all even: (canvas (255 - alpha) + pixel alpha) /
  /// 255, rounded; for colours with the mean of four alphas.
  void blend(const Canvas& canvas, std::int32_t x, std::int32_t y, const Rect& clip) const noexcept;

 private:
  /// Of a row, the columns outside which all is transparent.
  struct Span {
    std::int32_t first = 0;
    std::int32_t end = 0;
  };
  struct Layer {
    std::vector<std::uint8_t> pixels;  ///< rows as wide as the plane
    std::vector<std::uint8_t> alpha;
    std::vector<Span> spans;
  };

  void blend(const Layer& layer, Plane to, const Rect& place, const Rect& clip) const noexcept;

  Size size_{};
  Layer layers_[3];
};

/// Where on a canvas, or in a tile, an overlay stands; even.
struct PlacedOverlay {
  SharedOverlay overlay{};
  std::int32_t x = 0;
  std::int32_t y = 0;
  [[nodiscard]] Rect area() const noexcept { return {x, y, overlay->size().width, overlay->size().height}; }
  friend bool operator==(const PlacedOverlay&, const PlacedOverlay&) = default;
};

}  // namespace mixminus::compose
