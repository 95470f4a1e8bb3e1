// Canceller: the echo canceller of one band, 8 or 16 kHz; all parts of it in one straight line per block.
#pragma once

#include <cstddef>
#include <span>

#include "aec/alignment.hpp"
#include "aec/delay_search.hpp"
#include "aec/kalman_filter.hpp"
#include "aec/meter.hpp"
#include "aec/place.hpp"
#include "aec/residual.hpp"
#include "aec/slip.hpp"
#include "aec/stft.hpp"
#include "aec/suppressor.hpp"
#include "mixminus/aec/echo_canceller.hpp"

namespace mixminus::aec {

class Canceller {
 public:
  Canceller() = default;
  Canceller(const Canceller&) = delete;  // its place knows its filter
  Canceller& operator=(const Canceller&) = delete;

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
  [[nodiscard]] const Metrics& metrics() const noexcept { return meter_.metrics; }

 private:
  void hear(std::span<const float> far) noexcept;
  void search(const Spectrum& near) noexcept;
  void seat() noexcept;
  void start_anew() noexcept;
  void relocate(double samples) noexcept;
  void cancel(std::span<const float> near, std::span<float> echo) noexcept;
  void weigh(float near_power, float rest_power) noexcept;
  void follow(const Spectrum& echo, const Spectrum& near) noexcept;
  bool suppress(const Spectrum& near, const Spectrum& echo, std::span<float> out) noexcept;
  void measure(const Spectrum& echo, std::span<const float> out) noexcept;
  [[nodiscard]] bool is_active() const noexcept { return active_blocks_left_ > 0; }

  Config config_{};
  std::size_t block_ = 0;

  DelaySearch search_{};
  KalmanFilter filter_{};
  Place place_{};
  Alignment alignment_{};
  Slip slip_{};
  Residual residual_{};
  Suppressor suppressor_{};
  Stft stft_{};
  Meter meter_{};

  Blocks near_{};
  Blocks far_{};
  Blocks echo_{};

  int active_blocks_left_ = 0;  // while an echo may come
  int active_blocks_ = 0;       // of speech from the far end, so far
  float near_power_ = 0.0F;     // while the far end is active
  float rest_power_ = 0.0F;
  float likelihood_ = 0.0F;  // that there is an echo
  bool is_known_ = false;    // the filter has been seen to work
  bool is_absent_ = false;   // long enough it has not, and nothing else speaks for an echo
  bool is_search_resting_ = false;
  double peak_ = 0.0;  // samples from the filter's begin to what the search has found
  float misfit_ = 0.0F;
  float slip_extent_ = 0.0F;
  float slipping_ = 0.0F;  // the same, over 100 ms
  int settling_blocks_ = 0;
  int transparent_blocks_ = 0;
};

}  // namespace mixminus::aec
