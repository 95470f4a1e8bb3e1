// Any bytes: refused, or views inside the datagram from which the same datagram is built again.
#include <vector>

#include "mixminus/rtp/packet.hpp"
#include "views.hpp"

using namespace mixminus;

static rtp::Header header_of(const PacketView& packet, const std::vector<std::uint32_t>& csrcs, bool has_padding) {
  return {.ssrc = packet.ssrc,
          .sequence_number = packet.sequence_number,
          .rtp_timestamp = packet.rtp_timestamp,
          .payload_type = packet.payload_type,
          .marker = packet.marker,
          .csrcs = csrcs,
          .extension_profile = packet.extension_profile,
          .extension = packet.extension,
          .has_padding = has_padding};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  if (!bytes.empty() && bytes[0] % 2 == 0) bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x3F));
  const Bytes datagram(bytes);
  PacketView packet;
  if (rtp::parse(datagram, packet) != Status::ok) return 0;
  fuzz::require(!rtp::is_rtcp(datagram));
  for (const Bytes part : {packet.csrcs, packet.extension, packet.payload})
    fuzz::require(fuzz::is_inside(datagram, part));
  fuzz::require(packet.csrcs.size() <= 4 * rtp::kMaxCsrcs && packet.extension.size() % 4 == 0);

  const bool says_nothing = packet.extension_profile == 0 && packet.extension.empty();
  if (says_nothing && (datagram[0] & 0x10) != 0) return 0;  // an empty extension of profile 0 is not written again
  std::vector<std::uint32_t> csrcs;
  for (std::size_t i = 0; i < rtp::csrc_count(packet); ++i) csrcs.push_back(rtp::csrc(packet, i));
  const rtp::Header header = header_of(packet, csrcs, (datagram[0] & 0x20) != 0);
  std::vector<std::uint8_t> again(rtp::header_bytes(header));
  fuzz::require(rtp::write_header(header, again) == again.size());
  fuzz::require(rtp::write_header(header, std::span(again).first(again.size() - 1)) == 0);
  fuzz::require(fuzz::same(again, datagram.first(again.size())));
  fuzz::require(fuzz::same(packet.payload, datagram.subspan(again.size(), packet.payload.size())));
  return 0;
}
