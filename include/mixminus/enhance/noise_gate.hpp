// NoiseGate: does an open microphone say something, or does only its hall hum?
#pragma once

#include <cstdint>

#include "mixminus/base/voice.hpp"

namespace mixminus::enhance {

/// Opens in the first frame that rises out of the noise, so that no onset is lost; stays open for kSpeechHangMs
/// after speech, but only for kNoiseHangMs after a click. What is loud is let through whatever it is.
class NoiseGate {
 public:
  static constexpr float kOpeningDb = 9.0F;  ///< above the noise
  static constexpr float kLoudDbov = -30.0F;
  static constexpr std::int32_t kSpeechHangMs = 600;
  static constexpr std::int32_t kNoiseHangMs = 100;

  explicit NoiseGate(std::int32_t frame_ms = 20) noexcept : frame_ms_(frame_ms) {}

  /// Takes in a frame; whether it is open for it.
  bool update(const Voice& voice) noexcept {
    left_ms_ -= left_ms_ > 0 ? frame_ms_ : 0;
    const bool rises = voice.level_dbov >= voice.noise_dbov + kOpeningDb;
    if (rises || voice.level_dbov >= kLoudDbov) extend_to(kNoiseHangMs);
    if (voice.speech_probability >= 0.3F) extend_to(kSpeechHangMs);
    return left_ms_ > 0;
  }

 private:
  void extend_to(std::int32_t ms) noexcept { left_ms_ = left_ms_ < ms ? ms : left_ms_; }

  std::int32_t frame_ms_;
  std::int32_t left_ms_ = 0;
};

}  // namespace mixminus::enhance
