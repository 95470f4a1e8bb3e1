// RFC 3550 sections 6.4 to 6.6 and the checks of appendix A.2.
#include "mixminus/rtp/rtcp.hpp"

#include <algorithm>

#include "rtp/network_order.hpp"
#include "rtp/rtcp_wire.hpp"

namespace mixminus::rtp {
namespace {

constexpr bool is_report(RtcpType type) noexcept {
  return type == RtcpType::sender_report || type == RtcpType::receiver_report;
}

/// Takes the padding off a body; false when the count in its last byte cannot be.
bool drop_padding(Bytes& body) noexcept {
  if (body.empty()) return false;
  const std::size_t padding_bytes = body.back();
  if (padding_bytes == 0 || padding_bytes % 4 != 0 || padding_bytes > body.size()) return false;
  body = body.first(body.size() - padding_bytes);
  return true;
}

/// Takes one packet off `rest`; section 6.4.1 allows padding on the last of a compound only.
bool take_packet(Bytes& rest, RtcpPacket& packet) noexcept {
  if (rest.size() < kRtcpHeaderBytes || (rest[0] & kRtcpVersionMask) != kRtcpVersion) return false;
  const std::size_t size_bytes = kRtcpHeaderBytes + std::size_t{4} * load16(rest.data() + 2);
  if (size_bytes > rest.size()) return false;
  Bytes body = rest.subspan(kRtcpHeaderBytes, size_bytes - kRtcpHeaderBytes);
  const bool has_padding = (rest[0] & kRtcpPaddingBit) != 0;
  if (has_padding && (size_bytes != rest.size() || !drop_padding(body))) return false;
  packet.count = rest[0] & kRtcpCountMask;
  packet.type = static_cast<RtcpType>(rest[1]);
  packet.body = body;
  rest = rest.subspan(size_bytes);
  return true;
}

SenderInfo load_sender(const std::uint8_t* from) noexcept {
  return {.ntp = load64(from),
          .rtp_timestamp = load32(from + 8),
          .packet_count = load32(from + 12),
          .octet_count = load32(from + 16)};
}

}  // namespace

bool RtcpReader::next(RtcpPacket& packet) noexcept {
  if (rest_.empty()) return false;
  is_malformed_ = !take_packet(rest_, packet);
  if (is_malformed_) rest_ = {};
  return !is_malformed_;
}

Status validate_compound(Bytes datagram) noexcept {
  RtcpReader reader(datagram);
  RtcpPacket packet;
  if (!reader.next(packet) || !is_report(packet.type) || (datagram[0] & kRtcpPaddingBit) != 0) return Status::malformed;
  while (reader.next(packet)) {
  }
  return reader.is_malformed() ? Status::malformed : Status::ok;
}

Status parse_report(const RtcpPacket& packet, Report& report) noexcept {
  if (!is_report(packet.type)) return Status::malformed;
  const bool is_sender = packet.type == RtcpType::sender_report;
  const std::size_t head_bytes = kSourceBytes + (is_sender ? kSenderInfoBytes : 0);
  const std::size_t blocks_bytes = packet.count * kReceptionReportBytes;
  if (packet.body.size() < head_bytes + blocks_bytes) return Status::malformed;
  report = {.ssrc = load32(packet.body.data()),
            .is_sender = is_sender,
            .sender = is_sender ? load_sender(packet.body.data() + kSourceBytes) : SenderInfo{},
            .blocks = packet.body.subspan(head_bytes, blocks_bytes)};
  return Status::ok;
}

std::size_t reception_report_count(const Report& report) noexcept {
  return report.blocks.size() / kReceptionReportBytes;
}

ReceptionReport reception_report(const Report& report, std::size_t index) noexcept {
  const std::uint8_t* from = report.blocks.data() + index * kReceptionReportBytes;
  const std::uint32_t lost = load32(from + 4);  // 8 bits of fraction above 24 bits, signed
  return {.ssrc = load32(from),
          .fraction_lost = static_cast<std::uint8_t>(lost >> 24),
          .cumulative_lost = static_cast<std::int32_t>(lost << 8) >> 8,
          .extended_highest_sequence = load32(from + 8),
          .jitter = load32(from + 12),
          .last_sr = load32(from + 16),
          .delay_since_last_sr = load32(from + 20)};
}

SdesReader::SdesReader(const RtcpPacket& packet) noexcept
    : body_(packet.body), chunks_left_(packet.type == RtcpType::source_description ? packet.count : 0) {}

bool SdesReader::enter_chunk() noexcept {
  if (chunks_left_ == 0) return false;
  if (body_.size() - offset_ < kSourceBytes) return fail();
  ssrc_ = load32(body_.data() + offset_);
  offset_ += kSourceBytes;
  --chunks_left_;
  return is_in_chunk_ = true;
}

void SdesReader::leave_chunk() noexcept {
  offset_ = (offset_ / 4 + 1) * 4;  // at least one null byte, up to the next word
  is_in_chunk_ = false;
}

bool SdesReader::fail() noexcept {
  is_malformed_ = true;
  is_in_chunk_ = false;
  chunks_left_ = 0;
  return false;
}

bool SdesReader::next(SdesItem& item) noexcept {
  while (is_in_chunk_ || enter_chunk()) {
    const Bytes rest = body_.subspan(offset_);
    if (rest.empty()) return fail();
    if (rest[0] == 0) {
      leave_chunk();
      continue;
    }
    if (rest.size() < kSdesItemHeaderBytes || rest.size() - kSdesItemHeaderBytes < rest[1]) return fail();
    item = {.ssrc = ssrc_, .type = rest[0], .text = rest.subspan(kSdesItemHeaderBytes, rest[1])};
    offset_ += kSdesItemHeaderBytes + item.text.size();
    return true;
  }
  return false;
}

Status parse_goodbye(const RtcpPacket& packet, Goodbye& goodbye) noexcept {
  const std::size_t sources_bytes = packet.count * kSourceBytes;
  if (packet.type != RtcpType::goodbye || packet.body.size() < sources_bytes) return Status::malformed;
  Bytes reason = packet.body.subspan(sources_bytes);
  if (!reason.empty()) {
    if (reason.size() - 1 < reason[0]) return Status::malformed;
    reason = reason.subspan(1, reason[0]);
  }
  goodbye = {.ssrcs = packet.body.first(sources_bytes), .reason = reason};
  return Status::ok;
}

std::uint32_t goodbye_ssrc(const Goodbye& goodbye, std::size_t index) noexcept {
  return load32(goodbye.ssrcs.data() + kSourceBytes * index);
}

Status parse_application(const RtcpPacket& packet, Application& application) noexcept {
  constexpr std::size_t kHeadBytes = kSourceBytes + kApplicationNameBytes;
  if (packet.type != RtcpType::application || packet.body.size() < kHeadBytes) return Status::malformed;
  application = {.ssrc = load32(packet.body.data()), .subtype = packet.count, .data = packet.body.subspan(kHeadBytes)};
  std::copy_n(packet.body.data() + kSourceBytes, kApplicationNameBytes, application.name.begin());
  return Status::ok;
}

}  // namespace mixminus::rtp
