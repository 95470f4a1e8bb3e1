// L16: 16-bit linear samples in network order, RFC 3551 section 4.5.11.
#include "codec/factories.hpp"

namespace mixminus::codec {
namespace {

class L16 final : public Codec {
 public:
  explicit L16(const Config& config) noexcept : config_(config) {}

  std::int32_t sample_rate_hz() const noexcept override { return config_.sample_rate_hz; }
  std::int32_t rtp_clock_hz() const noexcept override { return config_.sample_rate_hz; }
  std::int32_t channels() const noexcept override { return config_.channels; }

  std::int32_t duration(Bytes payload) const noexcept override {
    const std::size_t sample_bytes = 2 * static_cast<std::size_t>(config_.channels);
    if (!is_plausible(payload.size()) || payload.size() % sample_bytes != 0) return kFailed;
    return static_cast<std::int32_t>(payload.size() / sample_bytes);
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    const std::int32_t samples = duration(payload);
    const std::size_t values = payload.size() / 2;
    if (samples == kFailed || values > pcm.size()) return kFailed;
    for (std::size_t i = 0; i < values; ++i) {
      pcm[i] = static_cast<std::int16_t>(payload[2 * i] << 8 | payload[2 * i + 1]);
    }
    return samples;
  }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    const std::size_t bytes = 2 * pcm.size();
    const bool is_whole = pcm.size() % static_cast<std::size_t>(config_.channels) == 0;
    if (!is_plausible(bytes) || !is_whole || bytes > payload.size()) return kFailed;
    for (std::size_t i = 0; i < pcm.size(); ++i) {
      const auto value = static_cast<std::uint16_t>(pcm[i]);
      payload[2 * i] = static_cast<std::uint8_t>(value >> 8);
      payload[2 * i + 1] = static_cast<std::uint8_t>(value);
    }
    return static_cast<std::int32_t>(bytes);
  }

  void reset_decoder() noexcept override {}

  bool continue_from(const Codec& other) noexcept override {
    const auto* const peer = dynamic_cast<const L16*>(&other);
    return peer != nullptr && peer->config_ == config_;
  }

 private:
  Config config_;
};

}  // namespace

Status make_l16(const Config& config, std::unique_ptr<Codec>& codec) {
  const bool has_rate = config.sample_rate_hz >= 8'000 && config.sample_rate_hz <= 48'000;
  if (!has_rate || config.channels < 1 || config.channels > 2) return Status::unsupported_codec;
  codec = std::make_unique<L16>(config);
  return Status::ok;
}

}  // namespace mixminus::codec
