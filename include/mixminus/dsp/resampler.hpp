// Resampler: polyphase FIR conversion between the rates of telephony and of conferencing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::dsp {

struct FilterBank;

/// Any pair of 8, 12, 16, 24, 32, 44.1 and 48 kHz.
///
/// A Kaiser-windowed sinc: within 0.1 dB up to 85 % of the lower Nyquist frequency, at least 80 dB down
/// from 115 % of it. Linear phase; the delay is that of delay_ns(): 17 samples of the lower rate. Equal
/// rates copy and add no delay. Sums are rounded half to even and saturated. The stream may be cut into
/// calls in any way: the bits are the same. Objects of one rate pair share their coefficients.
class MIXMINUS_API Resampler {
 public:
  /// Allocates; `max_input_samples` is the most that one process() call brings.
  /// out_of_range: another rate, or max_input_samples outside 1..2^20. capacity_reached: no memory.
  Status configure(std::int32_t input_rate_hz, std::int32_t output_rate_hz, std::int32_t max_input_samples) noexcept;

  /// Samples that the next process() of `input_samples` writes. Whole 10 ms in are whole 10 ms out;
  /// after N samples in all, ceil(N * output_rate_hz / input_rate_hz) have come out.
  [[nodiscard]] std::size_t output_samples(std::size_t input_samples) const noexcept;

  /// Mono. `output` must hold exactly output_samples(input.size()).
  Status process(std::span<const std::int16_t> input, std::span<std::int16_t> output) noexcept;

  [[nodiscard]] std::int64_t delay_ns() const noexcept;
  void reset() noexcept;  ///< forgets the past, keeps the memory

  /// Goes on where `other`, of the same rates and max_input_samples, stands. Allocates nothing.
  void continue_from(const Resampler& other) noexcept;

 private:
  [[nodiscard]] std::size_t outputs_due(std::size_t inputs) const noexcept;
  void filter(std::size_t first_output, std::size_t end_output) noexcept;
  void drop_whole_periods() noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::int32_t input_rate_hz_ = 0;
  std::int32_t output_rate_hz_ = 0;
  std::size_t max_input_samples_ = 0;
  std::shared_ptr<const FilterBank> bank_;  ///< none: equal rates
  std::vector<float> inputs_;               ///< history, then the period under way and what follows it
  std::vector<std::int16_t> outputs_;       ///< from the start of that period, whole groups
  std::size_t filled_ = 0;                  ///< inputs of the period under way
};

}  // namespace mixminus::dsp
