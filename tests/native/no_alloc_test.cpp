// Fails when a tick of the mixer allocates.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "malloc_counter.hpp"
#include "mixminus/mix/mixer.hpp"

using mixminus::Status;

template <typename Tick>
static int allocations_of(const Tick& tick) {
  return malloc_counter::allocations_of([&] {
    for (int i = 0; i < 1000; ++i) tick(i);
  });
}

static int control() {
  return allocations_of([](int) {
    void* volatile memory = std::malloc(1);
    std::free(memory);
  });
}

// Legs come, go, are muted and displaced during it.
static int mix() {
  mixminus::mix::Mixer mixer;
  bool is_ok = mixer.configure({.sample_rate_hz = 48'000, .frame_ms = 10, .capacity = 162, .loudest = 5}) == Status::ok;
  std::int32_t slot = 0;
  const auto add = [&] { is_ok &= mixer.add(mixminus::mix::Role::talker, 3.0F, slot) == Status::ok; };
  for (int leg = 0; leg < 162; ++leg) add();
  const int count = allocations_of([&](int tick) {
    std::ranges::fill(mixer.frame(tick % 162), static_cast<std::int16_t>(100 * tick));
    is_ok &= mixer.set_muted(tick * 7 % 162, tick % 3 == 0) == Status::ok;
    is_ok &= mixer.remove(tick * 11 % 162) == Status::ok;
    add();
    is_ok &= mixer.tick() > 1 || tick < 100;
  });
  return is_ok ? count : -1;
}

int main() {
  if (control() != 1000) return std::puts("the counter does not count"), 1;
  const int mix_count = mix();
  std::printf("allocations in 1000 ticks: mix %d\n", mix_count);
  return mix_count == 0 ? 0 : 1;
}
