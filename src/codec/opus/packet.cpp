// The table of contents of RFC 6716 section 3.1 and the header bits of SILK, section 4.2.3.
#include "codec/opus/packet.hpp"

#include <opus.h>

#include <algorithm>
#include <array>

#include "codec/factories.hpp"

namespace mixminus::codec {
namespace {

constexpr int kMaxFrames = 48;  // 120 ms of 2.5 ms, RFC 6716 section 3.2.5

struct Frames {
  std::array<const unsigned char*, kMaxFrames> start;
  std::array<opus_int16, kMaxFrames> bytes;
  int count = 0;  // negative: an error of libopus
};

Frames split(Bytes packet) noexcept {
  Frames frames;
  if (!is_plausible(packet.size())) {
    frames.count = OPUS_INVALID_PACKET;
  } else {
    frames.count = opus_packet_parse(packet.data(), static_cast<opus_int32>(packet.size()), nullptr,
                                     frames.start.data(), frames.bytes.data(), nullptr);
  }
  return frames;
}

}  // namespace

std::int32_t opus_duration(Bytes packet, std::int32_t sample_rate_hz) noexcept {
  const Frames frames = split(packet);
  if (frames.count <= 0) return kFailed;
  return frames.count * opus_packet_get_samples_per_frame(packet.data(), sample_rate_hz);
}

bool opus_has_lbrr(Bytes packet) noexcept {
  constexpr int kFirstCeltConfig = 16;  // of the 32 of table 2
  const Frames frames = split(packet);
  if (frames.count <= 0 || frames.bytes[0] == 0 || packet[0] >> 3 >= kFirstCeltConfig) return false;
  // A channel has a voice activity bit per 20 ms, at least one, and then its LBRR bit. The range coder leaves
  // these first bits, each of probability 1/2, as they are: from the top of the frame's first byte.
  constexpr int kOneIn20MsHz = 50;
  const int voice_bits = std::max(opus_packet_get_samples_per_frame(packet.data(), kOneIn20MsHz), 1);
  const int mid_bit = 7 - voice_bits;
  const int side_bit = mid_bit - (voice_bits + 1);
  const unsigned header = frames.start[0][0];
  if ((header >> mid_bit & 1U) != 0) return true;
  return opus_packet_get_nb_channels(packet.data()) == 2 && (header >> side_bit & 1U) != 0;
}

}  // namespace mixminus::codec
