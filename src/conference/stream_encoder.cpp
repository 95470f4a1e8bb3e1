// Resamples, spreads mono over the channels of the codec, encodes.
#include "mixminus/conference/stream_encoder.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace mixminus::conference {
namespace {

constexpr std::size_t kMaxCompressedBytes = 1500;  // Opus: 1275 a frame, RFC 6716 section 3.4

/// Copies mono sample i to all `channels` of frame i; in place, so from the back.
void spread(std::span<std::int16_t> pcm, std::size_t channels) noexcept {
  for (std::size_t i = pcm.size() / channels; i-- > 0;)
    for (std::size_t channel = 0; channel < channels; ++channel) pcm[i * channels + channel] = pcm[i];
}

}  // namespace

Status StreamEncoder::configure(std::unique_ptr<codec::Codec> codec, std::int32_t sample_rate_hz,
                                std::int32_t frame_samples) noexcept try {
  codec_ = std::move(codec);
  resamples_ = codec_->sample_rate_hz() != sample_rate_hz;
  std::size_t samples = static_cast<std::size_t>(frame_samples);
  if (resamples_) {
    const Status status = resampler_.configure(sample_rate_hz, codec_->sample_rate_hz(), frame_samples);
    if (status != Status::ok) return status;
    samples = resampler_.output_samples(samples);
  }
  pcm_.assign(samples * static_cast<std::size_t>(codec_->channels()), 0);
  payload_.assign(std::max(kMaxCompressedBytes, pcm_.size() * sizeof(std::int16_t)), 0);
  timestamp_step_ = static_cast<std::uint32_t>(samples * static_cast<std::size_t>(codec_->rtp_clock_hz()) /
                                               static_cast<std::size_t>(codec_->sample_rate_hz()));
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void StreamEncoder::encode(std::span<const std::int16_t> frame) noexcept {
  const auto channels = static_cast<std::size_t>(codec_->channels());
  std::span<const std::int16_t> pcm = frame;
  if (resamples_ || channels > 1) {
    const std::span<std::int16_t> mono = std::span(pcm_).first(pcm_.size() / channels);
    if (!resamples_)
      std::copy(frame.begin(), frame.end(), mono.begin());
    else if (resampler_.process(frame, mono) != Status::ok)
      std::fill(mono.begin(), mono.end(), std::int16_t{0});
    if (channels > 1) spread(pcm_, channels);
    pcm = pcm_;
  }
  const std::int32_t bytes = codec_->encode(pcm, payload_);
  if (bytes < 0) ++failures_;
  payload_bytes_ = static_cast<std::size_t>(std::max(bytes, 0));
}

void StreamEncoder::continue_from(const StreamEncoder& other) noexcept {
  codec_->continue_from(*other.codec_);
  if (resamples_) resampler_.continue_from(other.resampler_);
}

}  // namespace mixminus::conference
