// The tables of kernels::ColumnTaps for vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compose/area.hpp"

namespace mixminus::compose {

struct Lanes {
  explicit Lanes(const std::vector<Taps>& outputs, std::int32_t source_width);

  std::size_t loads = 0;  ///< none: too many columns make an output, or there are less than a lane reads
  std::size_t rounds = 1;
  std::vector<std::uint32_t> first;
  std::vector<std::uint8_t> picks;
  std::vector<std::int8_t> weights;

 private:
  struct Lane {
    std::size_t output;  ///< its first
    std::size_t outputs;
    std::size_t first;  ///< column that it reads
  };

  [[nodiscard]] Lane lane_at(const std::vector<Taps>& outputs, std::size_t index, std::int32_t source_width) const;
  [[nodiscard]] bool fits(const std::vector<Taps>& outputs, std::int32_t source_width) const;
  /// Where a pair of taps of an output lies in its lane: see kernels::ColumnTaps.
  [[nodiscard]] std::size_t pair_at(std::size_t index, std::size_t output, std::size_t pair) const;
  void fill(const std::vector<Taps>& outputs, std::size_t index, const Lane& lane);
};

}  // namespace mixminus::compose
