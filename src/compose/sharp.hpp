// Which pixels of a line make each pixel of a shorter or longer one, where details count: Lanczos with three lobes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixminus::compose {

/// Taps of all outputs, as many for each; downwards the lobes are as much wider, up to 128 times. Weights sum to
/// kernels::SharpRows::kOne.
struct SharpTaps {
  static constexpr std::size_t kMaxColumns = 1024, kMaxOutputs = 256;  ///< of a piece

  SharpTaps(std::int32_t source_size, std::int32_t size);

  [[nodiscard]] const std::int16_t* weights_of(std::size_t output) const { return weights.data() + output * taps; }

  /// Outputs [begin, end) fit into a piece.
  [[nodiscard]] std::size_t end_of_piece(std::size_t begin) const;

  std::size_t taps = 0;
  std::vector<std::uint32_t> first;
  std::vector<std::int16_t> weights;
};

}  // namespace mixminus::compose
