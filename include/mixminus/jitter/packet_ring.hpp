// PacketRing: the packets that wait, by extended sequence number, in memory taken once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"

namespace mixminus::jitter {

/// What a payload stands for. `other` (RFC 4733 events, unknown types) holds its place in the sequence only.
enum class Content : std::uint8_t { audio, comfort_noise, other, picture };

inline constexpr std::int8_t kNoLevel = 1;  ///< the sender did not say how loud the packet is

struct Packet {
  std::int64_t sequence_number = -1;  ///< extended, see base/wrap.hpp
  std::int64_t rtp_timestamp = 0;     ///< extended
  std::int64_t arrival_ns = 0;
  std::int32_t duration_ticks = 0;  ///< of the RTP clock
  Content content = Content::audio;
  bool is_redundant = false;          ///< a copy that came inside a later packet (RFC 2198)
  std::int8_t level_dbov = kNoLevel;  ///< as the sender says (RFC 6464), 0..-127
  Bytes payload{};
};

/// A slot is found by its number modulo the ring, so reordering costs nothing. Payload blocks are reused
/// last freed first: memory that is never needed is never touched.
class MIXMINUS_API PacketRing {
 public:
  /// Allocates; `slots` is a power of two.
  void configure(std::size_t slots, std::size_t max_payload_bytes);

  /// Copies the payload. An older packet in the same slot is lost; true when there was one.
  bool insert(const Packet& packet) noexcept;
  void mark_seen(std::int64_t sequence_number) noexcept;  ///< came, but too late to be kept

  /// Whether this number came within the last slots() numbers, played or not.
  [[nodiscard]] bool has_seen(std::int64_t sequence_number) const noexcept;
  /// The waiting packet with the lowest number from `sequence_number` on, or nullptr.
  [[nodiscard]] const Packet* first_from(std::int64_t sequence_number) const noexcept;

  /// Forgets a waiting packet; its payload stays readable until the next insert().
  void release(std::int64_t sequence_number) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return stored_; }
  [[nodiscard]] std::int64_t slots() const noexcept { return static_cast<std::int64_t>(slots_.size()); }
  [[nodiscard]] std::size_t max_payload_bytes() const noexcept { return max_payload_bytes_; }
  [[nodiscard]] std::int64_t newest() const noexcept { return newest_; }

 private:
  struct alignas(64) Slot {  // one line: most slots are far from every cache when their packet comes
    Packet packet{};
    std::int32_t block = -1;  // of the payload; -1: nothing waits here
  };
  static_assert(sizeof(Slot) == 64);

  [[nodiscard]] Slot& slot_of(std::int64_t sequence_number) noexcept;
  [[nodiscard]] const Slot& slot_of(std::int64_t sequence_number) const noexcept;

  std::vector<Slot> slots_;
  std::vector<std::int32_t> free_;  // blocks, used as a stack
  std::unique_ptr<std::uint8_t[]> payloads_;
  std::size_t max_payload_bytes_ = 0;
  std::size_t stored_ = 0;
  std::int64_t newest_ = -1;
};

}  // namespace mixminus::jitter
