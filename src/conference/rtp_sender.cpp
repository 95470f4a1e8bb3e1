// A ring of whole packets; the oldest gives way when nobody takes them.
#include "mixminus/conference/rtp_sender.hpp"

#include <algorithm>
#include <new>

#include "mixminus/rtp/packet.hpp"

namespace mixminus::conference {
namespace {

constexpr std::size_t kMaxHeaderBytes = rtp::kFixedHeaderBytes + 4 * rtp::kMaxCsrcs + 4 + RtpSender::kMaxExtensionBytes;

}  // namespace

Status RtpSender::configure(const StreamOrigin& origin, std::uint8_t payload_type,
                            std::size_t max_payload_bytes) noexcept try {
  origin_ = origin;
  payload_type_ = payload_type;
  slot_bytes_ = kMaxHeaderBytes + max_payload_bytes;
  memory_.assign(kSlots * slot_bytes_, 0);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::span<std::uint8_t> RtpSender::slot(std::uint64_t index) noexcept {
  return std::span(memory_).subspan(index % kSlots * slot_bytes_, slot_bytes_);
}

void RtpSender::push(Bytes payload, std::uint32_t timestamp_step, const Contribution& contribution) noexcept {
  const std::uint32_t timestamp = origin_.rtp_timestamp;
  origin_.rtp_timestamp += timestamp_step;
  if (payload.empty()) {
    is_after_pause_ = true;
    return;
  }
  if (pushed_ - taken_ == kSlots) {
    ++taken_;
    ++packets_overwritten_;
  }
  const std::span<std::uint8_t> packet = slot(pushed_);
  const auto csrcs = contribution.csrcs.first(std::min(contribution.csrcs.size(), rtp::kMaxCsrcs));
  const rtp::Header header{.ssrc = origin_.ssrc,
                           .sequence_number = origin_.sequence_number++,
                           .rtp_timestamp = timestamp,
                           .payload_type = payload_type_,
                           .marker = is_after_pause_,
                           .csrcs = csrcs,
                           .extension_profile = contribution.extension_profile,
                           .extension = contribution.extension};
  const std::size_t header_bytes = rtp::write_header(header, packet);
  std::copy(payload.begin(), payload.end(), packet.begin() + static_cast<std::ptrdiff_t>(header_bytes));
  sizes_bytes_[pushed_++ % kSlots] = header_bytes + payload.size();
  is_after_pause_ = false;
  ++packets_sent_;
  bytes_sent_ += payload.size();
}

Bytes RtpSender::front() const noexcept {
  if (pushed_ == taken_) return {};
  return Bytes(memory_).subspan(taken_ % kSlots * slot_bytes_, sizes_bytes_[taken_ % kSlots]);
}

void RtpSender::pop() noexcept { taken_ += pushed_ == taken_ ? 0 : 1; }

}  // namespace mixminus::conference
