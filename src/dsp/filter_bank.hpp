// FilterBank: the coefficients of one rate pair, computed once and shared by all its resamplers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace mixminus::dsp {

/// A windowed sinc as rows of 16 outputs. The pattern of phases repeats after a period of
/// `period_outputs`, which is at most 10 ms; outputs n and inputs i are counted from its start.
struct FilterBank {
  static constexpr std::int32_t kGroupOutputs = 16;
  static constexpr std::int32_t kDelaySamples = 17;  ///< at the lower rate; half the length of the filter

  struct alignas(64) Row {
    std::array<float, kGroupOutputs> lane{};
  };
  struct Group {
    std::int32_t first_input = 0;  ///< oldest input of its 16 outputs; negative: before the period
    std::size_t first_row = 0;
    std::size_t row_count = 0;
  };

  std::int32_t period_inputs = 0;
  std::int32_t period_outputs = 0;
  std::int32_t history = 0;    ///< inputs needed from before the period
  std::int32_t lookahead = 0;  ///< inputs that a group may touch, times zero, past its first output's newest
  std::vector<Group> groups;
  std::vector<Row> rows;
};

/// The bank of a pair of supported rates. Takes a lock, may allocate.
std::shared_ptr<const FilterBank> shared_filter_bank(std::int32_t input_rate_hz, std::int32_t output_rate_hz);

}  // namespace mixminus::dsp
