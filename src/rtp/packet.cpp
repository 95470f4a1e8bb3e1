// RFC 3550 section 5.1 with the validity checks of appendix A.1.
#include "mixminus/rtp/packet.hpp"

#include <algorithm>

#include "rtp/network_order.hpp"

namespace mixminus::rtp {
namespace {

constexpr std::uint8_t kVersion = 2 << 6;
constexpr std::uint8_t kVersionMask = 0xC0;
constexpr std::uint8_t kPaddingBit = 0x20;
constexpr std::uint8_t kExtensionBit = 0x10;
constexpr std::uint8_t kCsrcCountMask = 0x0F;
constexpr std::uint8_t kMarkerBit = 0x80;
constexpr std::size_t kExtensionHeaderBytes = 4;
constexpr std::size_t kMaxExtensionWords = 0xFFFF;

constexpr bool is_rtcp_type(std::uint8_t second_byte) noexcept { return second_byte >= 192 && second_byte <= 223; }

bool has_extension(const Header& header) noexcept { return header.extension_profile != 0 || !header.extension.empty(); }

std::uint8_t second_byte(const Header& header) noexcept {
  return static_cast<std::uint8_t>((header.marker ? kMarkerBit : 0) | header.payload_type);
}

bool is_representable(const Header& header) noexcept {
  return header.payload_type <= kMaxPayloadType && !is_rtcp_type(second_byte(header)) &&
         header.csrcs.size() <= kMaxCsrcs && header.extension.size() % 4 == 0 &&
         header.extension.size() / 4 <= kMaxExtensionWords;
}

/// Takes the first `count` bytes off `rest`; false when it has fewer.
bool take(Bytes& rest, std::size_t count, Bytes& taken) noexcept {
  if (rest.size() < count) return false;
  taken = rest.first(count);
  rest = rest.subspan(count);
  return true;
}

bool take_extension(Bytes& rest, PacketView& packet) noexcept {
  Bytes head;
  if (!take(rest, kExtensionHeaderBytes, head)) return false;
  packet.extension_profile = load16(head.data());
  return take(rest, std::size_t{4} * load16(head.data() + 2), packet.extension);
}

bool drop_padding(Bytes& rest) noexcept {
  if (rest.empty()) return false;
  const std::size_t padding_bytes = rest.back();
  if (padding_bytes == 0 || padding_bytes > rest.size()) return false;
  rest = rest.first(rest.size() - padding_bytes);
  return true;
}

}  // namespace

Status parse(Bytes datagram, PacketView& packet) noexcept {
  Bytes rest = datagram;
  Bytes fixed;
  if (!take(rest, kFixedHeaderBytes, fixed)) return Status::malformed;
  if ((fixed[0] & kVersionMask) != kVersion || is_rtcp_type(fixed[1])) return Status::malformed;
  PacketView view;
  view.marker = (fixed[1] & kMarkerBit) != 0;
  view.payload_type = fixed[1] & kMaxPayloadType;
  view.sequence_number = load16(fixed.data() + 2);
  view.rtp_timestamp = load32(fixed.data() + 4);
  view.ssrc = load32(fixed.data() + 8);
  if (!take(rest, std::size_t{4} * (fixed[0] & kCsrcCountMask), view.csrcs)) return Status::malformed;
  if ((fixed[0] & kExtensionBit) != 0 && !take_extension(rest, view)) return Status::malformed;
  if ((fixed[0] & kPaddingBit) != 0 && !drop_padding(rest)) return Status::malformed;
  view.payload = rest;
  packet = view;
  return Status::ok;
}

bool is_rtcp(Bytes datagram) noexcept {
  return datagram.size() >= 2 && (datagram[0] & kVersionMask) == kVersion && is_rtcp_type(datagram[1]);
}

std::uint32_t csrc(const PacketView& packet, std::size_t index) noexcept {
  return load32(packet.csrcs.data() + 4 * index);
}

std::size_t header_bytes(const Header& header) noexcept {
  const std::size_t extension = has_extension(header) ? kExtensionHeaderBytes + header.extension.size() : 0;
  return kFixedHeaderBytes + 4 * header.csrcs.size() + extension;
}

std::size_t write_header(const Header& header, std::span<std::uint8_t> out) noexcept {
  const std::size_t needed = header_bytes(header);
  if (!is_representable(header) || out.size() < needed) return 0;
  std::uint8_t* to = out.data();
  to = store8(to, kVersion | (header.has_padding ? kPaddingBit : 0U) | (has_extension(header) ? kExtensionBit : 0U) |
                      header.csrcs.size());
  to = store8(to, second_byte(header));
  to = store16(to, header.sequence_number);
  to = store32(to, header.rtp_timestamp);
  to = store32(to, header.ssrc);
  for (const std::uint32_t source : header.csrcs) to = store32(to, source);
  if (has_extension(header)) {
    to = store16(to, header.extension_profile);
    to = store16(to, header.extension.size() / 4);
    std::ranges::copy(header.extension, to);
  }
  return needed;
}

bool write_padding(std::span<std::uint8_t> out) noexcept {
  if (out.empty() || out.size() > 255) return false;
  std::ranges::fill(out, std::uint8_t{0});
  out.back() = static_cast<std::uint8_t>(out.size());
  return true;
}

}  // namespace mixminus::rtp
