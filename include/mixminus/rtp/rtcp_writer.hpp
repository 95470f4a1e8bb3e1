// Writing RTCP compound packets, RFC 3550 section 6, and feedback in them, RFC 4585 and 5104.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/rtp/feedback.hpp"
#include "mixminus/rtp/rtcp.hpp"

namespace mixminus::rtp {

/// Appends packets to a buffer of the caller's. A compound begins with report() and holds a cname() (section 6.1).
/// Each call writes all of its packet, or returns false and writes nothing: no room, or too much for one packet.
class MIXMINUS_API RtcpWriter {
 public:
  explicit RtcpWriter(std::span<std::uint8_t> out) noexcept : out_(out) {}

  /// RR of `ssrc`; at most kMaxReceptionReports. cumulative_lost is clamped to 24 bits, as appendix A.3 does.
  bool receiver_report(std::uint32_t ssrc, std::span<const ReceptionReport> blocks) noexcept;
  /// SR of `ssrc`.
  bool sender_report(std::uint32_t ssrc, const SenderInfo& sender, std::span<const ReceptionReport> blocks) noexcept;
  /// SDES with one chunk that holds one CNAME of at most 255 bytes.
  bool cname(std::uint32_t ssrc, std::string_view name) noexcept;
  /// BYE of at most 31 sources; a reason has at most 255 bytes and may be empty.
  bool goodbye(std::span<const std::uint32_t> ssrcs, std::string_view reason) noexcept;
  /// APP; its data must be whole 32-bit words.
  bool application(const Application& application) noexcept;
  /// Generic NACK of at least one number. Those up to 16 above the first of an entry share it, so ascending order is
  /// shortest.
  bool nack(std::uint32_t ssrc, std::uint32_t media_ssrc, std::span<const std::uint16_t> numbers) noexcept;
  /// PLI.
  bool picture_loss(std::uint32_t ssrc, std::uint32_t media_ssrc) noexcept;
  /// FIR with at least one entry.
  bool full_intra_request(std::uint32_t ssrc, std::span<const IntraRequest> requests) noexcept;

  [[nodiscard]] Bytes written() const noexcept { return out_.first(size_bytes_); }

 private:
  std::uint8_t* begin(RtcpType type, std::size_t count, std::size_t body_bytes) noexcept;

  std::span<std::uint8_t> out_;
  std::size_t size_bytes_ = 0;
};

}  // namespace mixminus::rtp
