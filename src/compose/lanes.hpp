// The tables of kernels::ColumnTaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compose/area.hpp"

namespace mixminus::compose {

struct Lanes {
  Lanes(std::int32_t source_width, std::int32_t width);

  std::size_t outputs_per_lane = 4;
  std::size_t rounds = 0;
  std::size_t readable_sums = 0;
  std::vector<std::uint32_t> first;
  std::vector<std::uint8_t> picks;
  std::vector<std::int16_t> weights;

 private:
  [[nodiscard]] std::size_t taps_per_round() const noexcept { return 8 / outputs_per_lane; }
  [[nodiscard]] bool fits(const std::vector<Taps>& outputs) const;
  void fill(const std::vector<Taps>& outputs, std::size_t lane, std::size_t output);
};

}  // namespace mixminus::compose
