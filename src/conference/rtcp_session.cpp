// Reading what the site reports, writing what we report.
#include "mixminus/conference/rtcp_session.hpp"

#include <new>
#include <span>
#include <utility>

#include "mixminus/rtp/ntp.hpp"
#include "mixminus/rtp/rtcp.hpp"
#include "mixminus/rtp/rtcp_writer.hpp"

namespace mixminus::conference {
namespace {

constexpr std::int64_t kMinIntervalNs = 5'000'000'000;
constexpr std::size_t kMaxCnameBytes = 255;

/// e - 3/2, by which section 6.3.1 divides to make up for timer reconsideration.
constexpr double kCompensation = 1.21828;

std::uint64_t ntp_of(const ReportTime& time) noexcept {
  return rtp::ntp_from_unix_ns(time.now_ns + time.unix_offset_ns);
}

}  // namespace

Status RtcpSession::configure(std::uint32_t ssrc, std::string cname) noexcept {
  if (cname.empty() || cname.size() > kMaxCnameBytes) return Status::out_of_range;
  ssrc_ = ssrc;
  cname_ = std::move(cname);
  random_ = ssrc | 1ULL << 32;
  return Status::ok;
}

void RtcpSession::receive(Bytes datagram, const ReportTime& arrival, AudioReceiver& receiver) noexcept {
  if (rtp::validate_compound(datagram) != Status::ok) {
    ++remote_.reports_malformed;
    return;
  }
  ++remote_.reports_received;
  rtp::RtcpReader reader(datagram);
  for (rtp::RtcpPacket packet; reader.next(packet);) {
    if (packet.type == rtp::RtcpType::goodbye) has_said_bye_ = true;
    rtp::Report report;
    if (rtp::parse_report(packet, report) != Status::ok) continue;
    if (report.is_sender) receiver.receive(report.sender, arrival.now_ns);
    for (std::size_t i = 0; i < rtp::reception_report_count(report); ++i) {
      const rtp::ReceptionReport block = rtp::reception_report(report, i);
      if (block.ssrc != ssrc_) continue;
      remote_.packets_lost = block.cumulative_lost;
      remote_.fraction_lost = static_cast<float>(block.fraction_lost) / 256.0F;
      remote_.jitter = block.jitter;
      remote_.round_trip_time_ns =
          rtp::round_trip_ns(rtp::ntp_middle(ntp_of(arrival)), block.last_sr, block.delay_since_last_sr);
    }
  }
}

std::int64_t RtcpSession::next_interval_ns(std::int64_t base_ns) noexcept {
  random_ ^= random_ << 13;  // xorshift64, Marsaglia 2003
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  const double factor = 0.5 + static_cast<double>(random_ >> 11) * 0x1p-53;
  return static_cast<std::int64_t>(static_cast<double>(base_ns) * factor / kCompensation);
}

bool RtcpSession::is_due(std::int64_t now_ns) noexcept {
  if (!is_started_) due_ns_ = now_ns + next_interval_ns(kMinIntervalNs / 2);
  is_started_ = true;
  return now_ns >= due_ns_;
}

void RtcpSession::write(const RtpSender& sender, AudioReceiver& receiver, const ReportTime& time) noexcept {
  due_ns_ = time.now_ns + next_interval_ns(kMinIntervalNs);
  rtp::ReceptionReport block;
  const bool has_block = receiver.report(time.now_ns, block);
  const std::span blocks = std::span(&block, 1).first(has_block ? 1 : 0);
  rtp::RtcpWriter writer(memory_);
  if (sender.packets_sent() > 0) {
    const rtp::SenderInfo info{.ntp = ntp_of(time),
                               .rtp_timestamp = sender.rtp_timestamp(),
                               .packet_count = static_cast<std::uint32_t>(sender.packets_sent()),
                               .octet_count = static_cast<std::uint32_t>(sender.bytes_sent())};
    writer.sender_report(ssrc_, info, blocks);
  } else {
    writer.receiver_report(ssrc_, blocks);
  }
  writer.cname(ssrc_, cname_);
  report_bytes_ = writer.written().size();
}

}  // namespace mixminus::conference
