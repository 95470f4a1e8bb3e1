// Any settings, samples and calls in any order: what comes out are numbers within full scale, and so are the metrics.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "input.hpp"
#include "mixminus/aec/echo_canceller.hpp"

using mixminus::Status;
using mixminus::aec::Config;
using mixminus::aec::EchoCanceller;

static constexpr std::int32_t kRates[] = {8'000, 16'000, 32'000, 48'000};
static constexpr int kFrames = 20, kMoreFrames = 300;  // the latter now and then: to be known takes two seconds

static float float_of(fuzz::Input& input) {
  std::uint32_t bits = 0;
  for (int i = 0; i < 4; ++i) bits = bits << 8 | input.byte();
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static Config config_of(fuzz::Input& input) {
  return {.sample_rate_hz = kRates[input.byte() % 4],
          .tail_length_ms = 50 + input.byte() % 100,
          .max_delay_ms = 2 * input.byte(),
          .process_noise = static_cast<float>(input.byte()) * 0.0003F,
          .suppression_db = static_cast<float>(input.byte() % 61),
          .has_comfort_noise = input.byte() % 2 != 0};
}

static void read_bits(fuzz::Input& input, float& sample) { sample = float_of(input); }
static void read_bits(fuzz::Input& input, std::int16_t& sample) {
  sample = static_cast<std::int16_t>(input.byte() << 8 | input.byte());
}

/// Silence, noise, a square wave, a few bytes again and again, or any bits at all.
template <typename Sample>
static void fill(fuzz::Input& input, Sample full_scale, std::vector<Sample>& frame) {
  const std::uint8_t kind = input.byte();
  const auto loud = static_cast<Sample>(full_scale / static_cast<Sample>(1 + kind / 8));
  std::uint32_t random = input.byte();
  for (std::size_t i = 0; i < frame.size(); ++i) {
    random = random * 1664525U + 1013904223U;
    const bool is_up = kind % 8 < 5 ? random >> 31 != 0 : i / (1 + kind / 16U) % 2 != 0;
    const auto sign = static_cast<Sample>(kind % 8 == 0 ? 0 : is_up ? 1 : -1);
    frame[i] = static_cast<Sample>(sign * loud);
  }
  if (kind % 8 == 7)
    for (std::size_t i = 0; i < 8; ++i) read_bits(input, frame[i]);
}

static void check(const EchoCanceller& canceller) {
  const auto metrics = canceller.metrics();
  for (const float value : {metrics.erle_db, metrics.erl_db, metrics.delay_ms, metrics.drift_ppm})
    if (!std::isfinite(value)) std::abort();
  if (!(metrics.echo_likelihood >= 0.0F && metrics.echo_likelihood <= 1.0F)) std::abort();
}

static void call(EchoCanceller& canceller, fuzz::Input& input, const std::vector<std::int16_t>& far) {
  switch (input.byte() % 32) {
    case 0:
      return canceller.near_end_shifted((input.byte() - 128) * (1 << input.byte() % 24));
    case 1:
      return canceller.set_delay_prior_ms(float_of(input));
    case 2:
      return canceller.reset();
    case 3:
      if (canceller.skip(far) != Status::ok) std::abort();
      return;
    case 4:
      return check(canceller);
    default:
      return;
  }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input({data, size});
  const Config config = config_of(input);
  EchoCanceller canceller;
  if (canceller.configure(config) != Status::ok) std::abort();
  const auto frame = static_cast<std::size_t>(config.sample_rate_hz / 100);
  std::vector<float> near(frame), far(frame), out(frame);
  std::vector<std::int16_t> near16(frame), far16(frame), out16(frame);
  const int frames = input.byte() % 16 == 0 ? kMoreFrames : kFrames;
  for (int i = 0; i < frames && !input.is_empty(); ++i) {
    call(canceller, input, far16);
    if (input.byte() % 4 == 0) {
      fill<std::int16_t>(input, 32'767, near16);
      fill<std::int16_t>(input, 32'767, far16);
      if (canceller.process(near16, far16, std::span(out16)) != Status::ok) std::abort();
      continue;
    }
    fill(input, 1.0F, near);
    fill(input, 1.0F, far);
    if (canceller.process(near, far, std::span(out)) != Status::ok) std::abort();
    for (const float sample : out)
      if (!(sample >= -1.0F && sample <= 1.0F)) std::abort();
  }
  check(canceller);
  return 0;
}
