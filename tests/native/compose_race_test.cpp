// Threads that draw bands of the same canvases touch different memory; ThreadSanitizer sees to it.
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "mixminus/compose/compositor.hpp"

using namespace mixminus::compose;
using mixminus::Status;

namespace {

constexpr std::int32_t kBands = 16, kThreads = 4, kSources = 4;

bool set_up(Compositor& compositor, const Picture& picture) {
  std::size_t small = 0;
  bool is_ok = compositor.configure({.width = 128, .height = 96, .capacity = kSources}) == Status::ok;
  is_ok &= compositor.add_output({64, 48}, small) == Status::ok;
  SharedOverlay overlay;
  is_ok &= Overlay::make({{40, 20}, picture.planes}, picture.planes[0], overlay) == Status::ok;
  const PlacedOverlay clock[] = {{overlay, 50, 40}};
  std::vector<Tile> tiles;
  for (std::int32_t source = 0; source < kSources; ++source) {
    is_ok &= compositor.add_source(source) == Status::ok;
    tiles.push_back({.source = source, .area = {source * 16, source * 12, 80, 60}, .radius = 20});
    tiles.back().overlays.push_back({overlay, 4, 36});
  }
  is_ok &= compositor.set_layout(tiles) == Status::ok && compositor.set_overlays(clock) == Status::ok;
  return is_ok && compositor.set_layout(std::vector<Tile>{{.source = 1, .area = {0, 0, 64, 48}}}, small) == Status::ok;
}

void draw_together(Compositor& compositor, std::int32_t bands) {
  std::atomic<std::int32_t> next = 0;
  std::vector<std::jthread> threads;
  for (std::int32_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&] {
      for (std::int32_t band = next++; band < bands; band = next++) compositor.draw(band);
    });
}

}  // namespace

int main() {
  std::vector<std::uint8_t> memory(100 * 80, 90);
  const PlaneView plane{memory.data(), 100};
  const Picture picture{{100, 80}, {{plane, plane, plane}}};
  Compositor compositor;
  if (!set_up(compositor, picture)) return 1;
  for (std::int32_t tick = 0; tick < 20; ++tick) {
    bool is_ok = compositor.push(tick % kSources, picture) == Status::ok;
    is_ok &= compositor.highlight({tick % kSources, kBlack, 4}) == Status::ok;
    if (!is_ok) return 1;
    draw_together(compositor, compositor.start(tick, kBands));
    if (compositor.finish().empty()) return 1;
  }
  return 0;
}
