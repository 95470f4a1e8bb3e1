// FarEnd: the last seconds of what the site was sent, readable at any instant between its samples.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mixminus::aec {

class FarEnd {
 public:
  void configure(std::size_t samples);
  void reset() noexcept;
  void push(std::span<const float> block) noexcept;
  /// out[i] = the signal `delay` samples before out.size() - i before now; 0 <= delay < samples - out.size() - kHalfTaps.
  void read(double delay, std::span<float> out) const noexcept;

  static constexpr std::size_t kTaps = 32;
  static constexpr std::size_t kPhases = 256;

 private:
  std::vector<float> ring_{};
  std::size_t end_ = 0;
};

}  // namespace mixminus::aec
