// A site of a conference: sends tones in real packets of its codec, loses some, and reports.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <vector>

#include "mixminus/conference/conference.hpp"
#include "mixminus/rtp/header_extensions.hpp"
#include "mixminus/rtp/ntp.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/rtp/rtcp_writer.hpp"

namespace native {

using mixminus::Bytes;
using mixminus::Status;
namespace codec = mixminus::codec;
namespace conference = mixminus::conference;
namespace rtp = mixminus::rtp;

inline constexpr std::int64_t kTickNs = 20'000'000;

/// One of each codec; Opus with redundancy, so that lost frames are recovered as well as concealed.
inline codec::Config codec_of(std::uint32_t index) {
  constexpr std::array kConfigs{codec::Config{.kind = codec::Kind::pcmu, .sample_rate_hz = 8'000},
                                codec::Config{.kind = codec::Kind::opus, .opus = {.in_band_fec = true}},
                                codec::Config{.kind = codec::Kind::g722, .sample_rate_hz = 16'000},
                                codec::Config{.kind = codec::Kind::l16, .sample_rate_hz = 16'000}};
  return kConfigs[index % kConfigs.size()];
}

class Site {
 public:
  /// Joins; false when this build has no such codec.
  bool join(conference::Conference& host, std::uint32_t index) {
    const codec::Config config = codec_of(index);
    ssrc_ = 100 + index;
    if (codec::make_codec(config, codec_) == Status::unsupported_codec) return false;
    has_levels_ = index % 3 != 0;
    const conference::LegConfig leg{.codec = config,
                                    .payload_type = 96,
                                    .origin = {.ssrc = 1000 + index},
                                    .audio_level_id = has_levels_ ? kAudioLevelId : 0,
                                    .lists_contributors = index % 2 == 0,
                                    .cancels_echo = index % 4 == 0};
    if (host.add_leg(leg, {}, id_) != Status::ok) return false;
    pcm_.resize(static_cast<std::size_t>(config.sample_rate_hz / 50));
    for (std::size_t i = 0; i < pcm_.size(); ++i)
      pcm_[i] = static_cast<std::int16_t>(5000.0 * std::sin(static_cast<double>(i * (1 + index % 7)) * 2.0 *
                                                            std::numbers::pi / static_cast<double>(pcm_.size())));
    return true;
  }

  /// Sends one packet, except each thirteenth; each seventh arrives twice. After that, perhaps a report. Two of
  /// three say how loud they are; now and then that is not true.
  void send(conference::Conference& host, std::uint32_t tick) noexcept {
    std::array<std::uint8_t, 8> elements;
    rtp::ElementWriter levels(rtp::ElementForm::one_byte, elements);
    const auto level_dbov = static_cast<std::int8_t>(tick / 200 % 3 == 1 ? -90 : -20);
    if (has_levels_) (void)rtp::add_audio_level(levels, kAudioLevelId, {.level_dbov = level_dbov});
    const std::size_t header_bytes = rtp::kFixedHeaderBytes + (has_levels_ ? 4 + levels.body().size() : 0);
    const std::int32_t size = codec_->encode(pcm_, std::span(packet_).subspan(header_bytes));
    const auto step = static_cast<std::uint32_t>(codec_->rtp_clock_hz() / 50);
    (void)rtp::write_header({.ssrc = ssrc_,
                             .sequence_number = static_cast<std::uint16_t>(tick),
                             .rtp_timestamp = tick * step,
                             .payload_type = 96,
                             .extension_profile = has_levels_ ? levels.profile() : std::uint16_t{0},
                             .extension = levels.body()},
                            packet_);
    const Bytes packet = Bytes(packet_).first(header_bytes + static_cast<std::size_t>(size));
    for (int copies = (tick + ssrc_) % 13 == 0 ? 0 : (tick + ssrc_) % 7 == 0 ? 2 : 1; copies > 0; --copies)
      host.receive(id_, packet, tick * kTickNs);
    if (tick % 250 == 249) report(host, tick, step);
  }

  [[nodiscard]] conference::LegId id() const noexcept { return id_; }

 private:
  void report(conference::Conference& host, std::uint32_t tick, std::uint32_t step) noexcept {
    std::array<std::uint8_t, 200> memory;
    rtp::RtcpWriter writer(memory);
    const std::uint64_t answered = rtp::ntp_from_unix_ns(tick * kTickNs - kRoundTripNs);
    const rtp::ReceptionReport block{.ssrc = host_ssrc(), .fraction_lost = 20, .last_sr = rtp::ntp_middle(answered)};
    (void)writer.sender_report(ssrc_, {.ntp = tick, .rtp_timestamp = tick * step}, {&block, 1});
    (void)writer.cname(ssrc_, "site");
    host.receive(id_, writer.written(), tick * kTickNs);
  }
  [[nodiscard]] std::uint32_t host_ssrc() const noexcept { return ssrc_ + 900; }

  static constexpr std::int32_t kAudioLevelId = 3;
  static constexpr std::int64_t kRoundTripNs = 40'000'000;

  std::uint32_t ssrc_ = 0;
  bool has_levels_ = false;
  conference::LegId id_{};
  std::unique_ptr<codec::Codec> codec_;
  std::vector<std::int16_t> pcm_;
  std::array<std::uint8_t, 1500> packet_{};
};

}  // namespace native
