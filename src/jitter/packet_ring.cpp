// Slots by sequence number, payload blocks from a stack of free ones.
#include "mixminus/jitter/packet_ring.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace mixminus::jitter {

namespace {
constexpr std::int32_t kNone = -1;
}

void PacketRing::configure(std::size_t slots, std::size_t max_payload_bytes) {
  assert(slots > 0 && (slots & (slots - 1)) == 0);
  slots_.resize(slots);
  free_.reserve(slots);
  payloads_.reset(new std::uint8_t[slots * max_payload_bytes]);  // not zeroed: untouched pages cost nothing
  max_payload_bytes_ = max_payload_bytes;
  clear();
}

void PacketRing::clear() noexcept {
  std::ranges::fill(slots_, Slot{});
  free_.clear();
  for (std::size_t block = slots_.size(); block-- > 0;) free_.push_back(static_cast<std::int32_t>(block));
  stored_ = 0;
  newest_ = -1;
}

PacketRing::Slot& PacketRing::slot_of(std::int64_t sequence_number) noexcept {
  return slots_[static_cast<std::size_t>(sequence_number) & (slots_.size() - 1)];
}

const PacketRing::Slot& PacketRing::slot_of(std::int64_t sequence_number) const noexcept {
  return slots_[static_cast<std::size_t>(sequence_number) & (slots_.size() - 1)];
}

bool PacketRing::insert(const Packet& packet) noexcept {
  assert(packet.payload.size() <= max_payload_bytes_);
  Slot& slot = slot_of(packet.sequence_number);
  const bool evicts = slot.block != kNone;
  if (evicts) release(slot.packet.sequence_number);
  slot.block = free_.back();
  free_.pop_back();
  std::uint8_t* const payload = payloads_.get() + static_cast<std::size_t>(slot.block) * max_payload_bytes_;
  if (!packet.payload.empty()) std::memcpy(payload, packet.payload.data(), packet.payload.size());
  slot.packet = packet;
  slot.packet.payload = {payload, packet.payload.size()};
  newest_ = std::max(newest_, packet.sequence_number);
  ++stored_;
  return evicts;
}

void PacketRing::mark_seen(std::int64_t sequence_number) noexcept {
  Slot& slot = slot_of(sequence_number);
  if (slot.block == kNone && slot.packet.sequence_number < sequence_number)
    slot.packet.sequence_number = sequence_number;
}

bool PacketRing::has_seen(std::int64_t sequence_number) const noexcept {
  return slot_of(sequence_number).packet.sequence_number == sequence_number;
}

const Packet* PacketRing::first_from(std::int64_t sequence_number) const noexcept {
  if (stored_ == 0) return nullptr;
  for (std::int64_t number = std::max(sequence_number, newest_ - slots() + 1); number <= newest_; ++number) {
    const Slot& slot = slot_of(number);
    if (slot.block != kNone && slot.packet.sequence_number == number) return &slot.packet;
  }
  return nullptr;
}

void PacketRing::release(std::int64_t sequence_number) noexcept {
  Slot& slot = slot_of(sequence_number);
  if (slot.block == kNone || slot.packet.sequence_number != sequence_number) return;
  free_.push_back(slot.block);
  slot.block = kNone;
  --stored_;
}

}  // namespace mixminus::jitter
