// Voice: what is known of one leg's newest frame, besides its samples.
#pragma once

namespace mixminus {

struct Voice {
  float level_dbov = -127.0F;       ///< RMS, -127..0
  float noise_dbov = -127.0F;       ///< level of what is always there: a fan, a hum
  float speech_probability = 0.0F;  ///< 0..1: voiced, and above the noise
};

}  // namespace mixminus
