// Any samples and any claims: probabilities stay in 0..1, and the floor is somebody's who is there.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "mixminus/enhance/noise_gate.hpp"
#include "mixminus/enhance/voice_activity.hpp"
#include "mixminus/speaker/active_speaker.hpp"

using mixminus::Status;
using mixminus::Voice;

static constexpr std::size_t kLegs = 3;

static void check(const Voice& voice) {
  if (!(voice.speech_probability >= 0.0F && voice.speech_probability <= 1.0F)) std::abort();
  if (!(voice.level_dbov >= -127.0F && voice.level_dbov <= 0.0F)) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kOddities{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                 -std::numeric_limits<float>::infinity(), 1e30F};
  if (size < 2) return 0;
  const std::int32_t frame_ms = data[0] % 2 == 0 ? 20 : 60;
  mixminus::enhance::VoiceActivity activity;
  mixminus::enhance::NoiseGate gate(frame_ms);
  mixminus::speaker::ActiveSpeaker speaker;
  if (activity.configure(8'000, frame_ms) != Status::ok) std::abort();
  if (speaker.configure({.capacity = kLegs, .frame_ms = frame_ms, .min_hold_ms = data[1] * 10}) != Status::ok)
    std::abort();
  std::array<std::int16_t, 480> frame{};
  const auto samples = static_cast<std::size_t>(8 * frame_ms);
  for (std::size_t at = 2; at + 2 <= size; at += 2) {
    for (std::size_t i = 0; i < samples; ++i)
      frame[i] = static_cast<std::int16_t>(data[at] << 8 ^ static_cast<int>(i * i * data[at + 1]));
    const Voice voice = activity.update({frame.data(), samples});
    check(voice);
    gate.update(voice);
    const float odd = kOddities[data[at] % 4];
    const std::array voices{voice, Voice{-20.0F, -60.0F, static_cast<float>(data[at + 1]) / 255.0F},
                            Voice{odd, odd, odd}};
    const std::int32_t dominant = speaker.update({voices.data(), data[at] % (kLegs + 1)});
    if (dominant < -1 || dominant >= static_cast<std::int32_t>(kLegs)) std::abort();
    if (!(speaker.confidence() >= 0.0F && speaker.confidence() <= 1.0F)) std::abort();
    const std::int32_t slot = data[at + 1] % 8 - 2;
    if (data[at] % 16 == 1) (void)speaker.set_floor(slot);
    if (data[at] % 16 == 2) speaker.clear_floor();
    if (data[at] % 16 == 3) (void)speaker.reset(slot);
  }
  return 0;
}
