// Any calls in any order: everyone has a mix that exists, nothing is above the ceiling, and, where no limiter has
// to act, what slot 0 says changes no bit of what it hears (the gain of a mix that it returns to may remember it).
#include <algorithm>
#include <cstdlib>

#include "mixminus/mix/mixer.hpp"

using mixminus::Status;
using mixminus::mix::LegSettings;
using mixminus::mix::Limiter;
using mixminus::mix::Mixer;
using mixminus::mix::Role;

static constexpr std::int32_t kCapacity = 5;
static constexpr std::size_t kMaxBytes = 200;  // 98 calls

static LegSettings leg_of(std::uint8_t value) {
  return {.role = static_cast<Role>(value % 5),
          .gain_db = static_cast<float>(value % 91 - 70),
          .pan = static_cast<float>(value % 3) - 1.0F,
          .speaks_to = 1U + value % 3U,
          .hears = 1U + value / 4 % 4U,
          .priority = value % 2,
          .via = value % 7 - 1,
          .follows = value % 11 == 0 ? 1 : -1};
}

static Status call(Mixer& mixer, std::uint8_t what, std::uint8_t value) {
  std::int32_t added = 0;
  const std::int32_t slot = what / 16 % (kCapacity + 1) - 1;
  const std::int32_t other = value % 7 - 1;
  const float gain_db = static_cast<float>(value) - 230.0F;
  switch (what % 16) {
    case 0:
      return mixer.add(leg_of(value), added);
    case 1:
      return slot == 0 ? Status::ok : mixer.remove(slot);
    case 2:
      return mixer.set_gain_db(slot, gain_db);
    case 3:
      return mixer.set_muted(slot, value % 2 != 0);
    case 4:
      return mixer.set_role(slot, static_cast<Role>(value % 5));
    case 5:
      return mixer.set_speaks_to(slot, value % 4);
    case 6:
      return mixer.set_hears(slot, value % 8);
    case 7:
      return mixer.set_exception(slot, other, gain_db);
    case 8:
      return mixer.clear_exception(slot, other);
    case 9:
      return mixer.set_pan(slot, static_cast<float>(value) / 100.0F - 1.3F);
    case 10:
      return mixer.set_voice(slot, value % 2 != 0);
    case 11:
      return mixer.set_priority(slot, value);
    default:
      return Status::ok;
  }
}

static void speak(Mixer& mixer, std::uint8_t value, bool mirrors_slot_0, int quieter) {
  for (std::int32_t slot = 0; slot < kCapacity; ++slot) {
    const int sign = slot == 0 && mirrors_slot_0 ? -1 : 1;
    int sample = value;
    for (std::int16_t& out : mixer.frame(slot)) {
      sample = (sample * 75 + 74 + slot) % 65'537;
      const int loud = std::clamp(sample / (1 + value % 5 * slot) - 32'768, -32'767, 32'767);
      out = static_cast<std::int16_t>(sign * (loud / quieter));
    }
  }
}

static void check(const Mixer& mixer, std::int32_t mixes) {
  if (mixes < 1 || mixes > mixer.rows()) std::abort();
  for (std::size_t slot = 0; slot < kCapacity; ++slot) {
    const std::int32_t row = mixer.mix_of()[slot];
    const std::int32_t solo = mixer.solo_of()[slot];
    if (row < -1 || row >= mixes || solo < -1 || solo >= mixes) std::abort();
  }
  const auto is_loud = [](std::int16_t sample) { return sample > Limiter::kCeiling || sample < -Limiter::kCeiling; };
  if (std::ranges::any_of(mixer.mix(0), is_loud)) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const mixminus::mix::Config config{.sample_rate_hz = 8'000,
                                     .frame_ms = 10 * (data[0] % 7),
                                     .capacity = kCapacity,
                                     .channels = 1 + data[2] % 2,
                                     .audiences = 1 + data[2] / 2 % 8,
                                     .exceptions = 2,
                                     .solos = data[2] / 16 % 3,
                                     .selection = {.places = data[1] % 4, .gate_dbov = -90.0F},
                                     .limiter = {.look_ahead_ms = data[1] / 4 % 4 * 5},
                                     .leveller = {.is_on = data[1] / 16 % 2 != 0}};
  const bool is_loud = data[0] / 7 % 2 != 0;
  const int quieter = is_loud ? 1 : 256;  // five legs at 20 dB and levelled by 12 are below the ceiling
  Mixer mixer, twin;
  if (mixer.configure(config) != Status::ok || twin.configure(config) != Status::ok) return 0;
  std::int32_t slot = -1;
  if (mixer.add({}, slot) != Status::ok || twin.add({}, slot) != Status::ok) std::abort();
  size = std::min(size, kMaxBytes);
  for (std::size_t i = 3; i + 1 < size; i += 2) {
    if (call(mixer, data[i], data[i + 1]) != call(twin, data[i], data[i + 1])) std::abort();
    if (data[i] % 16 < 8) continue;
    speak(mixer, data[i + 1], false, quieter);
    speak(twin, data[i + 1], true, quieter);
    check(mixer, mixer.tick());
    check(twin, twin.tick());
    const std::int32_t row = mixer.mix_of()[0];
    if (is_loud) continue;
    if (row != twin.mix_of()[0]) std::abort();
    if (row >= 0 && !std::ranges::equal(mixer.mix(row), twin.mix(row))) std::abort();
  }
  return 0;
}
