#include "mixminus/compose/overlay.hpp"

#include <algorithm>
#include <new>

#include "compose/planes.hpp"
#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

std::vector<std::uint8_t> packed(PlaneView plane, Size size) {
  std::vector<std::uint8_t> pixels(bytes_of(size));
  copy_plane(plane, {pixels.data(), size.width}, size);
  return pixels;
}

std::vector<std::uint8_t> halved(const std::vector<std::uint8_t>& alpha, Size size) {
  std::vector<std::uint8_t> means;
  const auto at = [&](std::int32_t x, std::int32_t y) { return alpha[static_cast<std::size_t>(y * size.width + x)]; };
  for (std::int32_t y = 0; y < size.height; y += 2)
    for (std::int32_t x = 0; x < size.width; x += 2)
      means.push_back(static_cast<std::uint8_t>((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) / 4));
  return means;
}

}  // namespace

Status Overlay::make(const Picture& picture, PlaneView alpha, SharedOverlay& made) noexcept try {
  if (!is_even_side(picture.size.width) || !is_even_side(picture.size.height)) return Status::out_of_range;
  auto overlay = std::make_shared<Overlay>();
  overlay->size_ = picture.size;
  for (std::size_t index = 0; index < 3; ++index) {
    Layer& layer = overlay->layers_[index];
    const Size size = in_plane({0, 0, picture.size.width, picture.size.height}, index).size();
    layer.pixels = packed(picture.planes[index], size);
    layer.alpha = index == 0 ? packed(alpha, size) : halved(overlay->layers_[0].alpha, picture.size);
    for (auto row = layer.alpha.begin(); row != layer.alpha.end(); row += size.width) {
      const auto is_seen = [](std::uint8_t value) { return value != 0; };
      const auto first = std::find_if(row, row + size.width, is_seen);
      const auto last =
          std::find_if(std::make_reverse_iterator(row + size.width), std::make_reverse_iterator(first), is_seen);
      layer.spans.push_back({static_cast<std::int32_t>(first - row), static_cast<std::int32_t>(last.base() - row)});
    }
  }
  made = std::move(overlay);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void Overlay::blend(const Canvas& canvas, std::int32_t x, std::int32_t y, const Rect& clip) const noexcept {
  const Rect place{x, y, size_.width, size_.height};
  const Rect part = common(place, clip);
  if (part.width < 1) return;
  for (std::size_t index = 0; index < canvas.size(); ++index)
    blend(layers_[index], canvas[index], in_plane(place, index), in_plane(part, index));
}

void Overlay::blend(const Layer& layer, Plane to, const Rect& place, const Rect& clip) const noexcept {
  const kernels::Table& kernel = kernels::active();
  for (std::int32_t y = clip.y; y < clip.y + clip.height; ++y) {
    const auto& [first, end] = layer.spans[static_cast<std::size_t>(y - place.y)];
    const std::int32_t left = std::max(clip.x, place.x + first);
    const std::int32_t right = std::min(clip.x + clip.width, place.x + end);
    if (left >= right) continue;
    const std::ptrdiff_t at = std::ptrdiff_t{y - place.y} * place.width + left - place.x;
    kernel.blend(layer.pixels.data() + at, layer.alpha.data() + at, to.pixels + y * to.stride_bytes + left,
                 static_cast<std::size_t>(right - left));
  }
}

}  // namespace mixminus::compose
