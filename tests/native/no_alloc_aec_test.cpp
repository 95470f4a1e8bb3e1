// Fails when an echo canceller allocates after configure().
#include <cstdio>
#include <vector>

#include "malloc_counter.hpp"
#include "mixminus/aec/echo_canceller.hpp"

using mixminus::Status;
using mixminus::aec::EchoCanceller;

// A minute in which the far end talks, is silent, and talks again; its echo moves, told and untold.
template <typename Sample>
static int allocations(std::int32_t rate_hz, float full_scale) {
  EchoCanceller canceller;
  if (canceller.configure({.sample_rate_hz = rate_hz}) != Status::ok) return -1;
  const auto frame = static_cast<std::size_t>(rate_hz / 100);
  std::vector<Sample> near(frame), far(20 * frame), out(frame);
  const std::vector<std::int16_t> skipped(frame);
  std::uint32_t random = 1;
  bool is_ok = true, was_bypassed = false, was_active = false;
  const int count = malloc_counter::allocations_of([&] {
    for (std::size_t tick = 0; tick < 6000; ++tick) {
      Sample* const newest = &far[tick % 20 * frame];
      const std::size_t delay = tick < 4000 ? 7 : 12;
      const Sample* const echo = &far[(tick + 20 - delay) % 20 * frame];
      for (std::size_t i = 0; i < frame; ++i) {
        random = random * 1664525U + 1013904223U;
        const bool talks = tick / 500 % 4 != 3;
        newest[i] = talks ? static_cast<Sample>((static_cast<float>(random >> 8) * 0x1p-23F - 1.0F) * 0.1F * full_scale)
                          : Sample{};
        near[i] = static_cast<Sample>(echo[i] / Sample{2});
      }
      is_ok &= canceller.process(std::span<const Sample>(near), {newest, frame}, std::span(out)) == Status::ok;
      if (tick % 1000 == 700) canceller.near_end_shifted(static_cast<std::int64_t>(tick % 7000) - 3000);
      if (tick % 100 == 50) is_ok &= canceller.skip(skipped) == Status::ok;
      if (tick == 2500) canceller.reset();
      if (tick % 2500 == 1) canceller.set_delay_prior_ms(80.0F);
      const auto metrics = canceller.metrics();
      was_bypassed |= metrics.is_bypassed;
      was_active |= metrics.has_converged;
    }
  });
  return is_ok && was_bypassed && was_active ? count : -1;
}

int main() {
  bool is_ok = true;
  for (const std::int32_t rate_hz : {8'000, 16'000, 32'000, 48'000}) {
    const int of_floats = allocations<float>(rate_hz, 1.0F);
    const int of_integers = allocations<std::int16_t>(rate_hz, 32'768.0F);
    std::printf("allocations of an echo canceller at %d Hz: %d, %d\n", rate_hz, of_floats, of_integers);
    is_ok &= of_floats == 0 && of_integers == 0;
  }
  return is_ok ? 0 : 1;
}
