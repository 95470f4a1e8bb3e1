// Bytes of a trunk: three elements of a header extension, and one RTCP application packet.
#include "mixminus/conference/trunk_wire.hpp"

#include <algorithm>

#include "mixminus/rtp/header_extensions.hpp"
#include "mixminus/rtp/packet.hpp"
#include "rtp/network_order.hpp"

namespace mixminus::conference {
namespace {

constexpr std::array<std::uint8_t, 4> kHelloName{'M', 'M', 'X', 'F'};
constexpr std::size_t kIdBytes = 4;

const std::uint8_t* load_talker(const std::uint8_t* from, TalkerId& talker) noexcept {
  talker = {rtp::load32(from), rtp::load32(from + kIdBytes)};
  return from + 2 * kIdBytes;
}

std::uint8_t* store_talker(std::uint8_t* to, const TalkerId& talker) noexcept {
  return rtp::store32(rtp::store32(to, talker.conference), talker.number);
}

}  // namespace

bool Origin::has_passed(std::uint32_t conference) const noexcept {
  return std::ranges::find(passed(), conference) != passed().end();
}

OriginError find_origin(const PacketView& packet, Origin& origin) noexcept {
  rtp::Element number;
  rtp::Element path;
  if (!rtp::find_element(packet, kTrunkTalkerElement, number) || number.data.size() != kIdBytes ||
      !rtp::find_element(packet, kTrunkPathElement, path) || path.data.empty() || path.data.size() % kIdBytes != 0 ||
      rtp::csrc_count(packet) != 1)
    return OriginError::missing;
  if (path.data.size() > kMaxHops * kIdBytes) return OriginError::too_far;
  Origin found{.number = rtp::load32(number.data.data()), .ssrc = rtp::csrc(packet, 0)};
  if (found.number == 0) return OriginError::missing;
  found.hops = path.data.size() / kIdBytes;
  for (std::size_t i = 0; i < found.hops; ++i) found.path[i] = rtp::load32(path.data.data() + i * kIdBytes);
  origin = found;
  return OriginError::none;
}

Bytes write_origin(const Origin& origin, std::int8_t level_dbov,
                   std::span<std::uint8_t, kMaxOriginBytes> memory) noexcept {
  if (origin.hops == 0 || origin.hops > kMaxHops) return {};
  std::array<std::uint8_t, kIdBytes> number{};
  std::array<std::uint8_t, kMaxHops * kIdBytes> path{};
  rtp::store32(number.data(), origin.number);
  for (std::size_t i = 0; i < origin.hops; ++i) rtp::store32(path.data() + i * kIdBytes, origin.path[i]);
  rtp::ElementWriter writer(rtp::ElementForm::one_byte, memory);
  const bool is_written = rtp::add_mixer_levels(writer, kTrunkLevelElement, std::span(&level_dbov, 1)) &&
                          writer.add(kTrunkTalkerElement, number) &&
                          writer.add(kTrunkPathElement, Bytes(path).first(origin.hops * kIdBytes));
  return is_written ? writer.body() : Bytes{};
}

bool parse_hello(const rtp::RtcpPacket& packet, Hello& hello) noexcept {
  rtp::Application application;
  if (rtp::parse_application(packet, application) != Status::ok || application.name != kHelloName ||
      application.data.size() != kHelloBytes)
    return false;
  const std::uint8_t* from = application.data.data();
  hello.conference = rtp::load32(from);
  hello.decider = rtp::load32(from + 4);
  hello.decider_rank = rtp::load16(from + 8);
  hello.hops = from[10];
  from = load_talker(from + 12, hello.floor.speaker);
  from = load_talker(from, hello.floor.lecturer);
  load_talker(from, hello.floor.called);
  return true;
}

rtp::Application hello_packet(const Hello& hello, std::uint32_t ssrc,
                              std::span<std::uint8_t, kHelloBytes> memory) noexcept {
  std::uint8_t* to = rtp::store32(memory.data(), hello.conference);
  to = rtp::store32(to, hello.decider);
  to = rtp::store16(to, hello.decider_rank);
  to = rtp::store16(to, static_cast<std::size_t>(hello.hops) << 8);
  to = store_talker(to, hello.floor.speaker);
  to = store_talker(to, hello.floor.lecturer);
  store_talker(to, hello.floor.called);
  return {.ssrc = ssrc, .name = kHelloName, .data = memory};
}

}  // namespace mixminus::conference
