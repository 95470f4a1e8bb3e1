// G.722 at 64 kbit/s (ITU-T G.722, RFC 3551 section 4.5.2), by libspandsp.
#include "codec/makers.hpp"

#ifdef MIXMINUS_HAS_G722

#include <spandsp.h>
#include <spandsp/expose.h>

#include <cstdlib>

namespace mixminus::codec {
namespace {

constexpr std::int32_t kRateHz = 16'000;
constexpr std::int32_t kRtpClockHz = 8'000;  // an error of RFC 1890 that stays for compatibility
constexpr int kBitrateBps = 64'000;

/// An octet carries two samples. The states are plain structs of spandsp: they hold no pointers and its
/// init functions only fill them, so both are members here and an encoder is copied by assignment.
class G722 final : public Codec {
 public:
  G722() noexcept {
    g722_encode_init(&encoder_, kBitrateBps, 0);
    reset_decoder();
  }

  std::int32_t sample_rate_hz() const noexcept override { return kRateHz; }
  std::int32_t rtp_clock_hz() const noexcept override { return kRtpClockHz; }
  std::int32_t channels() const noexcept override { return 1; }

  std::int32_t duration(Bytes payload) const noexcept override {
    return payload.empty() ? kFailed : static_cast<std::int32_t>(2 * payload.size());
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    if (payload.empty() || 2 * payload.size() > pcm.size()) return kFailed;
    return g722_decode(&decoder_, pcm.data(), payload.data(), static_cast<int>(payload.size()));
  }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    if (pcm.empty() || pcm.size() % 2 != 0 || pcm.size() / 2 > payload.size()) return kFailed;
    return g722_encode(&encoder_, payload.data(), pcm.data(), static_cast<int>(pcm.size()));
  }

  void reset_decoder() noexcept override { g722_decode_init(&decoder_, kBitrateBps, 0); }

  bool continue_from(const Codec& other) noexcept override {
    const auto* const same = dynamic_cast<const G722*>(&other);
    if (same == nullptr) return false;
    encoder_ = same->encoder_;
    return true;
  }

 private:
  g722_encode_state_t encoder_{};
  g722_decode_state_t decoder_{};
};

}  // namespace

Status make_g722(const Config& config, std::unique_ptr<Codec>& codec) {
  if (config.sample_rate_hz != kRateHz || config.channels != 1) return Status::unsupported_codec;
  codec = std::make_unique<G722>();
  return Status::ok;
}

}  // namespace mixminus::codec

#else

namespace mixminus::codec {

Status make_g722(const Config&, std::unique_ptr<Codec>&) { return Status::unsupported_codec; }

}  // namespace mixminus::codec

#endif
