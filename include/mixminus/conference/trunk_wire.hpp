// What conferences say to each other over a trunk besides the voices: whose voice it is, and who has the floor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/conference/talker_id.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::conference {

inline constexpr std::size_t kMaxHops = 4;  ///< trunks that a voice may pass

/// Header extension elements of each RTP packet on a trunk (RFC 8285, one-byte form).
inline constexpr std::uint8_t kTrunkLevelElement = 1;   ///< RFC 6465, of the one CSRC
inline constexpr std::uint8_t kTrunkTalkerElement = 2;  ///< the talker's number at home
inline constexpr std::uint8_t kTrunkPathElement = 3;    ///< ids of the conferences it passed, home first

/// Whose voice a packet of a trunk carries, and through which conferences it came.
struct Origin {
  std::uint32_t number = 0;  ///< of TalkerId
  std::uint32_t ssrc = 0;    ///< of the talker's stream at home, the CSRC
  std::array<std::uint32_t, kMaxHops> path{};
  std::size_t hops = 0;  ///< ids in `path`, as many as trunks passed

  [[nodiscard]] TalkerId talker() const noexcept { return {path[0], number}; }
  [[nodiscard]] std::span<const std::uint32_t> passed() const noexcept { return std::span(path).first(hops); }
  [[nodiscard]] bool has_passed(std::uint32_t conference) const noexcept;
};

inline constexpr std::size_t kMaxOriginBytes = 28;  ///< the three elements, padded

enum class OriginError : std::uint8_t { none, missing, too_far };

/// missing: an element is absent or of a wrong size. too_far: it has passed more than kMaxHops trunks.
MIXMINUS_API OriginError find_origin(const PacketView& packet, Origin& origin) noexcept;

/// Body of the header extension of form rtp::ElementForm::one_byte, in `memory`. Empty: the path is full or empty.
MIXMINUS_API Bytes write_origin(const Origin& origin, std::int8_t level_dbov,
                                std::span<std::uint8_t, kMaxOriginBytes> memory) noexcept;

/// Who has the floor, as one conference decides for all.
struct Floor {
  TalkerId speaker;   ///< the dominant one
  TalkerId lecturer;  ///< somebody: all others are silent
  TalkerId called;    ///< given the floor by hand: is heard even if muted, and in a lecture
  friend bool operator==(const Floor&, const Floor&) = default;
};

/// What each end of a trunk says ten times a second, and at once when it changes.
struct Hello {
  static constexpr std::uint8_t kUnreachable = 255;

  std::uint32_t conference = 0;    ///< who says it
  std::uint32_t decider = 0;       ///< the conference that decides about the floor
  std::uint16_t decider_rank = 0;  ///< highest decides, then the lowest id
  std::uint8_t hops = 0;           ///< from the decider; kUnreachable: not to be used by who is told
  Floor floor{};
  friend bool operator==(const Hello&, const Hello&) = default;
};

inline constexpr std::size_t kHelloBytes = 36;  ///< data of the APP packet

/// False: another application, or another size.
MIXMINUS_API bool parse_hello(const rtp::RtcpPacket& packet, Hello& hello) noexcept;
/// The APP packet of RFC 3550 section 6.7; its data is in `memory`.
MIXMINUS_API rtp::Application hello_packet(const Hello& hello, std::uint32_t ssrc,
                                           std::span<std::uint8_t, kHelloBytes> memory) noexcept;

}  // namespace mixminus::conference
