// FftTables: the twiddles of one size, computed in double once and shared by all its transforms.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "kernels/table.hpp"
#include "mixminus/base/export.hpp"

namespace mixminus::dsp {

struct FftTables {
  std::vector<kernels::FftStage> stages;
  std::vector<std::vector<float>> turns;  ///< of each stage
  std::vector<float> turn_re, turn_im;
  std::vector<float> untangle_re, untangle_im;
  kernels::FftPlan plan{};  ///< points into all of these
};

/// Those of 2 * half samples, where half has no other prime factor than 2, 3 and 5. Takes a lock, may allocate.
MIXMINUS_API std::shared_ptr<const FftTables> shared_fft_tables(std::size_t half);

}  // namespace mixminus::dsp
