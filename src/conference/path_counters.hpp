// PathCounters: the ways by which the copies of one stream come.
#pragma once

#include <array>
#include <cstdint>

#include "mixminus/base/packet_view.hpp"
#include "mixminus/conference/audio_receiver.hpp"
#include "mixminus/rtp/reception.hpp"

namespace mixminus::conference {

/// Each way sees all the packets that it was given, so what it loses shows although nothing was missed (RFC 7198).
class PathCounters {
 public:
  Status configure(std::int32_t rtp_clock_hz) noexcept {
    Status status = Status::ok;
    for (rtp::ReceptionStatistics& path : paths_)
      if (const Status each = path.configure(rtp_clock_hz); each != Status::ok) status = each;
    return status;
  }

  void receive(const PacketView& packet, std::int64_t arrival_ns, std::size_t path, bool is_first) noexcept {
    (void)paths_[path].receive(packet.sequence_number, packet.rtp_timestamp, arrival_ns);
    counted_[path].packets_received += 1;
    counted_[path].packets_first += is_first;
    used_ = path >= used_ ? path + 1 : used_;
  }

  [[nodiscard]] bool are_several() const noexcept { return used_ > 1; }

  [[nodiscard]] std::array<PathStatistics, kMaxPaths> statistics() const noexcept {
    std::array<PathStatistics, kMaxPaths> all = counted_;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].packets_lost += paths_[i].packets_lost();
      all[i].jitter_ns = paths_[i].jitter_ns();
    }
    return all;
  }

  /// Another sender: what was lost stays counted.
  void start_stream(std::int32_t rtp_clock_hz) noexcept {
    for (std::size_t i = 0; i < counted_.size(); ++i) counted_[i].packets_lost += paths_[i].packets_lost();
    (void)configure(rtp_clock_hz);
  }

 private:
  std::array<rtp::ReceptionStatistics, kMaxPaths> paths_{};
  std::array<PathStatistics, kMaxPaths> counted_{};
  std::size_t used_ = 0;
};

}  // namespace mixminus::conference
