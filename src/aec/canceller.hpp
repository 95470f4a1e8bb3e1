// Canceller: the echo canceller of one band, 8 or 16 kHz; all parts of it in one straight line per block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "aec/alignment.hpp"
#include "aec/delay_search.hpp"
#include "aec/far_end.hpp"
#include "aec/kalman_filter.hpp"
#include "aec/residual.hpp"
#include "aec/slip.hpp"
#include "aec/stft.hpp"
#include "aec/suppressor.hpp"
#include "mixminus/aec/echo_canceller.hpp"

namespace mixminus::aec {

class Canceller {
 public:
  Status configure(const Config& config, std::size_t block);  ///< allocates
  void reset() noexcept;

  /// `out` is the near end of a block before, without echo. True: it is that near end, bit for bit.
  bool process(std::span<const float> near, std::span<const float> far, std::span<float> out) noexcept;
  /// Only the far end goes on.
  void skip(std::span<const float> far) noexcept;

  /// The echo comes `samples` later from now on.
  void shift(double samples) noexcept;
  void set_delay_prior(double samples) noexcept;

  [[nodiscard]] float gain_above() const noexcept { return suppressor_.gain_above(); }
  [[nodiscard]] const Metrics& metrics() const noexcept { return metrics_; }

 private:
  void hear(std::span<const float> far) noexcept;
  void cancel(std::span<const float> near, std::span<float> echo) noexcept;
  void weigh(float near_power, float rest_power) noexcept;
  void follow(const Spectrum& echo, const Spectrum& near) noexcept;
  void correct_drift() noexcept;
  bool emit(Spectrum& rest, const Spectrum& echo, std::span<float> out) noexcept;
  void seat(int lag) noexcept;
  void lose() noexcept;
  void relocate(double samples) noexcept;
  void clamp_start() noexcept;
  void look_again() noexcept;
  void measure(const Spectrum& echo, std::span<const float> out) noexcept;

  Config config_{};
  std::size_t block_ = 0;
  double most_delay_ = 0.0;  // samples

  FarEnd far_end_{};
  DelaySearch search_{};
  KalmanFilter filter_{};
  Alignment alignment_{};
  Slip slip_{};
  Residual residual_{};
  Suppressor suppressor_{};
  Stft stft_{};

  Blocks near_{};
  Blocks far_{};
  Blocks seen_{};  // of the far end by the first partition
  Blocks echo_{};
  double start_ = 0.0;  // of the filter: samples that it looks back at the far end

  double peak_ = 0.0;  // of the answer, behind that

  int active_blocks_left_ = 0;  // while an echo may come
  int active_blocks_ = 0;       // in all, with speech of the far end
  float near_power_ = 0.0F;     // while the far end is active
  float rest_power_ = 0.0F;
  float likelihood_ = 0.0F;  // that there is an echo
  bool is_known_ = false;    // the filter has been seen to work
  bool is_absent_ = false;   // long enough it has not, and nothing else speaks for an echo
  int transparent_blocks_ = 2;

  float misfit_ = 0.0F;
  float extent_ = 0.0F;  // of a slip
  int settling_ = 0;     // blocks after a change during which no other is looked for
  float mean_offset_ = 0.0F;
  bool drifts_ = false;
  double drift_ = 0.0;  // samples a sample
  float echo_power_out_ = 0.0F;
  float echo_power_in_ = 0.0F;
  float far_power_ = 0.0F;
  bool was_worse_ = false;
  bool was_misfit_ = false;
  Metrics metrics_{};
};

}  // namespace mixminus::aec
