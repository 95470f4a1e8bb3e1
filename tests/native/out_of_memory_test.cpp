// Where memory runs out a set-up says so; it neither ends the process nor leaves half a leg.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "mixminus/aec/echo_canceller.hpp"
#include "mixminus/compose/compositor.hpp"
#include "mixminus/enhance/noise_suppressor.hpp"
#include "site.hpp"

static long left = -1;  // allocations until one fails; negative: none does
static long held = 0;   // and not given back

static bool is_refused() { return left >= 0 && left-- == 0; }

static void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  ++held;
  return memory;
}
static void* given_back(void* memory) {
  held -= memory != nullptr ? 1 : 0;
  return memory;
}

// noinline: a compiler that sees malloc on one side only warns of a mismatch
[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(is_refused() ? nullptr : std::malloc(bytes)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return counted(is_refused() ? nullptr : std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(given_back(memory)); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(given_back(memory)); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(given_back(memory)); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(given_back(memory));
}

// Lets each allocation of `set_up` fail once, until none is left to fail; how many there were, -1: wrong status.
template <typename SetUp>
static int failures_of(const SetUp& set_up) {
  for (int count = 0;; ++count) {
    left = count;
    const mixminus::Status status = set_up();
    const bool has_failed = left < 0;
    left = -1;
    if (!has_failed) return status == mixminus::Status::ok ? count : -1;
    if (status != mixminus::Status::capacity_reached) return -1;
  }
}

// Those of an echo canceller; -1 also if one that failed kept memory, or broke the one that was there.
static int failures_of_canceller() {
  using mixminus::Status;
  using mixminus::aec::EchoCanceller;
  const mixminus::aec::Config config{.sample_rate_hz = 48'000};
  const int count = failures_of([&] { return EchoCanceller().configure(config); });
  EchoCanceller canceller;
  if (canceller.configure(config) != Status::ok) return -1;
  const std::vector<float> far(480);
  std::vector<float> near(480);
  const long held_before = held;
  const int again = failures_of([&] {
    const Status status = canceller.configure(config);
    return canceller.process(near, far, near) == Status::ok ? status : Status::not_configured;
  });
  return again > 0 && held == held_before ? count : -1;
}

// A layout before and a picture before stay, or there is background; what can be drawn is drawn.
static int failures_of_compositor(mixminus::compose::Filter filter) {
  using namespace mixminus::compose;
  const std::vector<std::uint8_t> memory(640 * 360);
  Compositor compositor;
  const int of_canvas =
      failures_of([&] { return compositor.configure({.width = 640, .height = 360, .filter = filter}); });
  std::int32_t source = 0;
  if (of_canvas < 0 || compositor.add_source(source) != mixminus::Status::ok) return -1;
  const PlaneView plane{memory.data(), 640};
  const Picture picture{{64, 32}, {{plane, plane, plane}}};
  SharedOverlay overlay;
  const int of_overlay = failures_of([&] { return Overlay::make(picture, plane, overlay); });
  Tile tiles[] = {{source, {0, 0, 320, 180}}, {source, {200, 90, 320, 180}}, {source, {0, 200, 128, 96}}};
  tiles[1].radius = 16;
  if (of_overlay > 0) tiles[1].overlays.push_back({overlay, 8, 8});
  const int of_layout = failures_of([&] { return compositor.set_layout(tiles); });
  const PlacedOverlay clock[] = {{overlay, 300, 8}, {overlay, 310, 16}};
  int of_picture = failures_of([&] {
    const mixminus::Status status = compositor.set_overlays(clock);
    compositor.compose(0);
    return status;
  });
  std::size_t output = 0;
  const int of_rest[] = {failures_of([&] { return compositor.add_output({64, 64}, output); }),
                         failures_of([&] { return compositor.set_background(kBlack, &picture); }),
                         failures_of([&] { return compositor.set_avatar(source, &picture); }),
                         failures_of([&] { return compositor.set_slate(&picture); })};
  for (const int count : of_rest)
    if (count < 0) return -1;
  for (const Size size : {Size{640, 360}, Size{320, 200}}) {
    of_picture = failures_of([&] {
      const mixminus::Status status = compositor.push(source, {size, {plane, plane, plane}});
      compositor.compose(0);
      return status;
    });
  }
  const PlaneView words{memory.data(), 640};
  const Picture turned{{160, 120}, {words, words}, PixelFormat::p010, Rotation::by_90};
  const int of_intake = failures_of([&] {
    const mixminus::Status status = compositor.push(source, turned);
    compositor.compose(0);
    return status;
  });
  if (of_intake < 1) return -1;
  return of_layout < 0 || of_picture < 0 ? -1 : of_canvas + of_layout + of_picture;
}

int main() {
  using namespace mixminus;
  constexpr conference::Config kConfig{.capacity = 8, .threads = 1};
  const int of_host = failures_of([&] { return conference::Conference().configure(kConfig); });
  conference::Conference host;
  if (host.configure(kConfig) != Status::ok) return 1;
  int of_leg = 0;
  for (std::uint32_t index = 0; index < 4 && of_leg >= 0; ++index) {
    conference::LegConfig leg{.codec = native::codec_of(index), .payload_type = 96};
    leg.cancels_echo = true;
    leg.cname = std::string(100, 'c');
    std::unique_ptr<codec::Codec> probe;
    if (codec::make_codec(leg.codec, probe) == Status::unsupported_codec) continue;
    conference::LegId id;
    of_leg = failures_of([&] { return host.add_leg(leg, {}, id); });
    host.tick(0);
  }
  const int of_suppressor = failures_of([] { return enhance::NoiseSuppressor().configure({}); });
  const int of_canceller = failures_of_canceller();
  const int of_compositor =
      std::min(failures_of_compositor(compose::Filter::area), failures_of_compositor(compose::Filter::sharp));
  std::printf("allocations that may fail: %d of a conference, %d of a leg, %d of a suppressor, ", of_host, of_leg,
              of_suppressor);
  std::printf("%d of a canceller, %d of a compositor\n", of_canceller, of_compositor);
  const bool is_covered = of_host > 5 && of_leg > 5 && of_suppressor > 5 && of_canceller > 5 && of_compositor > 5;
  return is_covered ? 0 : 1;
}
