// Slip: whether, at this very moment, the echo comes otherwise than predicted.
#pragma once

#include <cstddef>

#include "aec/spectrum.hpp"

namespace mixminus::aec {

/// One factor between echo and prediction for all bins over two or three blocks, and its standard error: the many
/// bins do what many blocks do in Alignment. So a jump or a lost packet is known within 30 ms.
class Slip {
 public:
  void configure(std::size_t block) noexcept;
  void reset() noexcept;
  void update(const Spectrum& echo, const Spectrum& near) noexcept;

  [[nodiscard]] float factor() const noexcept { return cross_ / (echo_ + 1e-9F); }
  [[nodiscard]] float deviation() const noexcept;  ///< of the factor, if the near talker were noise
  /// 0..1: what of the echo is surely not as predicted.
  [[nodiscard]] float extent() const noexcept;

 private:
  std::size_t block_ = 0;
  float power_[kStride]{};  // of both, over 100 ms
  float cross_ = 0.0F;
  float echo_ = 0.0F;
  float variance_ = 0.0F;
};

}  // namespace mixminus::aec
