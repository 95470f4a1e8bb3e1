// Fails when pushing, composing, a frame or a view allocates once each size of picture was seen.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "malloc_counter.hpp"
#include "mixminus/compose/compositor.hpp"

using namespace mixminus::compose;
using mixminus::Status;

namespace {

Picture picture_of(const std::vector<std::uint8_t>& memory, Size size) {
  const std::uint8_t* pixels = memory.data();
  return {size, {{{pixels, size.width}, {pixels, size.width / 2}, {pixels, size.width / 2}}}};
}

// Of every format, on every side, and in colours that are not those of the canvas.
Picture picture_of(const std::vector<std::uint8_t>& memory, Size size, std::int32_t kind) {
  const std::ptrdiff_t row_bytes = 4 * size.width;
  const PlaneView plane{memory.data(), row_bytes};
  return {size,
          {plane, plane, plane},
          static_cast<PixelFormat>(kind % 4),
          static_cast<Rotation>(kind / 4 % 4),
          {Matrix::bt601, kind / 16 % 2 == 1}};
}

constexpr std::int32_t kSites = 162;
constexpr Size kSize{320, 180};

SharedOverlay label() {
  const std::vector<std::uint8_t> pixels(80 * 12, 110);
  const PlaneView plane{pixels.data(), 80};
  SharedOverlay made;
  return Overlay::make({{80, 12}, {{plane, plane, plane}}}, plane, made) == Status::ok ? made : nullptr;
}

// Labels everywhere, a clock above all; two panes lie above the wall, with round corners, and the wall is seen twice.
bool set_up(Compositor& compositor, const Picture& picture) {
  bool is_ok =
      compositor.configure({.capacity = kSites, .hold_ns = 400'000'000, .avatar_ns = 400'000'000}) == Status::ok;
  const SharedOverlay overlay = label();
  std::size_t small = 0;
  is_ok &= overlay && compositor.add_output({960, 540}, small) == Status::ok;
  std::vector<Tile> tiles;
  for (std::int32_t source = 0; source < kSites; ++source) {
    is_ok &= compositor.add_source(source) == Status::ok;
    tiles.push_back({.source = source, .area = {source % 15 * 128, source / 15 * 98, 128, 98}, .border = 2});
    tiles.back().overlays.push_back({overlay, 4, 80});
  }
  tiles.push_back({.source = 7, .area = {600, 400, 384, 216}, .fit = Fit::crop, .radius = 24});
  tiles.push_back({.source = 7, .area = {1000, 400, 384, 216}, .fit = Fit::crop, .radius = 24});
  const Tile panes[] = {{.source = 7, .area = {0, 0, 384, 216}}, {.source = 8, .area = {200, 100, 300, 200}}};
  const PlacedOverlay clock[] = {{overlay, 1800, 20}, {overlay, 900, 590}};
  is_ok &= compositor.set_layout(tiles) == Status::ok && compositor.set_layout(panes, small) == Status::ok;
  is_ok &= compositor.set_overlays(clock) == Status::ok && compositor.set_slate(&picture) == Status::ok;
  for (std::int32_t source = 0; source < 9; ++source) is_ok &= compositor.set_avatar(source, &picture) == Status::ok;
  for (std::int32_t source = 0; source < kSites; ++source) is_ok &= compositor.push(source, picture) == Status::ok;
  return is_ok;
}

int compose() {
  const std::vector<std::uint8_t> memory(320 * 180);
  const Picture picture = picture_of(memory, kSize);
  Compositor compositor;
  bool is_ok = set_up(compositor, picture);
  const int count = malloc_counter::allocations_of([&] {
    for (std::int32_t tick = 0; tick < 200; ++tick) {
      for (std::int32_t i = 0; i < 5; ++i) is_ok &= compositor.push((tick * 5 + i) % 100, picture) == Status::ok;
      const std::int32_t bands = compositor.start(tick * std::int64_t{40'000'000}, 1 + tick % 5);
      for (std::int32_t band = 0; band < bands; ++band) compositor.draw(band);
      is_ok &= !compositor.finish().empty();
      is_ok &= compositor.begin_view(tick % kSites, tick % 2 == 0 ? 0U : 1U) == Status::ok;
      compositor.end_view();
      is_ok &= compositor.highlight({tick % kSites, kBlack, 4}) == Status::ok;
      is_ok &= compositor.set_muted(tick % kSites, tick % 3 == 0) == Status::ok;
    }
  });
  return is_ok ? count : -1;
}

// Each source keeps to its format; all formats are met, and the filter that is not used above.
int take_in() {
  const std::vector<std::uint8_t> memory(4 * 320 * 180);
  Compositor compositor;
  bool is_ok = compositor.configure({.capacity = kSites, .has_pairs = true, .filter = Filter::sharp}) == Status::ok;
  std::vector<Tile> tiles;
  for (std::int32_t source = 0; source < 32; ++source) {
    is_ok &= compositor.add_source(source) == Status::ok;
    is_ok &= compositor.push(source, picture_of(memory, kSize, source)) == Status::ok;
    tiles.push_back({.source = source, .area = {source % 8 * 128, source / 8 * 98, 128, 98}});
  }
  is_ok &= compositor.set_layout(tiles) == Status::ok;
  const int count = malloc_counter::allocations_of([&] {
    for (std::int32_t tick = 0; tick < 64; ++tick) {
      is_ok &= compositor.push(tick % 32, picture_of(memory, kSize, tick % 32)) == Status::ok;
      is_ok &= !compositor.compose(tick).empty();
      is_ok &= compositor.begin_view(tick % 32) == Status::ok;
      compositor.end_view();
    }
  });
  return is_ok ? count : -1;
}

}  // namespace

int main() {
  const int control = malloc_counter::allocations_of([] {
    void* volatile memory = std::malloc(1);
    std::free(memory);
  });
  const int count = compose(), of_intake = take_in();
  std::printf("allocations in 200 ticks: %d, of other formats: %d\n", count, of_intake);
  return control == 1 && count == 0 && of_intake == 0 ? 0 : 1;
}
