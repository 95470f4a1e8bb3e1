// VoiceActivity: is what a leg sends speech, or a cough, a door, a keyboard, a humming hall?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/base/voice.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::enhance {

/// Speech is told by what a throat does and a door does not: it is periodic at 60 to 400 Hz, keeps its pitch
/// from one frame to the next, and rises above what is always there. Periodicity is the normalised
/// cross-correlation of the last 25 ms with what came a pitch period earlier (Talkin 1995, RAPT), below 2 kHz.
/// The noise floor follows falling levels at once, rising ones by 3 dB/s, and a level that stays within 6 dB
/// for a second is taken for noise whatever it is. No allocation, not even in configure().
class MIXMINUS_API VoiceActivity {
 public:
  /// 8000..48000 Hz; frames of 10, 20, 40 or 60 ms. Forgets what it heard.
  Status configure(std::int32_t sample_rate_hz, std::int32_t frame_ms) noexcept;

  /// Takes in one frame, and returns what is known of it.
  Voice update(std::span<const std::int16_t> frame) noexcept;

 private:
  static constexpr std::size_t kMaxHistory = 512;  // samples at about 4 kHz

  [[nodiscard]] float update_hop(std::span<const std::int16_t> hop, float level_dbov) noexcept;
  void track_noise(float level_dbov) noexcept;
  void append(std::span<const std::int16_t> hop) noexcept;
  [[nodiscard]] float voicing() noexcept;
  [[nodiscard]] bool keeps_pitch(std::size_t lag) const noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::size_t hop_samples_ = 0;
  std::size_t step_samples_ = 1;  // averaged to one sample of the history
  std::size_t window_ = 0;        // samples of the history, as all below
  std::size_t shortest_ = 0;
  std::size_t longest_ = 0;
  float noise_rise_db_ = 0.0F;  // in a hop
  std::int32_t steady_hops_ = 0;

  bool has_started_ = false;
  float noise_dbov_ = -127.0F;
  float lowest_dbov_ = 0.0F;  // since the count of hops began
  float highest_dbov_ = 0.0F;
  std::int32_t counted_hops_ = 0;
  std::size_t lag_ = 0;                              // of the last hop; 0: was not looked for
  float last_voicing_ = 0.0F;                        // of the last hop, whether or not it kept its pitch
  std::array<std::int16_t, kMaxHistory> history_{};  // the newest at the end
};

}  // namespace mixminus::enhance
