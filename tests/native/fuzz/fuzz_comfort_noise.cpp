// Comfort-noise payloads from outside: whatever they say, the noise stays bounded and can be learned from.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/dsp/comfort_noise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mixminus::dsp::ComfortNoise noise;
  std::array<std::int16_t, 480> frame{};
  std::array<std::uint8_t, 1 + mixminus::dsp::ComfortNoise::kOrder> payload{};
  // several payloads in turn, so that each model takes over the memory of the one before
  for (std::span<const std::uint8_t> rest(data, size); !rest.empty(); rest = rest.subspan(rest.size() / 2 + 1)) {
    noise.describe(rest);
    noise.generate(frame);
    noise.observe(frame);
    if (noise.write_payload(payload) != payload.size() || payload[0] > 127) __builtin_trap();
  }
  return 0;
}
