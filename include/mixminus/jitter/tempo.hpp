// Tempo: by how much, and how fast, a voice may be hurried or held back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "mixminus/jitter/jitter_buffer.hpp"

namespace mixminus::jitter {

/// Delay is moved so that packets are due just when they are pulled: to the first such point that is not below the
/// target by more than JitterBuffer::kToleranceNs. In a voice by whole periods, at a bounded rate.
class Tempo {
 public:
  /// How much longer (positive) or shorter this packet should become: exactly when `is_free`, else at most.
  std::int64_t shift_ns(const Step& step, std::int64_t duration_ns, bool is_free) noexcept {
    const bool is_far = step.excess_ns > kFarNs;
    credit_ns_ = std::min(credit_ns_ + duration_ns * (is_far ? kFastPercent : kPercent) / 100, std::int64_t{0});
    const std::int64_t steps = steps_of(step);
    const std::int64_t surplus_ns = std::clamp(step.phase_ns + steps * step.step_ns, -kMostShiftNs, kMostShiftNs);
    if (is_free) return std::abs(surplus_ns) < kLeastShiftNs ? 0 : -surplus_ns;
    return steps == 0 || credit_ns_ < 0 ? 0 : -surplus_ns;
  }

  /// What was made of it in a voice.
  void spend(std::int64_t shifted_ns) noexcept { credit_ns_ -= shifted_ns; }

  /// The larger the excess, the more may be heard of its removal.
  static float most_mismatch(std::int64_t excess_ns) noexcept {
    const float debt = std::clamp(static_cast<float>(excess_ns) / static_cast<float>(kFarNs), 0.0F, 1.0F);
    return kMismatch + debt * (kMismatchFar - kMismatch);
  }

 private:
  static constexpr std::int64_t kPercent = 20;
  static constexpr std::int64_t kFastPercent = 25;
  static constexpr std::int64_t kFarNs = 120'000'000;
  static constexpr std::int64_t kMostShiftNs = 1'000'000'000;  // clocks may jump by anything
  static constexpr std::int64_t kLeastShiftNs = 500'000;
  static constexpr float kMismatch = 0.15F;
  static constexpr float kMismatchFar = 0.3F;

  static std::int64_t steps_of(const Step& step) noexcept {
    if (step.step_ns <= 0) return 0;
    const std::int64_t above_ns = step.excess_ns + JitterBuffer::kToleranceNs;
    const std::int64_t below_ns = -step.excess_ns - JitterBuffer::kToleranceNs - JitterBuffer::kReluctanceNs;
    return below_ns > 0 ? -(below_ns / step.step_ns + 1) : std::max<std::int64_t>(above_ns / step.step_ns, 0);
  }

  std::int64_t credit_ns_ = 0;
};

}  // namespace mixminus::jitter
