// Any layouts, overlays, pictures of any sizes and strides, times, views and bands: what is refused changes nothing,
// and the canvas is what another compositor draws that is told the same and draws all in one band.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "input.hpp"
#include "mixminus/compose/compositor.hpp"

using namespace mixminus::compose;
using mixminus::Status;

namespace {

constexpr Size kCanvas{64, 48};
constexpr std::int32_t kSources = 4;

// Of the process, so that pictures stay where they are.
alignas(16) std::array<std::uint8_t, std::size_t{256} * 600> memory;

/// Half of them upright I420 in the colours of the canvas.
Picture picture_of(fuzz::Input& input) {
  const Size size{input.byte(), (input.byte() + 1) / 2};
  const std::int32_t pad = input.byte() % 32, half = (size.width + 1) / 2;
  const std::uint8_t* pixels = memory.data() + input.byte();
  Picture picture{size, {{{pixels, size.width + pad}, {pixels, half + pad}, {pixels, half + pad / 2}}}};
  const std::uint8_t kind = input.byte();
  if (kind % 2 == 0) return picture;
  picture.format = static_cast<PixelFormat>(kind / 2 % 4);
  picture.rotation = static_cast<Rotation>(kind / 8 % 4);
  picture.colour = {kind / 32 % 2 == 0 ? Matrix::bt601 : Matrix::bt709, kind / 64 % 2 == 0};
  if (picture.format == PixelFormat::i420) return picture;
  const std::int32_t bytes = picture.format == PixelFormat::nv12 ? 1 : picture.format == PixelFormat::p010 ? 2 : 4;
  picture.planes[0].stride_bytes = bytes * size.width + pad;
  picture.planes[1].stride_bytes = 2 * bytes * half + pad;
  return picture;
}

std::int32_t place_of(fuzz::Input& input) { return input.byte() / 2 - 32; }

std::vector<PlacedOverlay> overlays_of(fuzz::Input& input) {
  std::vector<PlacedOverlay> overlays;
  for (int left = input.byte() % 4; left > 0; --left) {
    SharedOverlay overlay;
    const Size size{2 * (1 + input.byte() % 32), 2 * (1 + input.byte() % 16)};
    const PlaneView plane{memory.data() + input.byte(), 64};
    if (Overlay::make({size, {{plane, plane, plane}}}, plane, overlay) != Status::ok) std::abort();
    const std::int32_t x = place_of(input), y = place_of(input);
    overlays.push_back({overlay, input.byte() < 4 ? x : x / 2 * 2, y / 2 * 2});
  }
  return overlays;
}

std::int32_t even_of(fuzz::Input& input, std::int32_t most) { return 2 * (input.byte() % (most / 2 + 1)); }

/// On the canvas, but now and then.
Tile tile_of(fuzz::Input& input) {
  Tile tile{.source = input.byte() % kSources - 1};
  tile.area = {even_of(input, 48), even_of(input, 36), even_of(input, 62) + 2, even_of(input, 46) + 2};
  const std::uint8_t shape = input.byte();
  tile.fit = static_cast<Fit>(shape % 3);
  tile.area.width = std::min(tile.area.width, kCanvas.width - tile.area.x);
  tile.area.height = std::min(tile.area.height, kCanvas.height - tile.area.y);
  const std::int32_t side = std::min(tile.area.width, tile.area.height);
  if (shape % 7 == 0 && side > 6) tile.border = 2;
  if (shape % 4 == 0) tile.radius = side / 4 * 2;
  if (shape % 5 == 0) tile.overlays = overlays_of(input);
  if (shape == 77) tile.area.x = place_of(input);
  if (shape == 78) tile.radius = place_of(input);
  return tile;
}

std::vector<Tile> layout_of(fuzz::Input& input, std::vector<Tile> before) {
  if (input.byte() % 4 == 0) before.clear();
  for (int left = input.byte() % 6; left > 0; --left) before.push_back(tile_of(input));
  if (before.size() > 1) std::swap(before[input.byte() % before.size()], before.back());
  return before;
}

std::int64_t time_of(fuzz::Input& input) {
  const std::int64_t step = std::int64_t{input.byte()} << input.byte() % 56;
  return input.byte() % 4 == 0 ? -step : step;
}

bool is_same(const Output& one, const Output& other) {
  for (std::size_t index = 0; index < 3; ++index) {
    const Size size{one.size().width >> (index > 0), one.size().height >> (index > 0)};
    const auto bytes = static_cast<std::ptrdiff_t>(size.width) * size.height;
    if (!std::equal(one.canvas()[index].pixels, one.canvas()[index].pixels + bytes, other.canvas()[index].pixels))
      return false;
  }
  return true;
}

struct Pair {
  std::array<Compositor, 2> both;
  std::vector<Tile> layout;

