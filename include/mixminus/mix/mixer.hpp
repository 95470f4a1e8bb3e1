// Mixer: what each leg of a conference hears, and which legs hear the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/mix/fader.hpp"
#include "mixminus/mix/loudest.hpp"
#include "mixminus/mix/tail.hpp"

namespace mixminus::kernels {
struct FadedRow;
struct Table;
}  // namespace mixminus::kernels

namespace mixminus::mix {

enum class Role : std::uint8_t {
  talker,    ///< speaks and hears everybody else
  listener,  ///< hears everybody, is never heard
  tap,       ///< hears everybody, for recording; is never heard
};

inline constexpr std::int32_t kMaxLegs = 4096;
inline constexpr float kMinGainDb = -60.0F;  ///< below it a leg is not heard
inline constexpr float kMaxGainDb = 20.0F;
static_assert(std::int64_t{kMaxLegs} * 32768 * 10 <= INT32_MAX, "an int32 must hold all legs at kMaxGainDb");

struct Config {
  std::int32_t sample_rate_hz = 48'000;  ///< 8000..48000, whole samples in a frame
  std::int32_t frame_ms = 20;            ///< 10, 20, 40 or 60
  std::int32_t capacity = 256;           ///< slots, 1..kMaxLegs
  std::int32_t loudest = 0;              ///< how many talkers are mixed at a time, 0..kMaxLegs; 0: all
};

/// The media-mixing mixer of RFC 7667 section 3.6.1, in O(legs).
///
/// Everybody who is heard is summed once in int32; each of them gets the sum minus himself, all others
/// share mix 0, the whole sum. Only the final value saturates to int16, so nothing ever wraps around.
/// Every change of what is heard (gain, mute, role, place among the loudest, joining, leaving) fades for
/// FadeCurve::kFadeMs, except before the first tick. While it fades out a leg is still heard and still
/// has a mix of its own: nobody ever hears himself. At 0 dB the mix is the exact sum.
/// After configure() nothing allocates, locks or reads a clock.
class MIXMINUS_API Mixer {
 public:
  /// Forgets all legs. The only call that allocates. capacity_reached: no memory.
  Status configure(const Config& config) noexcept;

  /// Takes the lowest free slot; its row of frames() is silent.
  Status add(Role role, float gain_db, std::int32_t& slot) noexcept;

  /// Frees the slot and silences its row. Comes instead of the leg's next frame: what is in the row has been
  /// mixed, and is continued while it fades out.
  Status remove(std::int32_t slot) noexcept;

  Status set_gain_db(std::int32_t slot, float gain_db) noexcept;  ///< up to kMaxGainDb
  Status set_muted(std::int32_t slot, bool is_muted) noexcept;
  Status set_role(std::int32_t slot, Role role) noexcept;

  /// Mixes one frame of frames() into mixes(); returns the number of distinct mixes: 1 + heard().size().
  std::int32_t tick() noexcept;

  [[nodiscard]] std::span<std::int16_t> frames() noexcept;  ///< capacity rows of frame_samples()
  [[nodiscard]] std::span<std::int16_t> frame(std::int32_t slot) noexcept;
  [[nodiscard]] std::span<const std::int16_t> mixes() const noexcept;  ///< capacity + 1 rows, tick() fills the first
  [[nodiscard]] std::span<const std::int16_t> mix(std::int32_t index) const noexcept;
  [[nodiscard]] std::span<const std::int32_t> mix_of() const noexcept;  ///< per slot the row of mixes(); -1: empty slot
  [[nodiscard]] std::span<const float> levels_dbov() const noexcept;    ///< per slot, of the last frame, before gain
  [[nodiscard]] std::span<const std::int32_t> heard() const noexcept;   ///< slots in the last mix, ascending
  [[nodiscard]] std::int32_t frame_samples() const noexcept { return static_cast<std::int32_t>(samples_); }
  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  struct Leg {
    bool is_used = false;
    bool is_muted = false;
    Role role = Role::talker;
    float gain = 1.0F;
    Fader fader;
  };

  struct alignas(64) Line {
    std::int16_t samples[32];
  };

  [[nodiscard]] Leg* find(std::int32_t slot) noexcept;
  [[nodiscard]] const std::int16_t* row(std::size_t slot) const noexcept;
  [[nodiscard]] float open_gain(const Leg& leg) const noexcept;
  [[nodiscard]] kernels::FadedRow faded_row(std::size_t slot) const noexcept;
  void measure(std::size_t slot) noexcept;
  void aim(std::size_t slot) noexcept;
  void add_heard() noexcept;
  void subtract_own() noexcept;

  Config config_{};
  const kernels::Table* kernels_ = nullptr;
  std::size_t samples_ = 0;  // of a frame
  std::size_t end_ = 0;      // slots from here on are empty
  bool has_ticked_ = false;
  FadeCurve curve_;
  Loudest loudest_;
  Tail tail_;
  std::vector<Leg> legs_;
  std::vector<Line> frames_;
  std::vector<Line> mixes_;
  std::vector<std::int32_t> mix_of_;
  std::vector<float> levels_dbov_;
  std::vector<std::int32_t> heard_;
  std::vector<const std::int16_t*> unity_rows_;  // of the heard legs that need no gain
  std::vector<std::int32_t> sums_;
  std::vector<std::int16_t> silence_;
};

}  // namespace mixminus::mix
