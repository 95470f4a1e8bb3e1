// QuietDetector: where a change of delay is not heard.
#pragma once

#include <algorithm>

namespace mixminus::jitter {

/// Follows the loudest and the quietest level of the last seconds. A frame is quiet when it is all but
/// silent, or near the background and well below the speech.
class QuietDetector {
 public:
  bool is_quiet(float level_dbov, float duration_s) noexcept {
    speech_dbov_ = std::max(level_dbov, speech_dbov_ - kSpeechFallDbPerS * duration_s);
    background_dbov_ = std::min(level_dbov, background_dbov_ + kBackgroundRiseDbPerS * duration_s);
    if (level_dbov < kSilentDbov) return true;
    return level_dbov < background_dbov_ + kNearDb && level_dbov < speech_dbov_ - kBelowSpeechDb;
  }

  void reset() noexcept { *this = {}; }

 private:
  static constexpr float kSilentDbov = -60.0F;
  static constexpr float kNearDb = 6.0F;
  static constexpr float kBelowSpeechDb = 28.0F;
  static constexpr float kSpeechFallDbPerS = 3.0F;
  static constexpr float kBackgroundRiseDbPerS = 3.0F;

  float speech_dbov_ = -127.0F;
  float background_dbov_ = 0.0F;
};

}  // namespace mixminus::jitter
