// RFC 4585 sections 6.2.1 and 6.3.1, RFC 5104 section 4.3.1: read and written.
#include "mixminus/rtp/feedback.hpp"

#include <bit>

#include "mixminus/rtp/rtcp_writer.hpp"
#include "rtp/network_order.hpp"
#include "rtp/rtcp_wire.hpp"

namespace mixminus::rtp {
namespace {

constexpr std::size_t kHeadBytes = 2 * kSourceBytes;  // who asks, and about whom
constexpr std::size_t kNackEntryBytes = 4;
constexpr std::size_t kIntraRequestBytes = 8;
constexpr std::uint16_t kMaskNumbers = 16;  // that BLP tells besides PID
constexpr std::size_t kMostWords = 0xFFFF;  // the length field has 16 bits

bool has(const RtcpPacket& packet, RtcpType type, std::uint8_t format, std::size_t least_bytes) noexcept {
  return packet.type == type && packet.count == format && packet.body.size() >= least_bytes;
}

/// Whole entries behind the head.
Bytes entries_of(const RtcpPacket& packet, std::size_t entry_bytes) noexcept {
  const std::size_t count = (packet.body.size() - kHeadBytes) / entry_bytes;
  return packet.body.subspan(kHeadBytes, count * entry_bytes);
}

/// How many of `numbers` one entry can say from the first on; BLP goes to `mask`.
std::size_t pack(std::span<const std::uint16_t> numbers, std::uint16_t& mask) noexcept {
  mask = 0;
  std::size_t said = 1;
  for (; said < numbers.size(); ++said) {
    const auto distance = static_cast<std::uint16_t>(numbers[said] - numbers[0]);
    if (distance > kMaskNumbers) break;
    if (distance > 0) mask = static_cast<std::uint16_t>(mask | 1U << (distance - 1));
  }
  return said;
}

std::size_t entry_count(std::span<const std::uint16_t> numbers) noexcept {
  std::size_t entries = 0;
  for (std::uint16_t mask = 0; !numbers.empty(); ++entries) numbers = numbers.subspan(pack(numbers, mask));
  return entries;
}

}  // namespace

Status parse_nack(const RtcpPacket& packet, Nack& nack) noexcept {
  if (!has(packet, RtcpType::transport_feedback, kNackFormat, kHeadBytes + kNackEntryBytes)) return Status::malformed;
  nack = {.ssrc = load32(packet.body.data()),
          .media_ssrc = load32(packet.body.data() + kSourceBytes),
          .entries = entries_of(packet, kNackEntryBytes)};
  return Status::ok;
}

void NackReader::enter() noexcept {
  number_ = load16(rest_.data());
  missing_ = std::uint32_t{load16(rest_.data() + 2)} << 1 | 1U;
  rest_ = rest_.subspan(kNackEntryBytes);
}

bool NackReader::next(std::uint16_t& sequence_number) noexcept {
  if (missing_ == 0) {
    if (rest_.empty()) return false;
    enter();
  }
  const int skipped = std::countr_zero(missing_);
  sequence_number = static_cast<std::uint16_t>(number_ + skipped);
  number_ = static_cast<std::uint16_t>(sequence_number + 1);
  missing_ >>= skipped + 1;
  return true;
}

Status parse_picture_loss(const RtcpPacket& packet, PictureLoss& loss) noexcept {
  if (!has(packet, RtcpType::payload_feedback, kPictureLossFormat, kHeadBytes)) return Status::malformed;
  loss = {.ssrc = load32(packet.body.data()), .media_ssrc = load32(packet.body.data() + kSourceBytes)};
  return Status::ok;
}

Status parse_full_intra_request(const RtcpPacket& packet, FullIntraRequest& request) noexcept {
  if (!has(packet, RtcpType::payload_feedback, kFullIntraRequestFormat, kHeadBytes + kIntraRequestBytes))
    return Status::malformed;
  request = {.ssrc = load32(packet.body.data()), .entries = entries_of(packet, kIntraRequestBytes)};
  return Status::ok;
}

std::size_t intra_request_count(const FullIntraRequest& request) noexcept {
  return request.entries.size() / kIntraRequestBytes;
}

IntraRequest intra_request(const FullIntraRequest& request, std::size_t index) noexcept {
  const std::uint8_t* from = request.entries.data() + kIntraRequestBytes * index;
  return {.ssrc = load32(from), .command_number = from[4]};
}

bool RtcpWriter::nack(std::uint32_t ssrc, std::uint32_t media_ssrc, std::span<const std::uint16_t> numbers) noexcept {
  const std::size_t entries = entry_count(numbers);
  if (entries == 0 || entries > kMostWords - kHeadBytes / 4) return false;
  std::uint8_t* to = begin(RtcpType::transport_feedback, kNackFormat, kHeadBytes + entries * kNackEntryBytes);
  if (to == nullptr) return false;
  to = store32(store32(to, ssrc), media_ssrc);
  while (!numbers.empty()) {
    std::uint16_t mask = 0;
    const std::size_t said = pack(numbers, mask);
    to = store16(store16(to, numbers[0]), mask);
    numbers = numbers.subspan(said);
  }
  return true;
}

bool RtcpWriter::picture_loss(std::uint32_t ssrc, std::uint32_t media_ssrc) noexcept {
  std::uint8_t* to = begin(RtcpType::payload_feedback, kPictureLossFormat, kHeadBytes);
  if (to == nullptr) return false;
  store32(store32(to, ssrc), media_ssrc);
  return true;
}

bool RtcpWriter::full_intra_request(std::uint32_t ssrc, std::span<const IntraRequest> requests) noexcept {
  if (requests.empty() || requests.size() > (kMostWords - kHeadBytes / 4) / 2) return false;
  std::uint8_t* to =
      begin(RtcpType::payload_feedback, kFullIntraRequestFormat, kHeadBytes + requests.size() * kIntraRequestBytes);
  if (to == nullptr) return false;
  to = store32(to, ssrc) + kSourceBytes;  // the media source of the header stays 0
  for (const IntraRequest& request : requests)
    to = store8(store32(to, request.ssrc), request.command_number) + 3;  // reserved, 0
  return true;
}

}  // namespace mixminus::rtp
