// DriftCorrector: a signal played a little slower or faster, so that two clocks agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::dsp {

/// Fractional resampling at a ratio within 0.1 % of one, by a windowed sinc of kTaps at the instant of each output.
///
/// Without drift it copies, bit for bit. From the first drift on it filters, and is kTaps / 2 samples late; it goes
/// over to that within 5 ms at 48 kHz. What the stream is cut into does not change the count of outputs.
class MIXMINUS_API DriftCorrector {
 public:
  static constexpr std::size_t kTaps = 24;
  static constexpr float kMostPpm = 1000.0F;

  /// Allocates. out_of_range: max_input_samples outside 1..2^20; capacity_reached: no memory.
  Status configure(std::int32_t max_input_samples) noexcept;

  /// How much longer the output lasts than the input, in millionths; taken within +-kMostPpm.
  void set_stretch_ppm(float ppm) noexcept;

  [[nodiscard]] std::size_t output_samples(std::size_t input_samples) const noexcept;
  /// `output` must hold exactly output_samples(input.size()).
  Status process(std::span<const std::int16_t> input, std::span<std::int16_t> output) noexcept;
  /// Counts as process() would, but makes nothing.
  std::size_t skip(std::size_t input_samples) noexcept;

  void reset() noexcept;  ///< copies again

 private:
  static constexpr std::size_t kGroup = 8;  // outputs that share their coefficients

  void filter(std::span<std::int16_t> output) const noexcept;
  void remember(std::size_t input_samples) noexcept;
  void advance(std::size_t input_samples, std::size_t output_samples) noexcept;

  std::vector<float> samples_{};  // the last kTaps of before, the input, and room for a group
  std::size_t max_input_samples_ = 0;
  double step_ = 1.0;      // inputs an output
  double position_ = 0.0;  // of the next output, from the next input on
  bool is_filtering_ = false;
  bool is_entering_ = false;
};

}  // namespace mixminus::dsp
