// Rendering that moves the delay: freely where it is quiet or nobody listens, by periods of the voice elsewhere.
#include <algorithm>

#include "conference/rendering.hpp"

namespace mixminus::conference {

void Rendering::append_retimed(const jitter::Step& step, std::span<std::int16_t> frame, bool is_unbroken) noexcept {
  const std::int64_t duration_ns = static_cast<std::int64_t>(frame.size()) * 1'000'000'000 / codec_rate_hz_;
  const bool is_free = is_pause_ || is_asleep_;
  const std::int64_t shift_ns = tempo_.shift_ns(step, duration_ns, is_free);
  const std::size_t most = samples_of_ns(std::abs(shift_ns));
  if (most == 0) return append_frame(frame);
  if (is_free) return shift_ns < 0 ? cut(frame, most) : pad(frame, most);
  if (!is_unbroken) return append_frame(frame);  // one splice is enough
  return shift_ns < 0 ? accelerate(frame, most, step) : decelerate(frame, most, step);
}

void Rendering::cut(std::span<std::int16_t> frame, std::size_t samples) noexcept {
  const std::size_t removed = std::min(samples, frame.size());
  statistics_.removed_samples_for_acceleration += output_of(removed);
  if (removed < frame.size()) {
    jitter::cross_fade(frame.first(std::min(join_samples_, removed)), frame.subspan(removed));
    return append_frame(frame.subspan(removed));
  }
  tail_samples_ = std::min(join_samples_, frame.size());
  std::copy_n(frame.begin(), tail_samples_, tail_.begin());
}

void Rendering::pad(std::span<std::int16_t> frame, std::size_t samples) noexcept {
  observe(frame);
  const std::size_t overlap = std::min(join_samples_, frame.size());
  const std::size_t inserted = std::min(samples, extra_.size() - overlap);
  const std::span<std::int16_t> noise = std::span{extra_}.first(overlap + inserted);
  noise_.generate(noise);
  jitter::cross_fade(frame.last(overlap), noise.first(overlap));
  append(frame.first(frame.size() - overlap));
  append(noise);
  make_noise_tail();
  statistics_.inserted_samples_for_deceleration += output_of(inserted);
}

void Rendering::accelerate(std::span<std::int16_t> frame, std::size_t most, const jitter::Step& step) noexcept {
  const std::size_t removed = time_scale_.shorten(frame, most, jitter::Tempo::most_mismatch(step.excess_ns));
  statistics_.removed_samples_for_acceleration += output_of(removed);
  tempo_.spend(static_cast<std::int64_t>(removed) * 1'000'000'000 / codec_rate_hz_);
  append_frame(frame.subspan(removed));
}

void Rendering::decelerate(std::span<std::int16_t> frame, std::size_t most, const jitter::Step& step) noexcept {
  const std::span<std::int16_t> longer =
      time_scale_.lengthen(concealment_.history(), frame, most, jitter::Tempo::most_mismatch(step.excess_ns));
  const std::size_t inserted = longer.size() - frame.size();
  statistics_.inserted_samples_for_deceleration += output_of(inserted);
  tempo_.spend(static_cast<std::int64_t>(inserted) * 1'000'000'000 / codec_rate_hz_);
  append_frame(longer);
}

void Rendering::append_frame(std::span<std::int16_t> frame) noexcept {
  observe(frame);
  append(frame);
}

}  // namespace mixminus::conference
