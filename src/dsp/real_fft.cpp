// RealFft: which sizes there are; kernels do the work.
#include "mixminus/dsp/real_fft.hpp"

#include <new>

#include "dsp/fft_tables.hpp"

namespace mixminus::dsp {
namespace {

bool is_supported(std::int32_t size) {
  if (size < 2 || size > RealFft::kMaxSize || size % 2 != 0) return false;
  std::int32_t rest = size / 2;
  for (const std::int32_t factor : {2, 3, 5})
    while (rest % factor == 0) rest /= factor;
  return rest == 1;
}

}  // namespace

Status RealFft::configure(std::int32_t size) noexcept try {
  if (!is_supported(size)) return Status::out_of_range;
  tables_ = shared_fft_tables(static_cast<std::size_t>(size / 2));
  kernels_ = &kernels::active();
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void RealFft::forward(const float* samples, float* re, float* im) const noexcept {
  kernels_->fft_forward(tables_->plan, samples, re, im);
}

void RealFft::inverse(const float* re, const float* im, float* samples) const noexcept {
  kernels_->fft_inverse(tables_->plan, re, im, samples);
}

}  // namespace mixminus::dsp
