// Resampler: polyphase FIR conversion between the rates of telephony and of conferencing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::dsp {

/// Any pair of 8, 16, 24, 32, 44.1 and 48 kHz (12 kHz too, Opus has it).
///
/// A Kaiser-windowed sinc: within 0.1 dB up to 85 % of the lower Nyquist frequency, at least 80 dB down
/// from 115 % of it. Linear phase; the delay is that of delay_ns(). Equal rates copy and add no delay.
class MIXMINUS_API Resampler {
 public:
  /// Allocates; `max_input_samples` per channel is the most that one process() call brings.
  Status configure(std::int32_t input_rate_hz, std::int32_t output_rate_hz, std::int32_t max_input_samples) noexcept;

  /// Samples that the next process() of `input_samples` writes. Whole 10 ms in are whole 10 ms out.
  [[nodiscard]] std::size_t output_samples(std::size_t input_samples) const noexcept;

  /// Mono. `output` must hold exactly output_samples(input.size()).
  Status process(std::span<const std::int16_t> input, std::span<std::int16_t> output) noexcept;

  [[nodiscard]] std::int64_t delay_ns() const noexcept;
  void reset() noexcept;  ///< forgets the past, keeps the memory

 private:
  const kernels::Table* kernels_ = nullptr;
  std::int32_t input_rate_hz_ = 0;
  std::int32_t output_rate_hz_ = 0;
  // the helper that writes this file chooses the rest
};

}  // namespace mixminus::dsp
