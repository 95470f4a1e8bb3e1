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
  std::int32_t release_ms = 300;   ///< of the gain after a peak, to 1/e: 20..5000
};

/// The gain of one distinct mix, and what it knows of the samples that wait. Copied with them.
struct LimiterState {
  static constexpr std::size_t kMaxWaitingBlocks = 32;

  float gain = 1.0F;                                  ///< at the end of the last frame
  std::array<float, kMaxWaitingBlocks> required = {}; ///< oldest first; only what waits is used
  friend bool operator==(const LimiterState&, const LimiterState&) = default;
};

/// One look-ahead limiter's arithmetic, for any number of mixes. Highest output is kCeiling, -1 dBFS.
class MIXMINUS_API Limiter {
 public:
  static constexpr std::int32_t kCeiling = 29'204;

  /// Allocates. `frame_samples` come with each frame.
  void configure(const LimiterConfig& config, std::int32_t sample_rate_hz, std::size_t frame_samples);

  [[nodiscard]] LimiterState idle_state() const noexcept;
  [[nodiscard]] std::size_t delay_samples() const noexcept { return delay_blocks_ * block_; }

  /// Limits one frame of each channel by one gain. A plane holds delay_samples() that waited and then the new
  /// frame; `out` gets the first frame of it.
  void process(LimiterState& state, std::span<const std::int32_t* const> planes,
               std::span<std::int16_t* const> out) noexcept;

 private:
  void find_required(std::span<const std::int32_t* const> planes) noexcept;
  bool plan(LimiterState& state) noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::size_t block_ = 0;         // samples
  std::size_t blocks_ = 0;        // of a frame
  std::size_t delay_blocks_ = 0;
  float recovery_ = 0.0F;         // of what is missing to 1, a block
  std::vector<float> ramp_;
  std::vector<float> required_;   // gain that each block may have at most: those that wait, then the new ones
  std::vector<float> knots_;
  std::vector<std::int32_t> peaks_;
};

}  // namespace mixminus::mix
