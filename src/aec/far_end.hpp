// FarEnd: the last seconds of what the site was sent, readable at any instant, between its samples too.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/table.hpp"

namespace mixminus::aec {

class FarEnd {
 public:
  void configure(std::size_t samples);  ///< allocates: the furthest that read() reaches back
  void reset() noexcept;
  void push(std::span<const float> block) noexcept;

  /// The signal as it was `delay` samples ago; out.back() is its newest sample then. At most kMaxRead samples, and
  /// delay + out.size() at most what was configured. Between samples a windowed sinc reads; what it would need of
  /// the future is taken as silence.
  void read(double delay, std::span<float> out) const noexcept;

  static constexpr std::size_t kMaxRead = 160;

 private:
  void copy(std::size_t newest_age, std::span<float> out) const noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::vector<float> ring_{};
  std::size_t end_ = 0;
};

}  // namespace mixminus::aec
