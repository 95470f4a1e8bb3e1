// Switchboard: moves datagrams between one UDP socket and the legs of a conference, many at a call.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/conference/conference.hpp"
#include "mixminus/serve/endpoint.hpp"
#include "mixminus/serve/endpoint_table.hpp"
#include "mixminus/serve/probation.hpp"

namespace mixminus::serve {

/// Who sends RTP from somewhere new; the caller decides whether it becomes a leg.
struct Stranger {
  Endpoint endpoint{};
  std::uint8_t payload_type = 0;
};

struct SwitchboardStatistics {
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_malformed = 0;  ///< neither RTP nor RTCP, too long, or unanswerable
  std::uint64_t datagrams_from_strangers = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t datagrams_not_sent = 0;  ///< the socket's buffer was full, or the address cannot be reached
  std::uint64_t receive_calls = 0;
  std::uint64_t send_calls = 0;
};

/// The socket is opened, bound and closed by the caller; here it is only read and written without
/// blocking (recvmmsg, sendmmsg). Arrival times are the kernel's where SO_TIMESTAMPNS is set, so a
/// datagram that waited in the socket is not taken for a late one. Memory is taken at construction.
class MIXMINUS_API Switchboard {
 public:
  static constexpr std::size_t kMaxDatagramBytes = 2048;  ///< longer ones are malformed
  static constexpr std::int32_t kBatch = 64;              ///< datagrams per system call
  static constexpr std::size_t kMaxStrangers =
      8;  ///< announced per receive(): admitting one takes most of a millisecond

  Switchboard() noexcept;
  ~Switchboard();
  Status configure(int socket, std::int32_t capacity, std::uint64_t hash_key) noexcept;

  /// Reads what has arrived (bounded) and hands it to the legs. `now_ns` is the time on the clock of the
  /// conference, `realtime_offset_ns` what to add to the kernel's (CLOCK_REALTIME) to get there. Returns
  /// the senders that are not connected and have passed their probation, each once, at most kMaxStrangers.
  std::span<const Stranger> receive(conference::Conference& conference, std::int64_t now_ns,
                                    std::int64_t realtime_offset_ns) noexcept;

  /// Sends all packets and reports that the legs have ready. Reports go only to sites that send reports
  /// to this port themselves, because not every plain-RTP client takes RTCP there (RFC 5761).
  void send(conference::Conference& conference) noexcept;

  /// One leg for one source: whoever had either before is disconnected. out_of_range: not reachable.
  Status connect(const Endpoint& endpoint, conference::LegId leg, std::int64_t now_ns) noexcept;
  void disconnect(conference::LegId leg) noexcept;

  /// When the last datagram of that leg arrived, or when it was connected; -1 for an unknown one.
  [[nodiscard]] std::int64_t last_arrival_ns(conference::LegId leg) const noexcept;
  [[nodiscard]] const SwitchboardStatistics& statistics() const noexcept { return statistics_; }

 private:
  struct Line;   // one connected leg
  struct Batch;  // memory of the system calls

  [[nodiscard]] const Line* line_of(conference::LegId leg) const noexcept;
  void accept(conference::Conference& conference, Bytes datagram, const sockaddr_storage& from,
              std::int64_t arrival_ns) noexcept;
  void announce(const Endpoint& endpoint, const PacketView& packet) noexcept;
  void queue(const Line& line, Bytes datagram) noexcept;
  void flush() noexcept;

  int socket_ = -1;
  int family_ = 0;
  EndpointTable table_;
  Probation probation_;
  std::vector<Line> lines_;  // by slot of the conference
  std::unique_ptr<Batch> batch_;
  std::vector<Stranger> strangers_;
  SwitchboardStatistics statistics_{};
};

}  // namespace mixminus::serve
