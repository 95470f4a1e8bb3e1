// Opus (RFC 6716) through libopus; its states live in memory of ours.
#include <opus.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "codec/factories.hpp"
#include "codec/opus/packet.hpp"

namespace mixminus::codec {
namespace {

/// A state of libopus is one block that may be copied as it is (opus.h, "Opus Encoder").
class Block {
 public:
  explicit Block(int bytes) : words_((static_cast<std::size_t>(bytes) + sizeof(Word) - 1) / sizeof(Word)) {}

  template <typename State>
  [[nodiscard]] State* as() noexcept {
    return reinterpret_cast<State*>(words_.data());
  }

  void copy(const Block& other) noexcept {
    std::memcpy(words_.data(), other.words_.data(), words_.size() * sizeof(Word));
  }

 private:
  using Word = std::max_align_t;
  std::vector<Word> words_;
};

constexpr int application_of(OpusApplication application) noexcept {
  constexpr std::array kApplications{OPUS_APPLICATION_VOIP, OPUS_APPLICATION_AUDIO,
                                     OPUS_APPLICATION_RESTRICTED_LOWDELAY};
  return kApplications[static_cast<std::size_t>(application)];
}

class Opus final : public Codec {
 public:
  explicit Opus(const Config& config)
      : config_(config),
        encoder_(opus_encoder_get_size(config.channels)),
        decoder_(opus_decoder_get_size(config.channels)),
        saved_(opus_decoder_get_size(config.channels)) {
    opus_decoder_init(decoder(), config.sample_rate_hz, config.channels);
    opus_encoder_init(encoder(), config.sample_rate_hz, config.channels, application_of(config.opus.application));
    opus_encoder_ctl(encoder(), OPUS_SET_BITRATE(config.opus.bitrate_bps));
    opus_encoder_ctl(encoder(), OPUS_SET_COMPLEXITY(config.opus.complexity));
    opus_encoder_ctl(encoder(), OPUS_SET_INBAND_FEC(config.opus.in_band_fec ? 1 : 0));
    opus_encoder_ctl(encoder(), OPUS_SET_DTX(config.opus.dtx ? 1 : 0));
    expect_loss(config.opus.expected_loss_percent);
  }

  std::int32_t sample_rate_hz() const noexcept override { return config_.sample_rate_hz; }
  std::int32_t rtp_clock_hz() const noexcept override { return 48'000; }  // RFC 7587 section 4.1
  std::int32_t channels() const noexcept override { return config_.channels; }

  std::int32_t duration(Bytes payload) const noexcept override {
    return opus_duration(payload, config_.sample_rate_hz);
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    if (!is_plausible(payload.size())) return kFailed;
    return decode(payload, pcm.first(std::min(pcm.size(), longest())), 0);
  }

  bool has_fec(Bytes next_payload) const noexcept override { return opus_has_lbrr(next_payload); }

  std::int32_t decode_fec(Bytes next_payload, std::span<std::int16_t> pcm) noexcept override {
    return has_fec(next_payload) ? fill(next_payload, pcm) : kFailed;
  }

  std::int32_t conceal(std::span<std::int16_t> pcm) noexcept override { return fill({}, pcm); }

  bool save_decoder() noexcept override {
    saved_.copy(decoder_);
    return true;
  }

  void restore_decoder() noexcept override { decoder_.copy(saved_); }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    constexpr std::int32_t kNothingToSend = 2;  // as opus_encode() has it
    if (pcm.size() > longest() || pcm.size() % channel_count() != 0 || payload.size() <= kNothingToSend) return kFailed;
    const std::size_t room = std::min(payload.size(), kMaxPayloadBytes);
    const std::int32_t bytes = opus_encode(encoder(), pcm.data(), static_cast<int>(pcm.size() / channel_count()),
                                           payload.data(), static_cast<opus_int32>(room));
    if (bytes < 0) return kFailed;
    return bytes <= kNothingToSend ? 0 : bytes;
  }

  void reset_decoder() noexcept override { opus_decoder_ctl(decoder(), OPUS_RESET_STATE); }

  bool continue_from(const Codec& other) noexcept override {
    const auto* const peer = dynamic_cast<const Opus*>(&other);
    if (peer == nullptr || !(peer->config_ == config_)) return false;
    encoder_.copy(peer->encoder_);
    expect_loss(expected_loss_percent_);
    return true;
  }

  void expect_loss(std::int32_t percent) noexcept override {
    expected_loss_percent_ = std::clamp(percent, 0, 100);
    opus_encoder_ctl(encoder(), OPUS_SET_PACKET_LOSS_PERC(expected_loss_percent_));
  }

 private:
  [[nodiscard]] OpusEncoder* encoder() noexcept { return encoder_.as<OpusEncoder>(); }
  [[nodiscard]] OpusDecoder* decoder() noexcept { return decoder_.as<OpusDecoder>(); }
  [[nodiscard]] std::size_t channel_count() const noexcept { return static_cast<std::size_t>(config_.channels); }

  /// Values in 120 ms, the longest packet. libopus keeps as many floats on the stack: never give it more.
  [[nodiscard]] std::size_t longest() const noexcept {
    return static_cast<std::size_t>(config_.sample_rate_hz) * 120 / 1000 * channel_count();
  }

  std::int32_t fill(Bytes next_payload, std::span<std::int16_t> pcm) noexcept {
    if (pcm.empty() || pcm.size() > longest() || pcm.size() % channel_count() != 0) return kFailed;
    return decode(next_payload, pcm, 1);
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm, int is_fec) noexcept {
    const std::int32_t samples =
        opus_decode(decoder(), payload.empty() ? nullptr : payload.data(), static_cast<opus_int32>(payload.size()),
                    pcm.data(), static_cast<int>(pcm.size() / channel_count()), is_fec);
    return samples < 0 ? kFailed : samples;
  }

  Config config_;
  Block encoder_;
  Block decoder_;
  Block saved_;  // of the decoder
  std::int32_t expected_loss_percent_ = 0;
};

bool is_in_range(const OpusSettings& opus) noexcept {
  return opus.application <= OpusApplication::low_delay && opus.bitrate_bps >= 6'000 && opus.bitrate_bps <= 510'000 &&
         opus.complexity >= 0 && opus.complexity <= 10 && opus.expected_loss_percent >= 0 &&
         opus.expected_loss_percent <= 100;
}

}  // namespace

Status make_opus(const Config& config, std::unique_ptr<Codec>& codec) {
  if (!is_in_range(config.opus)) return Status::out_of_range;
  const bool has_rate = native_rate_hz(Kind::opus, config.sample_rate_hz) == config.sample_rate_hz;
  if (!has_rate || config.channels < 1 || config.channels > 2) return Status::unsupported_codec;
  codec = std::make_unique<Opus>(config);
  return Status::ok;
}

const char* opus_version() noexcept { return opus_get_version_string(); }

}  // namespace mixminus::codec
