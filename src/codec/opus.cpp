// Opus (RFC 6716), by libopus.
#include "codec/makers.hpp"

#ifdef MIXMINUS_HAS_OPUS

#include <opus.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

namespace mixminus::codec {
namespace {

constexpr std::size_t kDtxBytes = 2;        // packets up to this size need not be sent: opus_encode()
constexpr std::int32_t kMaxPacketMs = 120;  // RFC 6716 section 3.1

/// An encoder or decoder of libopus is one block of memory that may be copied: opus_encoder_get_size().
using StateMemory = std::vector<std::max_align_t>;

StateMemory memory_of(int bytes) { return StateMemory(1 + static_cast<std::size_t>(bytes) / sizeof(std::max_align_t)); }

constexpr int application_of(OpusApplication application) noexcept {
  switch (application) {
    case OpusApplication::voip:
      return OPUS_APPLICATION_VOIP;
    case OpusApplication::low_delay:
      return OPUS_APPLICATION_RESTRICTED_LOWDELAY;
    case OpusApplication::audio:
      break;
  }
  return OPUS_APPLICATION_AUDIO;
}

class Opus final : public Codec {
 public:
  explicit Opus(const Config& config)
      : config_(config),
        encoder_memory_(memory_of(opus_encoder_get_size(config.channels))),
        decoder_memory_(memory_of(opus_decoder_get_size(config.channels))) {}

  Status initialise() noexcept {
    if (opus_decoder_init(decoder(), config_.sample_rate_hz, config_.channels) != OPUS_OK ||
        opus_encoder_init(encoder(), config_.sample_rate_hz, config_.channels,
                          application_of(config_.opus.application)) != OPUS_OK)
      return Status::unsupported_codec;
    const OpusSettings& settings = config_.opus;
    const bool is_accepted = set(OPUS_SET_BITRATE_REQUEST, settings.bitrate_bps) &&
                             set(OPUS_SET_COMPLEXITY_REQUEST, settings.complexity) &&
                             set(OPUS_SET_INBAND_FEC_REQUEST, settings.in_band_fec ? 1 : 0) &&
                             set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, settings.expected_loss_percent) &&
                             set(OPUS_SET_DTX_REQUEST, settings.dtx ? 1 : 0);
    return is_accepted ? Status::ok : Status::out_of_range;
  }

  std::int32_t sample_rate_hz() const noexcept override { return config_.sample_rate_hz; }
  std::int32_t rtp_clock_hz() const noexcept override { return 48'000; }  // RFC 7587 section 4.1
  std::int32_t channels() const noexcept override { return config_.channels; }

  std::int32_t duration(Bytes payload) const noexcept override {
    if (payload.empty()) return kFailed;
    const int samples =
        opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()), config_.sample_rate_hz);
    return samples <= 0 || samples > config_.sample_rate_hz / 1000 * kMaxPacketMs ? kFailed : samples;
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    if (payload.empty()) return kFailed;
    return run_decoder(payload, pcm, false);
  }

  // In-band FEC is of SILK, so only the modes that contain it have it (RFC 6716 section 2.1.7); the flag
  // follows the voice flags of the first frame, one bit each, which the range coder leaves readable
  // (sections 4.2.3 and 4.2.4).
  bool has_fec(Bytes next_payload) const noexcept override {
    constexpr int kFirstCeltConfig = 16;  // table 2
    if (duration(next_payload) == kFailed || next_payload[0] >> 3 >= kFirstCeltConfig) return false;
    std::array<const unsigned char*, 48> frames;
    std::array<opus_int16, 48> sizes_bytes;
    const int count = opus_packet_parse(next_payload.data(), static_cast<opus_int32>(next_payload.size()), nullptr,
                                        frames.data(), sizes_bytes.data(), nullptr);
    if (count < 1 || sizes_bytes[0] < 1) return false;
    const int frame_ms = opus_packet_get_samples_per_frame(next_payload.data(), 48'000) / 48;
    const int voice_flags = std::max(frame_ms / 20, 1);
    const int channels = opus_packet_get_nb_channels(next_payload.data());
    const int first_byte = frames[0][0];
    const bool in_mid = first_byte >> (7 - voice_flags) & 1;
    const bool in_side = channels == 2 && (first_byte >> (6 - 2 * voice_flags) & 1);
    return in_mid || in_side;
  }

  std::int32_t decode_fec(Bytes next_payload, std::span<std::int16_t> pcm) noexcept override {
    if (!has_fec(next_payload)) return kFailed;
    return run_decoder(next_payload, pcm, true);
  }

  std::int32_t conceal(std::span<std::int16_t> pcm) noexcept override { return run_decoder({}, pcm, false); }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    const opus_int32 bytes = opus_encode(encoder(), pcm.data(), samples_of(pcm.size()), payload.data(),
                                         static_cast<opus_int32>(payload.size()));
    if (bytes < 0) return kFailed;
    return config_.opus.dtx && static_cast<std::size_t>(bytes) <= kDtxBytes ? 0 : bytes;
  }

  void reset_decoder() noexcept override { opus_decoder_ctl(decoder(), OPUS_RESET_STATE); }

  bool continue_from(const Codec& other) noexcept override {
    const auto* const same = dynamic_cast<const Opus*>(&other);
    if (same == nullptr || !(same->config_ == config_)) return false;
    std::copy(same->encoder_memory_.begin(), same->encoder_memory_.end(), encoder_memory_.begin());
    return true;
  }

  void expect_loss(std::int32_t percent) noexcept override {
    set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, std::clamp(percent, 0, 100));
  }

 private:
  OpusEncoder* encoder() noexcept { return reinterpret_cast<OpusEncoder*>(encoder_memory_.data()); }
  OpusDecoder* decoder() noexcept { return reinterpret_cast<OpusDecoder*>(decoder_memory_.data()); }
  bool set(int request, opus_int32 value) noexcept { return opus_encoder_ctl(encoder(), request, value) == OPUS_OK; }
  int samples_of(std::size_t interleaved) const noexcept {
    return static_cast<int>(interleaved / static_cast<std::size_t>(config_.channels));
  }

  std::int32_t run_decoder(Bytes payload, std::span<std::int16_t> pcm, bool is_fec) noexcept {
    const unsigned char* const data = payload.empty() ? nullptr : payload.data();
    const int samples = opus_decode(decoder(), data, static_cast<opus_int32>(payload.size()), pcm.data(),
                                    samples_of(pcm.size()), is_fec ? 1 : 0);
    return samples < 0 ? kFailed : samples;
  }

  Config config_;
  StateMemory encoder_memory_;
  StateMemory decoder_memory_;
};

}  // namespace

const char* opus_version() noexcept { return opus_get_version_string(); }

Status make_opus(const Config& config, std::unique_ptr<Codec>& codec) {
  auto made = std::make_unique<Opus>(config);
  const Status status = made->initialise();
  if (status == Status::ok) codec = std::move(made);
  return status;
}

}  // namespace mixminus::codec

#else

namespace mixminus::codec {

const char* opus_version() noexcept { return nullptr; }
Status make_opus(const Config&, std::unique_ptr<Codec>&) { return Status::unsupported_codec; }

}  // namespace mixminus::codec

#endif
