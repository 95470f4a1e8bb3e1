// Limiter: keeps a mix below its ceiling by gain alone, looking ahead so that the gain need not jump.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::mix {

struct LimiterConfig {
  std::int32_t look_ahead_ms = 5;  ///< 0, 5 or 10; this much later the mix is heard
  std::int32_t release_ms = 150;   ///< of the gain after a lone peak, to 1/e: 20..5000
};

/// The gain of one distinct mix, and what it knows of the samples that wait. Copied with them.
struct LimiterState {
  static constexpr std::size_t kMaxWaitingBlocks = 32;

  float gain = 1.0F;                                   ///< at the end of the last frame
  float density = 0.0F;                                ///< share of the last seconds that was above the ceiling
  std::int32_t calm_blocks = 0;                        ///< since something was above the ceiling, up to the hold
  std::array<float, kMaxWaitingBlocks> required = {};  ///< oldest first; only what waits is used
  friend bool operator==(const LimiterState&, const LimiterState&) = default;
};

/// One look-ahead limiter's arithmetic, for any number of mixes. Nothing it gives is above kCeiling, -1 dBFS.
///
/// The gain goes straight from knot to knot, at the borders of blocks of up to 1 ms. It falls on the
/// straightest line that is in time for every block in sight, so that only without look-ahead, at the border
/// of a frame, it may jump. It rises when nothing was above the ceiling for 30 ms, which is longer than the
/// period of any voice; and the slower, the denser the peaks of the last seconds were: a slammed door is over
/// in a second, while eight loud sites are heard at one steady level. (A release that depends on the programme:
/// Giannoulis, Massberg and Reiss, JAES 60(6), 2012, section 2.3; here it is the density of the peaks.)
class MIXMINUS_API Limiter {
 public:
  static constexpr std::int32_t kCeiling = 29'204;

  /// Samples of a block: the longest of at most 1 ms that divides the frame; 0: none is long enough.
  [[nodiscard]] static std::size_t block_samples(std::int32_t sample_rate_hz, std::size_t frame_samples) noexcept;

  /// Allocates. `frame_samples` come with each frame.
  void configure(const LimiterConfig& config, std::int32_t sample_rate_hz, std::size_t frame_samples);

  [[nodiscard]] LimiterState idle_state() const noexcept;
  [[nodiscard]] std::size_t delay_samples() const noexcept { return delay_blocks_ * block_; }

  /// Limits one frame of each channel by one gain. A plane holds delay_samples() that waited and then the new
  /// frame; `out` gets the first frame of it.
  void process(LimiterState& state, std::span<const std::int32_t* const> planes,
               std::span<std::int16_t* const> out) noexcept;

 private:
  bool find_peaks(std::span<const std::int32_t* const> planes) noexcept;
  [[nodiscard]] bool is_idle(const LimiterState& state) const noexcept;
  bool rest(LimiterState& state) const noexcept;
  void find_required(const LimiterState& state) noexcept;
  void find_lowest() noexcept;
  bool plan(LimiterState& state) noexcept;
  float learn(LimiterState& state, std::ptrdiff_t above) const noexcept;
  [[nodiscard]] static float risen(float gain, float recovery) noexcept;
  [[nodiscard]] float fallen(float gain, std::size_t block) const noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::size_t block_ = 0;   // samples
  std::size_t blocks_ = 0;  // of a frame
  std::size_t delay_blocks_ = 0;
  std::size_t sight_blocks_ = 0;  // how far a block sees, itself included
  std::int32_t hold_blocks_ = 0;
  float release_blocks_ = 0.0F;
  float learning_ = 0.0F;  // of the density, a frame
  std::vector<float> ramp_;
  std::vector<float> required_;  // gain that each block may have at most: those that wait, then the new ones
  std::vector<float> lowest_;    // of what each block sees
  std::vector<float> knots_;
  std::vector<std::int32_t> peaks_;
  std::vector<std::int32_t> more_peaks_;  // of another channel
};

}  // namespace mixminus::mix
