// L16: 16-bit linear samples in network order, RFC 3551 section 4.5.11.
#include "codec/makers.hpp"

namespace mixminus::codec {
namespace {

class L16 final : public Codec {
 public:
  L16(std::int32_t sample_rate_hz, std::int32_t channels) noexcept
      : sample_rate_hz_(sample_rate_hz), channels_(channels) {}

  std::int32_t sample_rate_hz() const noexcept override { return sample_rate_hz_; }
  std::int32_t rtp_clock_hz() const noexcept override { return sample_rate_hz_; }
  std::int32_t channels() const noexcept override { return channels_; }

  std::int32_t duration(Bytes payload) const noexcept override {
    const std::size_t frame_bytes = 2 * static_cast<std::size_t>(channels_);
    if (payload.empty() || payload.size() % frame_bytes != 0) return kFailed;
    return static_cast<std::int32_t>(payload.size() / frame_bytes);
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    const std::int32_t samples = duration(payload);
    if (samples == kFailed || payload.size() / 2 > pcm.size()) return kFailed;
    for (std::size_t i = 0; i < payload.size() / 2; ++i)
      pcm[i] = static_cast<std::int16_t>(payload[2 * i] << 8 | payload[2 * i + 1]);
    return samples;
  }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    if (pcm.empty() || pcm.size() % static_cast<std::size_t>(channels_) != 0 || 2 * pcm.size() > payload.size())
      return kFailed;
    for (std::size_t i = 0; i < pcm.size(); ++i) {
      payload[2 * i] = static_cast<std::uint8_t>(pcm[i] >> 8);
      payload[2 * i + 1] = static_cast<std::uint8_t>(pcm[i]);
    }
    return static_cast<std::int32_t>(2 * pcm.size());
  }

  void reset_decoder() noexcept override {}
  bool continue_from(const Codec&) noexcept override { return true; }  // no state

 private:
  std::int32_t sample_rate_hz_;
  std::int32_t channels_;
};

}  // namespace

Status make_l16(const Config& config, std::unique_ptr<Codec>& codec) {
  if (config.sample_rate_hz < 8'000 || config.sample_rate_hz > 48'000) return Status::unsupported_codec;
  codec = std::make_unique<L16>(config.sample_rate_hz, config.channels);
  return Status::ok;
}

}  // namespace mixminus::codec
