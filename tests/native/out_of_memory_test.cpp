// Where memory runs out a set-up says so; it neither ends the process nor leaves half a leg.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "mixminus/compose/compositor.hpp"
#include "mixminus/enhance/noise_suppressor.hpp"
#include "site.hpp"

static long left = -1;  // allocations until one fails; negative: none does

static bool is_refused() { return left >= 0 && left-- == 0; }

void* operator new(std::size_t bytes) {
  void* const memory = is_refused() ? nullptr : std::malloc(bytes);
  return memory != nullptr ? memory : throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  void* const memory = is_refused() ? nullptr : std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
  return memory != nullptr ? memory : throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

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

// A layout before and a picture before stay, or there is background; what can be drawn is drawn.
static int failures_of_compositor() {
  using namespace mixminus::compose;
  const std::vector<std::uint8_t> memory(640 * 360);
  Compositor compositor;
  const int of_canvas = failures_of([&] { return compositor.configure({.width = 640, .height = 360}); });
  std::int32_t source = 0;
  if (of_canvas < 0 || compositor.add_source(source) != mixminus::Status::ok) return -1;
  const Tile tiles[] = {{source, {0, 0, 320, 180}}, {source, {200, 90, 320, 180}}, {source, {0, 200, 128, 96}}};
  const int of_layout = failures_of([&] { return compositor.set_layout(tiles); });
  int of_picture = 0;
  for (const Size size : {Size{640, 360}, Size{320, 200}}) {
    const PlaneView plane{memory.data(), size.width};
    of_picture = failures_of([&] {
      const mixminus::Status status = compositor.push(source, {size, {plane, plane, plane}});
      compositor.compose(0);
      return status;
    });
  }
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
  const int of_compositor = failures_of_compositor();
  std::printf("allocations that may fail: %d of a conference, %d of a leg, %d of a suppressor, %d of a compositor\n",
              of_host, of_leg, of_suppressor, of_compositor);
  return of_host > 5 && of_leg > 5 && of_suppressor > 5 && of_compositor > 5 ? 0 : 1;
}
