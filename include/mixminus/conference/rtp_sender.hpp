// RtpSender: the outgoing stream of one leg, its numbering and its queue.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::conference {

/// Where an outgoing stream starts: random in earnest (RFC 3550 section 5.1), given in tests.
struct StreamOrigin {
  std::uint32_t ssrc = 0;
  std::uint16_t sequence_number = 0;
  std::uint32_t rtp_timestamp = 0;
};

/// What a mixer says of those who contribute to a packet.
struct Contribution {
  std::span<const std::uint32_t> csrcs{};  ///< at most rtp::kMaxCsrcs are sent
  std::uint16_t extension_profile = 0;     ///< RFC 8285; 0: no header extension
  Bytes extension{};                       ///< whole words, at most kMaxExtensionBytes
};

/// Numbers payloads, puts the header of RFC 3550 before them and keeps the last few until they are
/// taken. The timestamp moves with every frame, the sequence number with every packet, and the marker
/// says where a talk spurt begins after frames that were not sent (RFC 3551 section 4.1).
class MIXMINUS_API RtpSender {
 public:
  Status configure(const StreamOrigin& origin, std::uint8_t payload_type, std::size_t max_payload_bytes) noexcept;

  static constexpr std::size_t kMaxExtensionBytes = 28;

  /// One frame of `timestamp_step` RTP units; an empty payload sends nothing.
  void push(Bytes payload, std::uint32_t timestamp_step, const Contribution& contribution) noexcept;

  [[nodiscard]] Bytes front() const noexcept;  ///< oldest packet not taken yet; empty: none
  void pop() noexcept;

  [[nodiscard]] std::uint32_t ssrc() const noexcept { return origin_.ssrc; }
  [[nodiscard]] std::uint32_t rtp_timestamp() const noexcept { return origin_.rtp_timestamp; }  ///< of the next frame
  [[nodiscard]] std::uint64_t packets_sent() const noexcept { return packets_sent_; }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }  ///< payload, as in RFC 3550 6.4.1
  [[nodiscard]] std::uint64_t packets_overwritten() const noexcept { return packets_overwritten_; }

 private:
  static constexpr std::size_t kSlots = 4;  // a caller may fall a few ticks behind

  [[nodiscard]] std::span<std::uint8_t> slot(std::uint64_t index) noexcept;

  StreamOrigin origin_{};
  std::uint8_t payload_type_ = 0;
  bool is_after_pause_ = true;
  std::size_t slot_bytes_ = 0;
  std::vector<std::uint8_t> memory_;
  std::array<std::size_t, kSlots> sizes_bytes_{};
  std::uint64_t pushed_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t packets_sent_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t packets_overwritten_ = 0;
};

}  // namespace mixminus::conference
