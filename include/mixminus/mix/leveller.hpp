// Leveller: brings a quiet commune and a loud hall to one loudness, slowly.
#pragma once

#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::mix {

struct LevellerConfig {
  bool is_on = false;
  float target_dbov = -26.0F;  ///< active speech level that everybody is brought to (ITU-T P.56 in spirit)
  float range_db = 12.0F;      ///< most that is added or taken
  float slew_db_per_s = 3.0F;
};

/// Arithmetic shared by all legs. Loudness is the mean power of the frames that pass the two gates of ITU-R
/// BS.1770-4: an absolute one, and one 10 dB below the mean so far. Without its K-weighting, which moves
/// speech by about 1 dB.
class MIXMINUS_API Leveller {
 public:
  struct State {
    float mean_power = 0.0F;  ///< of what passed the gates; 0: nothing yet
    float gain = 1.0F;        ///< linear
  };

  void configure(const LevellerConfig& config, std::int32_t frame_ms);

  /// Takes in the power of the newest frame, 1 being full scale, and moves the gain a step.
  void update(State& state, float power) const noexcept;

 private:
  bool is_on_ = false;
  float target_power_ = 0.0F;
  float least_gain_ = 1.0F;
  float most_gain_ = 1.0F;
  float step_up_ = 1.0F;  // of the gain, a frame
  float learning_ = 0.0F;
};

}  // namespace mixminus::mix
