// Rendering after a sleep: the decoder is told what it missed, and nobody hears where it came back.
#include <algorithm>

#include "conference/rendering.hpp"

namespace mixminus::conference {

namespace {

constexpr std::size_t kWarmFadeMs = 5;
constexpr std::size_t kColdFadeMs = 20;  // the decoder knows nothing yet: what it gives first may be wrong

}  // namespace

void Rendering::wake() noexcept {
  if (!is_asleep_) return;
  is_asleep_ = false;
  // a decoder that is only late sounds better than one that is new: Opus predicts energies from what it has
  if (is_forgotten_) codec_->reset_decoder();
  is_forgotten_ = false;
  const std::size_t wanted = invented_samples_ > 0 ? available() : 0;
  if (wanted > 0) begin_ = end_ = 0;
  bool is_warm = skipped_.size() == 0;
  for (std::size_t i = 0; i < skipped_.size(); ++i) is_warm |= decode_again(skipped_[i], wanted);
  if (!is_warm) codec_->reset_decoder();
  skipped_.clear();
  tail_samples_ = 0;
  if (wanted > available()) pad_front(wanted - available());
  invented_samples_ = 0;
  fade_samples_ = static_cast<std::size_t>(sample_rate_hz_) * (is_warm ? kWarmFadeMs : kColdFadeMs) / 1000;
  faded_samples_ = 0;
}

/// Keeps the last `wanted` samples of what there is: the rest of the packet under way.
bool Rendering::decode_again(Bytes payload, std::size_t wanted) noexcept {
  const std::int32_t decoded = codec_->decode(payload, pcm_);
  if (decoded <= 0) return false;
  const std::span<std::int16_t> frame = mono(static_cast<std::size_t>(decoded));
  concealment_.observe(frame);
  const std::size_t older = end_;
  append(frame);
  if (wanted == 0) {
    end_ = older;  // heard long ago, or never
  } else if (end_ > wanted) {
    std::copy(output_.begin() + static_cast<std::ptrdiff_t>(end_ - wanted),
              output_.begin() + static_cast<std::ptrdiff_t>(end_), output_.begin());
    end_ = wanted;
  }
  return true;
}

/// Silence before the rest of a packet that was shorter than what was counted.
void Rendering::pad_front(std::size_t samples) noexcept {
  const auto begin = output_.begin();
  std::copy_backward(begin, begin + static_cast<std::ptrdiff_t>(end_),
                     begin + static_cast<std::ptrdiff_t>(end_ + samples));
  std::fill_n(begin, samples, std::int16_t{0});
  end_ += samples;
}

/// A smooth step, which is a raised cosine to within a hundredth and the same on every machine.
void Rendering::fade_in(std::span<std::int16_t> out) noexcept {
  const std::size_t count = std::min(fade_samples_ - faded_samples_, out.size());
  for (std::size_t i = 0; i < count; ++i) {
    const float x = (static_cast<float>(faded_samples_ + i) + 0.5F) / static_cast<float>(fade_samples_);
    out[i] = static_cast<std::int16_t>(static_cast<float>(out[i]) * x * x * (3.0F - 2.0F * x));
  }
  faded_samples_ += count;
  if (faded_samples_ == fade_samples_) fade_samples_ = faded_samples_ = 0;
}

std::int8_t Rendering::take_claim_dbov() noexcept {
  const std::int8_t claim_dbov = claim_dbov_;
  claim_dbov_ = kNoClaim;
  return claim_dbov;
}

}  // namespace mixminus::conference
