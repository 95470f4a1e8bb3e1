// RFC 3550 sections 6.4 to 6.6, written.
#include "mixminus/rtp/rtcp_writer.hpp"

#include <algorithm>

#include "rtp/network_order.hpp"
#include "rtp/rtcp_wire.hpp"

namespace mixminus::rtp {
namespace {

constexpr std::int32_t kMaxLost = 0x7F'FFFF;
constexpr std::size_t kMaxTextBytes = 255;
constexpr std::size_t kMaxSources = 31;

constexpr std::size_t whole_words(std::size_t bytes) noexcept { return (bytes + 3) / 4 * 4; }

std::uint8_t* store_text(std::uint8_t* to, std::string_view text) noexcept {
  to = store8(to, text.size());
  return std::ranges::copy(text, to).out;
}

std::uint8_t* store_sender(std::uint8_t* to, const SenderInfo& sender) noexcept {
  to = store64(to, sender.ntp);
  to = store32(to, sender.rtp_timestamp);
  to = store32(to, sender.packet_count);
  return store32(to, sender.octet_count);
}

std::uint8_t* store_block(std::uint8_t* to, const ReceptionReport& block) noexcept {
  const std::int32_t lost = std::clamp(block.cumulative_lost, -kMaxLost - 1, kMaxLost);
  to = store32(to, block.ssrc);
  to = store8(to, block.fraction_lost);
  to = store(to, static_cast<std::uint32_t>(lost), 3);
  to = store32(to, block.extended_highest_sequence);
  to = store32(to, block.jitter);
  to = store32(to, block.last_sr);
  return store32(to, block.delay_since_last_sr);
}

}  // namespace

/// Writes a common header and zeroes the body behind it; nullptr: no room.
std::uint8_t* RtcpWriter::begin(RtcpType type, std::size_t count, std::size_t body_bytes) noexcept {
  const std::size_t padded_bytes = whole_words(body_bytes);
  if (out_.size() - size_bytes_ < kRtcpHeaderBytes + padded_bytes) return nullptr;
  std::uint8_t* to = out_.data() + size_bytes_;
  to = store8(to, kRtcpVersion | count);
  to = store8(to, static_cast<std::uint8_t>(type));
  to = store16(to, padded_bytes / 4);
  std::fill_n(to, padded_bytes, std::uint8_t{0});
  size_bytes_ += kRtcpHeaderBytes + padded_bytes;
  return to;
}

bool RtcpWriter::receiver_report(std::uint32_t ssrc, std::span<const ReceptionReport> blocks) noexcept {
  if (blocks.size() > kMaxReceptionReports) return false;
  std::uint8_t* to =
      begin(RtcpType::receiver_report, blocks.size(), kSourceBytes + blocks.size() * kReceptionReportBytes);
  if (to == nullptr) return false;
  to = store32(to, ssrc);
  for (const ReceptionReport& block : blocks) to = store_block(to, block);
  return true;
}

bool RtcpWriter::sender_report(std::uint32_t ssrc, const SenderInfo& sender,
                               std::span<const ReceptionReport> blocks) noexcept {
  if (blocks.size() > kMaxReceptionReports) return false;
  std::uint8_t* to = begin(RtcpType::sender_report, blocks.size(),
                           kSourceBytes + kSenderInfoBytes + blocks.size() * kReceptionReportBytes);
  if (to == nullptr) return false;
  to = store_sender(store32(to, ssrc), sender);
  for (const ReceptionReport& block : blocks) to = store_block(to, block);
  return true;
}

bool RtcpWriter::cname(std::uint32_t ssrc, std::string_view name) noexcept {
  if (name.size() > kMaxTextBytes) return false;
  constexpr std::size_t kTerminatorBytes = 1;
  std::uint8_t* to =
      begin(RtcpType::source_description, 1, kSourceBytes + kSdesItemHeaderBytes + name.size() + kTerminatorBytes);
  if (to == nullptr) return false;
  store_text(store8(store32(to, ssrc), kCnameItem), name);
  return true;
}

bool RtcpWriter::goodbye(std::span<const std::uint32_t> ssrcs, std::string_view reason) noexcept {
  if (ssrcs.size() > kMaxSources || reason.size() > kMaxTextBytes) return false;
  const std::size_t reason_bytes = reason.empty() ? 0 : 1 + reason.size();
  std::uint8_t* to = begin(RtcpType::goodbye, ssrcs.size(), ssrcs.size() * kSourceBytes + reason_bytes);
  if (to == nullptr) return false;
  for (const std::uint32_t ssrc : ssrcs) to = store32(to, ssrc);
  if (!reason.empty()) store_text(to, reason);
  return true;
}

bool RtcpWriter::application(const Application& application) noexcept {
  if (application.subtype > kRtcpCountMask || application.data.size() % 4 != 0) return false;
  std::uint8_t* to =
      begin(RtcpType::application, application.subtype, kSourceBytes + kApplicationNameBytes + application.data.size());
  if (to == nullptr) return false;
  to = std::ranges::copy(application.name, store32(to, application.ssrc)).out;
  std::ranges::copy(application.data, to);
  return true;
}

}  // namespace mixminus::rtp
