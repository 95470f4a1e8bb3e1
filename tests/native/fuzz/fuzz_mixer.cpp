// Any calls in any order: everyone has a mix that exists, and what slot 0 says changes no bit of what it hears.
#include <algorithm>
#include <cstdlib>

#include "mixminus/mix/mixer.hpp"

using mixminus::Status;
using mixminus::mix::Mixer;
using mixminus::mix::Role;

static constexpr std::int32_t kCapacity = 5;
static constexpr std::size_t kMaxBytes = 200;  // 99 calls

static Status call(Mixer& mixer, std::uint8_t what, std::uint8_t value) {
  std::int32_t added = 0;
  const std::int32_t slot = what / 8 % (kCapacity + 1) - 1;
  switch (what % 8) {
    case 0:
      return mixer.add(static_cast<Role>(value % 3), static_cast<float>(value % 100 - 70), added);
    case 1:
      return slot == 0 ? Status::ok : mixer.remove(slot);
    case 2:
      return mixer.set_gain_db(slot, static_cast<float>(value) - 230.0F);
    case 3:
      return mixer.set_muted(slot, value % 2 != 0);
    case 4:
      return mixer.set_role(slot, static_cast<Role>(value % 3));
    default:
      return Status::ok;
  }
}

static void speak(Mixer& mixer, std::uint8_t value, bool mirrors_slot_0) {
  for (std::int32_t slot = 0; slot < kCapacity; ++slot) {
    if (mixer.mix_of()[static_cast<std::size_t>(slot)] < 0) continue;
    const int sign = slot == 0 && mirrors_slot_0 ? -1 : 1;
    int sample = value;
    for (std::int16_t& out : mixer.frame(slot)) {
      sample = (sample * 75 + 74 + slot) % 65'537;
      out = static_cast<std::int16_t>(sign * std::clamp(sample / (1 + value % 5 * slot) - 32'768, -32'767, 32'767));
    }
  }
}

static void check(const Mixer& mixer, std::int32_t mixes) {
  if (mixes != static_cast<std::int32_t>(mixer.heard().size()) + 1 || mixes > kCapacity + 1) std::abort();
  for (const std::int32_t row : mixer.mix_of())
    if (row < -1 || row >= mixes) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const mixminus::mix::Config config{
      .sample_rate_hz = 8'000, .frame_ms = 10 * (data[0] % 7), .capacity = kCapacity, .loudest = data[1] % 4};
  Mixer mixer, twin;
  if (mixer.configure(config) != Status::ok || twin.configure(config) != Status::ok) return 0;
  std::int32_t slot = -1;
  if (mixer.add(Role::talker, 0.0F, slot) != Status::ok || twin.add(Role::talker, 0.0F, slot) != Status::ok)
    std::abort();
  size = std::min(size, kMaxBytes);
  for (std::size_t i = 2; i + 1 < size; i += 2) {
    if (call(mixer, data[i], data[i + 1]) != call(twin, data[i], data[i + 1])) std::abort();
    if (data[i] % 8 < 5) continue;
    speak(mixer, data[i + 1], false);
    speak(twin, data[i + 1], true);
    check(mixer, mixer.tick());
    check(twin, twin.tick());
    if (!std::ranges::equal(mixer.mix(mixer.mix_of()[0]), twin.mix(twin.mix_of()[0]))) std::abort();
  }
  return 0;
}
