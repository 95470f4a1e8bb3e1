// StreamGate: which stream is followed, and its counters made 64 bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/wrap.hpp"

namespace mixminus::jitter {

enum class Belonging : std::uint8_t {
  ours,     ///< of the stream that is followed
  opened,   ///< the first packet of all: its stream is followed from now on
  changed,  ///< the second that agrees on another stream, which is followed from now on; the first is candidate()
  held,     ///< the first of another stream, or a stray
};

/// A new SSRC, a sender that began anew and a jump in time are all the same: another stream, believed when two packets
/// in a row agree on it (RFC 3550 appendix A.1).
class MIXMINUS_API StreamGate {
 public:
  void configure(std::int32_t rtp_clock_hz, std::size_t max_payload_bytes);  ///< allocates

  /// `oldest`: numbers up to it are too old to be of the same stream.
  Belonging judge(const PacketView& packet, std::int64_t arrival_ns, std::int64_t oldest) noexcept;
  [[nodiscard]] bool belongs(const PacketView& packet, std::int64_t arrival_ns, std::int64_t oldest) const noexcept;

  /// A packet that was held, with a copy of its payload.
  struct Candidate {
    bool is_held = false;
    PacketView view{};
    std::int64_t arrival_ns = 0;
  };
  [[nodiscard]] const Candidate& candidate() const noexcept { return candidate_; }

  struct Place {
    std::int64_t number = 0;  ///< extended
    std::int64_t ticks = 0;   ///< extended
  };
  /// Of a packet that is ours, which from now on is the reference for those that follow.
  Place place(const PacketView& packet, std::int64_t arrival_ns) noexcept;

  [[nodiscard]] bool is_open() const noexcept { return is_open_; }
  [[nodiscard]] std::uint32_t ssrc() const noexcept { return ssrc_; }
  [[nodiscard]] std::int64_t number_of(const PacketView& packet) const noexcept {
    return sequence_.peek(packet.sequence_number);
  }
  [[nodiscard]] std::int64_t ticks_of(std::uint32_t rtp_timestamp) const noexcept {
    return timestamp_.peek(rtp_timestamp);
  }
  [[nodiscard]] std::int64_t newest() const noexcept { return sequence_.newest(); }
  /// When a timestamp was, on the sender's clock, from its first packet on.
  [[nodiscard]] std::int64_t media_ns(std::int64_t ticks) const noexcept { return ticks_to_ns(ticks - origin_ticks_); }
  [[nodiscard]] std::int64_t ticks_to_ns(std::int64_t ticks) const noexcept;

 private:
  [[nodiscard]] bool agrees(const PacketView& packet, std::int64_t arrival_ns) const noexcept;
  void hold(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void open(const PacketView& packet, std::int64_t arrival_ns) noexcept;

  std::int64_t rtp_clock_hz_ = 1;
  std::vector<std::uint8_t> payload_{};  // of the candidate
  Candidate candidate_{};
  SequenceUnwrapper sequence_{};
  TimestampUnwrapper timestamp_{};
  bool is_open_ = false;
  std::uint32_t ssrc_ = 0;
  std::int64_t origin_ticks_ = 0;
  std::int64_t transit_ns_ = 0;  // of the packet before
};

}  // namespace mixminus::jitter
