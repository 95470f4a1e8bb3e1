// Which pixels of a line make each pixel of a shorter or longer one, in integers that sum exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixminus::compose {

struct Taps {
  std::size_t first = 0;  ///< pixel of the source
  std::vector<std::int32_t> weights;
};

/// Taps of output `index`: downwards what of each pixel the output covers (exact area), upwards the two neighbours
/// (bilinear, centres aligned). Neither first nor last weight is 0 and all sum to `one`, so flat areas stay flat.
Taps taps_of(std::int64_t source_size, std::int64_t size, std::int64_t index, std::int64_t one);

}  // namespace mixminus::compose
