// Any datagram: all that is read of it lies inside it, and reports are built again to the same bytes.
#include <vector>

#include "mixminus/rtp/feedback.hpp"
#include "mixminus/rtp/rtcp_writer.hpp"
#include "views.hpp"

using namespace mixminus;

/// Every other input becomes one packet that is right up to its body.
static std::vector<std::uint8_t> shaped(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  if (size < 4 || data[0] % 2 == 0) return bytes;
  bytes.resize(size / 4 * 4);
  bytes[0] = static_cast<std::uint8_t>(0x80 | (data[0] & 0x1F));
  bytes[1] = static_cast<std::uint8_t>(200 + data[1] % 7);
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

/// Numbers that repeat or fall are packed otherwise than they came; that they are the same is what counts.
static void check_nack(const rtp::RtcpPacket& packet) {
  rtp::Nack nack;
  if (rtp::parse_nack(packet, nack) != Status::ok) return;
  fuzz::require(fuzz::is_inside(packet.body, nack.entries));
  std::vector<std::uint16_t> numbers;
  rtp::NackReader reader(nack);
  for (std::uint16_t number = 0; reader.next(number);) numbers.push_back(number);
  std::vector<std::uint8_t> memory(12 + 4 * numbers.size());
  rtp::RtcpWriter writer(memory);
  fuzz::require(writer.nack(nack.ssrc, nack.media_ssrc, numbers) && writer.written().size() <= 4 + packet.body.size());
}

static void check_key_frame_requests(const rtp::RtcpPacket& packet) {
  std::vector<std::uint8_t> memory(4 + packet.body.size());
  rtp::RtcpWriter writer(memory);
  rtp::PictureLoss loss;
  if (rtp::parse_picture_loss(packet, loss) == Status::ok)
    fuzz::require(writer.picture_loss(loss.ssrc, loss.media_ssrc) &&
                  fuzz::same(writer.written().subspan(4), packet.body.first(8)));
  rtp::FullIntraRequest request;
  if (rtp::parse_full_intra_request(packet, request) != Status::ok) return;
  fuzz::require(fuzz::is_inside(packet.body, request.entries));
  std::vector<rtp::IntraRequest> entries;
  for (std::size_t i = 0; i < rtp::intra_request_count(request); ++i) entries.push_back(rtp::intra_request(request, i));
  fuzz::require(writer.full_intra_request(request.ssrc, entries));
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
    check_nack(packet);
    check_key_frame_requests(packet);
  }
  fuzz::require(packets <= size / 4 && !(is_compound && reader.is_malformed()));
  return 0;
}
