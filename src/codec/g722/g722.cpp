// G.722 at 64 kbit/s through spandsp, which passes the test sequences of ITU-T G.722 appendix II.
#include <cstdint>
// spandsp's headers leave it to their user to include what they need, in this order
#include <spandsp/telephony.h>
//
#include <spandsp/g722.h>
#include <spandsp/private/g722.h>

#include "codec/factories.hpp"

namespace mixminus::codec {
namespace {

constexpr std::int32_t kBitRateBps = 64'000;

/// The states are members, so that nothing is allocated and the encoder's can be copied.
class G722 final : public Codec {
 public:
  G722() noexcept {
    g722_encode_init(&encoder_, kBitRateBps, 0);
    reset_decoder();
  }

  std::int32_t sample_rate_hz() const noexcept override { return 16'000; }
  std::int32_t rtp_clock_hz() const noexcept override { return 8'000; }  // RFC 3551 section 4.5.2
  std::int32_t channels() const noexcept override { return 1; }

  std::int32_t duration(Bytes payload) const noexcept override {
    return is_plausible(payload.size()) ? static_cast<std::int32_t>(2 * payload.size()) : kFailed;
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    if (!is_plausible(payload.size()) || 2 * payload.size() > pcm.size()) return kFailed;
    return g722_decode(&decoder_, pcm.data(), payload.data(), static_cast<int>(payload.size()));
  }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    const std::size_t bytes = pcm.size() / 2;  // a byte holds two samples
    if (pcm.size() % 2 != 0 || !is_plausible(bytes) || bytes > payload.size()) return kFailed;
    return g722_encode(&encoder_, payload.data(), pcm.data(), static_cast<int>(pcm.size()));
  }

  void reset_decoder() noexcept override { g722_decode_init(&decoder_, kBitRateBps, 0); }

  bool continue_from(const Codec& other) noexcept override {
    const auto* const peer = dynamic_cast<const G722*>(&other);
    if (peer != nullptr) encoder_ = peer->encoder_;
    return peer != nullptr;
  }

 private:
  g722_encode_state_t encoder_{};
  g722_decode_state_t decoder_{};
};

}  // namespace

Status make_g722(const Config& config, std::unique_ptr<Codec>& codec) {
  if (config.sample_rate_hz != 16'000 || config.channels != 1) return Status::unsupported_codec;
  codec = std::make_unique<G722>();
  return Status::ok;
}

}  // namespace mixminus::codec
