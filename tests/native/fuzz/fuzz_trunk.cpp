// A trunk: any bytes in, in the shape of voices and hellos or none; who is at home is heard to the end.
#include <algorithm>
#include <array>
#include <cstdint>

#include "input.hpp"
#include "mixminus/conference/conference.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/rtp/rtcp_writer.hpp"
#include "views.hpp"

namespace {

using fuzz::Input;
using mixminus::Bytes;
using mixminus::PacketView;
using mixminus::Status;
using namespace mixminus::conference;
namespace rtp = mixminus::rtp;
namespace codec = mixminus::codec;

constexpr std::uint32_t kHere = 3;
constexpr int kMaxTicks = 40;
constexpr std::int32_t kLanes = 3;

using Memory = std::array<std::uint8_t, 400>;

Bytes voice_from_afar(Input& input, Memory& memory) {
  Origin origin{.number = input.byte() % 4U, .ssrc = input.byte(), .hops = 1U + input.byte() % kMaxHops};
  for (std::uint32_t& conference : origin.path) conference = input.byte() % 8;
  std::array<std::uint8_t, kMaxOriginBytes> elements{};
  const Bytes extension = write_origin(origin, static_cast<std::int8_t>(-(input.byte() % 128)), elements);
  const rtp::Header header{.ssrc = input.byte() % 5U,
                           .sequence_number = input.byte(),
                           .rtp_timestamp = input.byte() * 160U,
                           .payload_type = 0,
                           .csrcs = {&origin.ssrc, 1},
                           .extension_profile = 0xBEDE,
                           .extension = extension};
  const std::size_t bytes = rtp::write_header(header, memory);
  PacketView packet;
  Origin read;
  fuzz::require(rtp::parse(Bytes(memory).first(bytes), packet) == Status::ok);
  const bool is_read = find_origin(packet, read) == OriginError::none;
  fuzz::require(is_read == (origin.number != 0));
  if (is_read) fuzz::require(std::ranges::equal(read.passed(), origin.passed()) && read.talker() == origin.talker());
  std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(bytes), 160, input.byte());
  return Bytes(memory).first(bytes + 160);
}

Bytes hello(Input& input, Memory& memory) {
  Hello said{.conference = input.byte() % 8U,
             .decider = input.byte() % 8U,
             .decider_rank = input.byte(),
             .hops = static_cast<std::uint8_t>(input.byte() % 6)};
  for (TalkerId* talker : {&said.floor.speaker, &said.floor.lecturer, &said.floor.called})
    *talker = {input.byte() % 8U, input.byte() % 4U};
  std::array<std::uint8_t, kHelloBytes> data{};
  rtp::RtcpWriter writer(memory);
  fuzz::require(writer.receiver_report(1, {}) && writer.application(hello_packet(said, 1, data)));
  rtp::RtcpReader reader(writer.written());
  Hello read;
  rtp::RtcpPacket packet;
  bool is_read = false;
  while (reader.next(packet)) is_read |= parse_hello(packet, read);
  fuzz::require(is_read && read == said);
  return writer.written();
}

/// A right datagram with one byte changed, or whatever came.
Bytes datagram(Input& input, Memory& memory) {
  const std::uint8_t shape = input.byte();
  if (shape % 4 == 3) {
    const Bytes rest = input.take(input.byte());
    std::ranges::copy(rest, memory.begin());
    return Bytes(memory).first(rest.size());
  }
  const Bytes made = shape % 4 == 2 ? hello(input, memory) : voice_from_afar(input, memory);
  if (shape >= 128) memory[input.byte() % made.size()] = input.byte();
  return made.first(shape < 240 ? made.size() : input.byte() % made.size());
}

void check(Conference& host, LegId site, LegId trunk) {
  fuzz::require(host.packet(site).size() == 12 + 160);  // whatever the trunk brings
  host.take_packet(site);
  for (PacketView packet; !host.packet(trunk).empty(); host.take_packet(trunk)) {
    Origin origin;
    fuzz::require(rtp::parse(host.packet(trunk), packet) == Status::ok);
    fuzz::require(find_origin(packet, origin) == OriginError::none);
    fuzz::require(origin.talker() == host.talker_at(site.slot) && origin.hops == 1);  // nothing goes back
  }
  while (!host.report(trunk).empty()) host.take_report(trunk);
  for (const std::int32_t slot : host.talkers()) fuzz::require(host.talker_at(slot).is_somebody());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  Conference host;
  const Config config{.sample_rate_hz = 8'000,
                      .capacity = 2 + kLanes,
                      .loudest = input.byte() % 3,
                      .threads = 1,
                      .id = kHere,
                      .lanes = kLanes};
  fuzz::require(host.configure(config) == Status::ok);
  LegConfig leg{.codec = {.kind = codec::Kind::pcmu, .sample_rate_hz = 8'000}};
  LegId site;
  LegId trunk;
  fuzz::require(host.add_leg(leg, {}, site) == Status::ok);
  leg.role = mixminus::mix::Role::trunk;
  fuzz::require(host.add_leg(leg, {}, trunk) == Status::ok);
  Memory memory{};
  std::array<std::uint8_t, 12 + 160> at_home{0x80, 0};
  std::int64_t now_ns = 0;
  for (int ticks = 0; ticks < kMaxTicks && !input.is_empty();) {
    const std::uint8_t what = input.byte();
    if (what % 8 < 4) {
      host.receive(trunk, datagram(input, memory), now_ns);
    } else if (what % 8 == 4) {
      const TalkerId talker{input.byte() % 8U, input.byte() % 4U};
      what >= 128 ? host.lecture(talker) : host.give_floor(talker);
    } else if (what % 8 == 5) {
      fuzz::require(host.set_muted(what >= 128 ? trunk : site, what % 16 == 5) == Status::ok);
    } else {
      at_home[3] = static_cast<std::uint8_t>(ticks);
      std::fill(at_home.begin() + 12, at_home.end(), input.byte());
      host.receive(site, at_home, now_ns);
      host.tick(now_ns);
      check(host, site, trunk);
      now_ns += what < 240 ? 20'000'000 : std::int64_t{input.byte()} << (input.byte() % 48);
      ++ticks;
    }
  }
  return 0;
}
