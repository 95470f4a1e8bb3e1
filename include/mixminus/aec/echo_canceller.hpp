// EchoCanceller: takes what a hall's loudspeakers played out of what its microphones sent back.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::aec {

struct Config {
  std::int32_t sample_rate_hz = 16'000;  ///< 8, 16, 32 or 48 kHz
  std::int32_t tail_length_ms = 256;     ///< of the room's answer that is modelled, 50..500
  std::int32_t max_delay_ms = 2000;      ///< from far end to echo, 0..2500
  float process_noise = 0.0001F;         ///< change of the room that is expected in 10 ms, of its energy; 0..0.1
  float suppression_db = 30.0F;          ///< most that is taken from what the filter leaves, 0: filter alone; 0..60
  bool has_comfort_noise = true;         ///< puts the hall's own noise where echo was suppressed
};

/// Since configure() or reset().
struct Metrics {
  float erle_db = 0.0F;          ///< W3C echoReturnLossEnhancement: echo taken away, while the far end speaks alone
  float erl_db = 0.0F;           ///< W3C echoReturnLoss: far end to echo
  float delay_ms = -1.0F;        ///< far end to the strongest echo; -1: none was found
  float drift_ppm = 0.0F;        ///< how much faster the microphone's clock runs than ours
  float echo_likelihood = 0.0F;  ///< 0..1: that an echo is in the near end now
  bool has_converged = false;
  bool is_bypassed = true;            ///< the last frame passed untouched
  std::uint64_t divergences = 0;      ///< how often the filter was worse than none
  std::uint64_t path_changes = 0;     ///< how often the room was found changed
  std::uint64_t delay_changes = 0;    ///< jumps of the delay that nobody told
  std::uint64_t invalid_samples = 0;  ///< NaN, infinite or beyond full scale, limited to it
};

/// Mono frames of 10 ms. The output is 10 ms late (more at 32 and 48 kHz, see delay_samples()), and within that
/// the near end, bit for bit, while there is no echo.
class MIXMINUS_API EchoCanceller {
 public:
  EchoCanceller() noexcept;
  ~EchoCanceller();
  EchoCanceller(EchoCanceller&&) noexcept;
  EchoCanceller& operator=(EchoCanceller&&) noexcept;

  /// Allocates. out_of_range: a field outside its interval; capacity_reached: no memory.
  Status configure(const Config& config) noexcept;

  /// All spans hold sample_rate_hz / 100 samples; floats are in [-1, 1). `out` may be `near_end`.
  Status process(std::span<const float> near_end, std::span<const float> far_end, std::span<float> out) noexcept;
  Status process(std::span<const std::int16_t> near_end, std::span<const std::int16_t> far_end,
                 std::span<std::int16_t> out) noexcept;

  /// The far end goes on while nobody takes the near end.
  Status skip(std::span<const std::int16_t> far_end) noexcept;

  /// From the next frame on the near end is this much later (positive: samples were put in) than it was.
  void near_end_shifted(std::int64_t samples) noexcept;

  /// Where the search starts: what the round trip and the buffers say.
  void set_delay_prior_ms(float delay_ms) noexcept;

  [[nodiscard]] Metrics metrics() const noexcept;
  [[nodiscard]] std::int32_t delay_samples() const noexcept;  ///< of the output
  void reset() noexcept;                                      ///< forgets what it learned, keeps the memory

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mixminus::aec
