// Leg: one site of a conference, with its receiver, its own encoder and its outgoing stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mixminus/codec/codec.hpp"
#include "mixminus/conference/rtcp_session.hpp"
#include "mixminus/conference/rtp_sender.hpp"
#include "mixminus/conference/source.hpp"
#include "mixminus/conference/stream_encoder.hpp"
#include "mixminus/conference/trunk.hpp"
#include "mixminus/mix/mixer.hpp"

namespace mixminus::conference {

/// Names a leg; stays unique when its slot is given to another one.
struct LegId {
  std::int32_t slot = -1;
  std::uint32_t generation = 0;
  friend bool operator==(const LegId&, const LegId&) = default;
};

struct LegConfig {
  codec::Config codec{};               ///< both directions
  std::int32_t payload_type = -1;      ///< both directions, not 64..95; -1: codec::default_payload_type()
  std::int32_t red_payload_type = -1;  ///< accepted from the site (RFC 2198); -1: none
  mix::Role role = mix::Role::talker;
  float gain_db = 0.0F;
  mix::Groups speaks_to = 1;      ///< groups that can hear it
  mix::Groups hears = 1;          ///< groups that it can hear
  std::int32_t priority = 0;      ///< a higher one takes places in the mix from a lower one
  LegId follows{};                ///< tap: hears this leg alone
  bool carries_talkers = true;    ///< trunk: each talker on a lane of his own; false: it is sent a mix, as any leg
  StreamOrigin origin{};          ///< of the stream to the site; lanes of a trunk have the SSRCs that follow
  std::int32_t min_delay_ms = 0;  ///< bounds of the playout delay
  std::int32_t max_delay_ms = 1000;
  float ms_per_percent = 116.0F;    ///< delay that 1 % of concealment is worth, 1..10000
  std::int32_t audio_level_id = 0;  ///< of RFC 6464 levels in what the site sends, 1..255; 0: it sends none
  bool lists_contributors = false;  ///< CSRC list of who is heard (RFC 3550 section 7.1)
  std::int32_t mixer_level_id = 0;  ///< under which their levels are sent as well (RFC 6465), 1..255; 0: not
  bool cancels_echo = false;        ///< takes out of what the site sends what it was sent; at 8, 16, 32 or 48 kHz
  std::int32_t echo_tail_ms = 256;  ///< of the room's answer, as aec::Config::tail_length_ms
  std::string cname{"mixminus"};    ///< canonical name in reports, 1..255 bytes
};

/// The way out; the way in is ReceiverStatistics. What a site reports about us bears the W3C names of
/// RTCRemoteInboundRtpStreamStats.
struct LegStatistics {
  ReceiverStatistics inbound{};
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_overwritten = 0;  ///< not taken within four ticks
  std::uint64_t encode_failures = 0;
  RemoteStatistics remote{};
  float level_dbov = -127.0F;  ///< of the last frame; where that was not decoded, as the site claims, smoothed
  bool is_decoded = true;      ///< in the last tick
  std::uint64_t frames_not_decoded = 0;
  std::uint64_t levels_overstated = 0;   ///< how often its claims were found too high, and capped
  std::uint64_t levels_understated = 0;  ///< 1: its claims were found too low, so it is decoded always
  bool is_heard = false;                 ///< in the mix of the last tick
  bool has_said_bye = false;
  Voice voice{};        ///< of the last frame
  aec::Metrics echo{};  ///< of the canceller
  bool cancels_echo = false;
};

struct StreamFormat;  // encoder_bank.hpp

struct Leg : Source {
  LegId id{};
  StreamFormat* format = nullptr;          ///< whose shared encoders it may use; none with a caller's codec
  const StreamEncoder* encoder = nullptr;  ///< whose payload it sends this tick
  std::int32_t own_frames_left = 0;        ///< how long it stays with its own encoder
  LegConfig config{};
  RtpSender sender{};
  RtcpSession rtcp{};
  StreamEncoder own_encoder{};
  std::unique_ptr<Trunk> trunk{};  ///< the far side sends talkers: they fill rows, this leg does not
};

}  // namespace mixminus::conference
