// Any datagram: all that is read of it lies inside it, and reports are built again to the same bytes.
#include <vector>

#include "mixminus/rtp/rtcp_writer.hpp"
#include "views.hpp"

using namespace mixminus;

/// Every other input becomes one packet that is right up to its body.
static std::vector<std::uint8_t> shaped(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  if (size < 4 || data[0] % 2 == 0) return bytes;
  bytes.resize(size / 4 * 4);
  bytes[0] = static_cast<std::uint8_t>(0x80 | (data[0] & 0x1F));
  bytes[1] = static_cast<std::uint8_t>(200 + data[1] % 5);
  bytes[2] = static_cast<std::uint8_t>((bytes.size() / 4 - 1) >> 8);
  bytes[3] = static_cast<std::uint8_t>(bytes.size() / 4 - 1);
  return bytes;
}

static void check_report(const rtp::RtcpPacket& packet) {
  rtp::Report report;
  if (rtp::parse_report(packet, report) != Status::ok) return;
  fuzz::require(fuzz::is_inside(packet.body, report.blocks));
  std::vector<rtp::ReceptionReport> blocks;
  for (std::size_t i = 0; i < rtp::reception_report_count(report); ++i)
    blocks.push_back(rtp::reception_report(report, i));
  std::vector<std::uint8_t> memory(4 + packet.body.size());
  rtp::RtcpWriter writer(memory);
  fuzz::require(report.is_sender ? writer.sender_report(report.ssrc, report.sender, blocks)
                                 : writer.receiver_report(report.ssrc, blocks));
  const Bytes again = writer.written().subspan(4);
  fuzz::require(fuzz::same(again, packet.body.first(again.size())));
}

static void check_names(const rtp::RtcpPacket& packet) {
  rtp::SdesReader reader(packet);
  rtp::SdesItem item;
  for (std::size_t steps = 0; reader.next(item); ++steps)
    fuzz::require(item.type != 0 && fuzz::is_inside(packet.body, item.text) && steps <= packet.body.size());
  fuzz::require(!reader.next(item));
}

static void check_goodbye(const rtp::RtcpPacket& packet) {
  rtp::Goodbye goodbye;
  if (rtp::parse_goodbye(packet, goodbye) != Status::ok) return;
  fuzz::require(fuzz::is_inside(packet.body, goodbye.ssrcs) && fuzz::is_inside(packet.body, goodbye.reason));
  fuzz::require(rtp::goodbye_count(goodbye) == packet.count);
}

static void check_application(const rtp::RtcpPacket& packet) {
  rtp::Application application;
  if (rtp::parse_application(packet, application) != Status::ok) return;
  std::vector<std::uint8_t> memory(4 + packet.body.size());
  rtp::RtcpWriter writer(memory);
  fuzz::require(writer.application(application) && fuzz::same(writer.written().subspan(4), packet.body));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> bytes = shaped(data, size);
  const bool is_compound = rtp::validate_compound(bytes) == Status::ok;
  rtp::RtcpReader reader(bytes);
  rtp::RtcpPacket packet;
  std::size_t packets = 0;
  for (; reader.next(packet); ++packets) {
    fuzz::require(fuzz::is_inside(bytes, packet.body) && packet.body.size() % 4 == 0);
    check_report(packet);
    check_names(packet);
    check_goodbye(packet);
    check_application(packet);
  }
  fuzz::require(packets <= size / 4 && !(is_compound && reader.is_malformed()));
  return 0;
}
