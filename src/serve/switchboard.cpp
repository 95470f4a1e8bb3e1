// recvmmsg and sendmmsg around a conference.
#include "mixminus/serve/switchboard.hpp"

#include <sys/uio.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "mixminus/rtp/packet.hpp"

namespace mixminus::serve {
namespace {

constexpr int kMaxBatchesPerCall = 64;  // a flood cannot hold up the tick
constexpr std::int32_t kMinCandidates = 256;
constexpr std::int64_t kNsPerS = 1'000'000'000;

/// The kernel's arrival time, or `otherwise` where it gave none.
std::int64_t kernel_time_ns(const msghdr& header, std::int64_t offset_ns, std::int64_t otherwise) noexcept {
  msghdr copy = header;
  for (cmsghdr* c = CMSG_FIRSTHDR(&copy); c != nullptr; c = CMSG_NXTHDR(&copy, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at;
    std::memcpy(&at, CMSG_DATA(c), sizeof at);
    return std::min(at.tv_sec * kNsPerS + at.tv_nsec + offset_ns, otherwise);
  }
  return otherwise;
}

std::uint32_t read_u32(const std::uint8_t* bytes) noexcept {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

struct Switchboard::Line {
  conference::LegId leg{};
  Endpoint endpoint{};
  sockaddr_storage to{};
  socklen_t to_bytes = 0;
  std::int64_t last_arrival_ns = -1;
  bool takes_reports = false;
};

struct Switchboard::Batch {
  template <typename T>
  using PerDatagram = std::array<T, kBatch>;

  PerDatagram<mmsghdr> in{};
  PerDatagram<iovec> in_memory{};
  PerDatagram<sockaddr_storage> from{};
  PerDatagram<std::array<char, CMSG_SPACE(sizeof(timespec))>> control{};
  PerDatagram<std::array<std::uint8_t, kMaxDatagramBytes>> bytes{};
  PerDatagram<mmsghdr> out{};
  PerDatagram<iovec> out_memory{};
  unsigned queued = 0;

  void prepare() noexcept {
    for (std::size_t i = 0; i < in.size(); ++i) {
      in_memory[i] = {bytes[i].data(), bytes[i].size()};
      in[i].msg_hdr = {.msg_name = &from[i],
                       .msg_namelen = sizeof from[i],
                       .msg_iov = &in_memory[i],
                       .msg_iovlen = 1,
                       .msg_control = control[i].data(),
                       .msg_controllen = control[i].size(),
                       .msg_flags = 0};
    }
  }
};

Switchboard::Switchboard() noexcept = default;
Switchboard::~Switchboard() = default;

Status Switchboard::configure(int socket, std::int32_t capacity, std::uint64_t hash_key) noexcept try {
  Status status = table_.configure(capacity, hash_key);
  if (status == Status::ok) status = probation_.configure(std::max(capacity, kMinCandidates), hash_key);
  if (status != Status::ok) return status;
  sockaddr_storage bound{};
  socklen_t bound_bytes = sizeof bound;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &bound_bytes) != 0) return Status::out_of_range;
  socket_ = socket;
  family_ = bound.ss_family;
  lines_.assign(static_cast<std::size_t>(capacity), Line{});
  batch_ = std::make_unique<Batch>();
  strangers_.reserve(kMaxStrangers);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::span<const Stranger> Switchboard::receive(conference::Conference& conference, std::int64_t now_ns,
                                               std::int64_t realtime_offset_ns) noexcept {
  strangers_.clear();
  for (int call = 0; call < kMaxBatchesPerCall && batch_ != nullptr; ++call) {
    batch_->prepare();
    const int count = recvmmsg(socket_, batch_->in.data(), kBatch, MSG_DONTWAIT, nullptr);
    ++statistics_.receive_calls;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
      const mmsghdr& message = batch_->in[i];
      const bool is_whole = (message.msg_hdr.msg_flags & MSG_TRUNC) == 0;
      const Bytes datagram = Bytes(batch_->bytes[i]).first(is_whole ? message.msg_len : 0);
      accept(conference, datagram, batch_->from[i], kernel_time_ns(message.msg_hdr, realtime_offset_ns, now_ns));
    }
    if (count < kBatch) break;
  }
  return strangers_;
}

void Switchboard::accept(conference::Conference& conference, Bytes datagram, const sockaddr_storage& from,
                         std::int64_t arrival_ns) noexcept {
  ++statistics_.datagrams_received;
  const bool is_report = rtp::is_rtcp(datagram);
  PacketView packet;
  Endpoint endpoint;
  const bool is_valid = is_report ? datagram.size() >= 8 : rtp::parse(datagram, packet) == Status::ok;
  if (!is_valid || !read_endpoint(from, is_report ? read_u32(datagram.data() + 4) : packet.ssrc, endpoint)) {
    ++statistics_.datagrams_malformed;
    return;
  }
  const std::int32_t slot = table_.find(endpoint);
  if (slot < 0) {
    ++statistics_.datagrams_from_strangers;
    if (!is_report) announce(endpoint, packet);
    return;
  }
  Line& line = lines_[static_cast<std::size_t>(slot)];
  line.last_arrival_ns = std::max(line.last_arrival_ns, arrival_ns);
  line.takes_reports |= is_report;
  conference.receive(line.leg, datagram, arrival_ns);
}

void Switchboard::announce(const Endpoint& endpoint, const PacketView& packet) noexcept {
  if (!probation_.passes(endpoint, packet.sequence_number)) return;
  const auto is_same = [&](const Stranger& other) { return other.endpoint == endpoint; };
  if (strangers_.size() == kMaxStrangers || std::any_of(strangers_.begin(), strangers_.end(), is_same)) return;
  strangers_.push_back({endpoint, packet.payload_type});
}

void Switchboard::send(conference::Conference& conference) noexcept {
  if (batch_ == nullptr) return;
  for (const std::int32_t slot : conference.slots()) {
    const conference::LegId leg = conference.id_at(slot);
    const Line* const line = line_of(leg);
    if (line == nullptr) continue;
    for (Bytes packet = conference.packet(leg); !packet.empty(); packet = conference.packet(leg)) {
      queue(*line, packet);
      conference.take_packet(leg);
    }
    if (const Bytes report = conference.report(leg); !report.empty()) {
      if (line->takes_reports) queue(*line, report);
      conference.take_report(leg);
    }
  }
  flush();
}

void Switchboard::queue(const Line& line, Bytes datagram) noexcept {
  const unsigned index = batch_->queued++;
  batch_->out_memory[index] = {const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  batch_->out[index].msg_hdr = {.msg_name = const_cast<sockaddr_storage*>(&line.to),
                                .msg_namelen = line.to_bytes,
                                .msg_iov = &batch_->out_memory[index],
                                .msg_iovlen = 1,
                                .msg_control = nullptr,
                                .msg_controllen = 0,
                                .msg_flags = 0};
  if (batch_->queued == batch_->out.size()) flush();
}

void Switchboard::flush() noexcept {
  unsigned first = 0;
  while (first < batch_->queued) {
    const int sent = sendmmsg(socket_, &batch_->out[first], batch_->queued - first, MSG_DONTWAIT | MSG_NOSIGNAL);
    ++statistics_.send_calls;
    if (sent > 0) {
      statistics_.datagrams_sent += static_cast<unsigned>(sent);
      first += static_cast<unsigned>(sent);
      continue;
    }
    const bool is_full = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
    const unsigned lost = is_full ? batch_->queued - first : 1;  // else: this one address cannot be reached
    statistics_.datagrams_not_sent += lost;
    first += lost;
  }
  batch_->queued = 0;
}

Status Switchboard::connect(const Endpoint& endpoint, conference::LegId leg, std::int64_t now_ns) noexcept {
  if (leg.slot < 0 || static_cast<std::size_t>(leg.slot) >= lines_.size()) return Status::unknown_leg;
  Line line{.leg = leg, .endpoint = endpoint, .last_arrival_ns = now_ns};
  line.to_bytes = write_endpoint(endpoint, family_, line.to);
  if (line.to_bytes == 0) return Status::out_of_range;
  const std::int32_t former = table_.find(endpoint);
  if (former >= 0) lines_[static_cast<std::size_t>(former)] = Line{};  // a source has one leg
  Line& own = lines_[static_cast<std::size_t>(leg.slot)];
  if (own.to_bytes != 0) table_.erase(own.endpoint);  // and a leg one source
  own = line;
  return table_.insert(endpoint, leg.slot);
}

void Switchboard::disconnect(conference::LegId leg) noexcept {
  const Line* const line = line_of(leg);
  if (line == nullptr) return;
  table_.erase(line->endpoint);
  lines_[static_cast<std::size_t>(leg.slot)] = Line{};
}

const Switchboard::Line* Switchboard::line_of(conference::LegId leg) const noexcept {
  if (leg.slot < 0 || static_cast<std::size_t>(leg.slot) >= lines_.size()) return nullptr;
  const Line& line = lines_[static_cast<std::size_t>(leg.slot)];
  return line.leg == leg ? &line : nullptr;
}

std::int64_t Switchboard::last_arrival_ns(conference::LegId leg) const noexcept {
  const Line* const line = line_of(leg);
  return line == nullptr ? -1 : line->last_arrival_ns;
}

}  // namespace mixminus::serve
