// Mixer: what each leg of a conference hears, and which legs hear the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::mix {

enum class Role : std::uint8_t {
  talker,    ///< speaks and hears everybody else
  listener,  ///< hears everybody, is never heard
  tap,       ///< hears everybody, for recording; is never heard
};

inline constexpr std::int32_t kMaxLegs = 4096;
static_assert(std::int64_t{kMaxLegs} * 32768 <= INT32_MAX, "an int32 must hold the sum of all legs");

struct Config {
  std::int32_t sample_rate_hz = 48'000;  ///< 8000..48000
  std::int32_t frame_ms = 20;            ///< 10, 20, 40 or 60
  std::int32_t capacity = 256;           ///< slots, 1..kMaxLegs
  std::int32_t loudest = 0;              ///< how many talkers are mixed at a time; 0: all
};

/// The media-mixing mixer of RFC 7667 section 3.6.1, in O(legs).
///
/// Everybody who is heard is summed once in int32; each of them gets the sum minus himself, all others
/// share mix 0, the whole sum. Only the final value saturates to int16, so nothing ever wraps around.
/// tick() allocates nothing, locks nothing and reads no clock.
class MIXMINUS_API Mixer {
 public:
  Status configure(const Config& config) noexcept;

  /// Takes a free slot. capacity_reached when there is none.
  Status add(Role role, float gain_db, std::int32_t& slot) noexcept;
  Status remove(std::int32_t slot) noexcept;
  Status set_gain_db(std::int32_t slot, float gain_db) noexcept;  ///< -60..20; below -60 is mute
  Status set_muted(std::int32_t slot, bool is_muted) noexcept;
  Status set_role(std::int32_t slot, Role role) noexcept;

  /// Mixes one frame of frames() into mixes(); returns the number of distinct mixes.
  std::int32_t tick() noexcept;

  [[nodiscard]] std::span<std::int16_t> frames() noexcept;               ///< capacity rows of frame_samples()
  [[nodiscard]] std::span<std::int16_t> frame(std::int32_t slot) noexcept;
  [[nodiscard]] std::span<const std::int16_t> mixes() const noexcept;    ///< capacity + 1 rows, tick() fills the first
  [[nodiscard]] std::span<const std::int16_t> mix(std::int32_t index) const noexcept;
  [[nodiscard]] std::span<const std::int32_t> mix_of() const noexcept;   ///< per slot the row of mixes(); -1: empty slot
  [[nodiscard]] std::span<const float> levels_dbov() const noexcept;     ///< per slot, of the last frame, before gain
  [[nodiscard]] std::span<const std::int32_t> heard() const noexcept;    ///< slots in the mix, ascending
  [[nodiscard]] std::int32_t frame_samples() const noexcept;
  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  Config config_{};
  const kernels::Table* kernels_ = nullptr;
  // the helper that writes this file chooses the rest
};

}  // namespace mixminus::mix
