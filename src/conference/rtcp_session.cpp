// Reading what the site reports, writing what we report.
#include "mixminus/conference/rtcp_session.hpp"

#include <algorithm>
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

Status RtcpSession::configure(std::uint32_t ssrc, std::uint32_t streams, std::string cname) noexcept {
  if (cname.empty() || cname.size() > kMaxCnameBytes) return Status::out_of_range;
  ssrc_ = ssrc;
  streams_ = streams;
  cname_ = std::move(cname);
  random_ = ssrc | 1ULL << 32;
  return Status::ok;
}

bool RtcpSession::receive(Bytes datagram, const ReportTime& arrival, rtp::Report& sender_report) noexcept {
  if (rtp::validate_compound(datagram) != Status::ok) {
    ++remote_.reports_malformed;
    return false;
  }
  ++remote_.reports_received;
  bool has_sender = false;
  rtp::RtcpReader reader(datagram);
  for (rtp::RtcpPacket packet; reader.next(packet);) {
    if (packet.type == rtp::RtcpType::goodbye) has_said_bye_ = true;
    rtp::Report report;
    if (rtp::parse_report(packet, report) != Status::ok) continue;
    if (report.is_sender) sender_report = report;
    has_sender |= report.is_sender;
    read(report, arrival);
  }
  return has_sender;
}

/// Sums up all streams that the report is about.
void RtcpSession::read(const rtp::Report& report, const ReportTime& arrival) noexcept {
  RemoteStatistics all{.reports_received = remote_.reports_received, .reports_malformed = remote_.reports_malformed};
  bool is_about_us = false;
  for (std::size_t i = 0; i < rtp::reception_report_count(report); ++i) {
    const rtp::ReceptionReport block = rtp::reception_report(report, i);
    if (block.ssrc - ssrc_ >= streams_) continue;
    is_about_us = true;
    all.packets_lost += block.cumulative_lost;
    all.fraction_lost = std::max(all.fraction_lost, static_cast<float>(block.fraction_lost) / 256.0F);
    all.jitter = std::max(all.jitter, block.jitter);
    const std::int64_t round_trip_ns =
        rtp::round_trip_ns(rtp::ntp_middle(ntp_of(arrival)), block.last_sr, block.delay_since_last_sr);
    all.round_trip_time_ns = std::max(all.round_trip_time_ns, round_trip_ns);
  }
  if (is_about_us) remote_ = all;
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

void RtcpSession::write(const RtpSender& sender, std::span<const rtp::ReceptionReport> blocks,
                        const ReportTime& time) noexcept {
  due_ns_ = time.now_ns + next_interval_ns(kMinIntervalNs);
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

void RtcpSession::write(const rtp::Application& application) noexcept {
  rtp::RtcpWriter writer(memory_);
  writer.receiver_report(ssrc_, {});
  writer.cname(ssrc_, cname_);
  writer.application(application);
  report_bytes_ = writer.written().size();
}

}  // namespace mixminus::conference
