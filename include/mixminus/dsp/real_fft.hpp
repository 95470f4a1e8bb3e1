// RealFft: the discrete Fourier transform of real samples, and back.
#pragma once

#include <cstdint>
#include <memory>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::kernels {
struct Table;
}

namespace mixminus::dsp {

struct FftTables;

/// bin[k] = sum over n of sample[n] exp(-2 pi i k n / size), k = 0 .. size / 2, within some units of rounding, the
/// same bits on each instruction set. Objects of one size share their tables; one object serves any number of
/// threads at once. Undefined before configure() was ok.
class MIXMINUS_API RealFft {
 public:
  static constexpr std::int32_t kMaxSize = 960;

  /// Takes a lock, may allocate. out_of_range: an odd size, one not in 2..960, or one whose half has another prime
  /// factor than 2, 3 and 5. capacity_reached: no memory.
  Status configure(std::int32_t size) noexcept;

  /// `size` samples to size / 2 + 1 bins, not scaled. The arrays may not overlap.
  void forward(const float* samples, float* re, float* im) const noexcept;

  /// The samples of which forward() makes these bins; im[0] and im[size / 2] are ignored. No overlap either.
  void inverse(const float* re, const float* im, float* samples) const noexcept;

 private:
  const kernels::Table* kernels_ = nullptr;
  std::shared_ptr<const FftTables> tables_;
};

}  // namespace mixminus::dsp