  template <typename Call>
  void call(const Call& call) {
    if (call(both[0]) != call(both[1])) std::abort();
  }

  void compose(fuzz::Input& input) {
    const std::int64_t now_ns = time_of(input);
    both[0].compose(now_ns);
    const std::int32_t bands = both[1].start(now_ns, 1 + input.byte() % 80);
    for (std::int32_t band = bands - 1; band > 0; --band) both[1].draw(band);
    both[1].finish();
    for (std::size_t output = 0; output < 2; ++output)
      if (!is_same(both[0].output(output), both[1].output(output))) std::abort();
  }

  void view(fuzz::Input& input) {
    const std::int32_t source = input.byte() % kSources;
    const std::size_t output = input.byte() % 3;
    for (Compositor& compositor : both)
      if (compositor.begin_view(source, output) == Status::ok) compositor.end_view();
  }

  void set_layout(fuzz::Input& input) {
    const std::vector<Tile> tiles = layout_of(input, layout);
    const std::size_t output = input.byte() % 3;
    const Status status = both[0].set_layout(tiles, output);
    if (both[1].set_layout(tiles, output) != status) std::abort();
    if (status == Status::ok) layout = tiles;
    if (layout.size() > 20) layout.clear();
  }

  void change(fuzz::Input& input) {
    const std::int32_t source = input.byte() % (kSources + 1);
    const Picture picture = picture_of(input);
    switch (input.byte() % 14) {
      case 0:
      case 10:
      case 11:
        return set_layout(input);
      case 1: {
        const std::vector<PlacedOverlay> overlays = overlays_of(input);
        return call([&](Compositor& to) { return to.set_overlays(overlays); });
      }
      case 2:
        return call([&](Compositor& to) { return to.set_avatar(source, picture.size.width < 9 ? nullptr : &picture); });
      case 3:
        return call([&](Compositor& to) { return to.set_slate(picture.size.width < 9 ? nullptr : &picture); });
      case 4:
        return call([&](Compositor& to) { return to.set_muted(source, picture.size.width % 2 != 0); });
      case 5:
        return call([&](Compositor& to) { return to.highlight({source - 1, kBlack, picture.size.width / 2}); });
      case 6:
        return call([&](Compositor& to) { return to.remove_source(source); });
      case 7: {
        std::int32_t added = 0;
        return call([&](Compositor& to) { return to.add_source(added); });
      }
      case 8:
        return call(
            [&](Compositor& to) { return to.set_background(kBlack, picture.size.width < 9 ? nullptr : &picture); });
      case 9:
        return view(input);
      default:
        return call([&](Compositor& to) { return to.push(source, picture); });
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input({data, size});
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::uint8_t>(i * i >> 3 ^ i);
  Pair pair;
  CompositorConfig config{kCanvas.width, kCanvas.height, kSources, kBlack, input.byte() % 8, input.byte() % 8};
  if (input.byte() % 4 == 0) config.filter = Filter::sharp;
  for (Compositor& compositor : pair.both) {
    std::size_t output = 0;
    std::int32_t source = 0;
    if (compositor.configure(config) != Status::ok) std::abort();
    if (compositor.add_output({32, 64}, output) != Status::ok) std::abort();
    for (int i = 0; i < kSources - 1; ++i)
      if (compositor.add_source(source) != Status::ok) std::abort();
  }
  for (int step = 0; step < 30 && !input.is_empty(); ++step) {
    pair.change(input);
    if (input.byte() % 4 == 0) pair.compose(input);
  }
  pair.compose(input);
  return 0;
}
