// Redundant audio payloads (RED), RFC 2198.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::rtp {

inline constexpr std::size_t kMaxBlocks = 16;                 ///< taken from one payload; the format has no limit
inline constexpr std::uint16_t kMaxTimestampOffset = 0x3FFF;  ///< 14 bits
inline constexpr std::size_t kMaxRedundantBytes = 0x3FF;      ///< 10 bits; the primary block has no limit

/// One encoded frame of a RED payload.
struct Block {
  std::uint8_t payload_type = 0;
  std::uint16_t timestamp_offset = 0;  ///< RTP clock units before the packet's timestamp; primary: 0
  Bytes payload;
  bool primary = false;
};

/// Blocks in the order of the payload: oldest first, the primary last.
struct Blocks {
  std::array<Block, kMaxBlocks> items;
  std::size_t count = 0;

  [[nodiscard]] std::span<const Block> view() const noexcept { return std::span(items).first(count); }
};

/// Points `blocks` into `payload`. malformed, and `blocks` untouched, when headers or redundant blocks reach
/// beyond the payload or there are more than kMaxBlocks.
MIXMINUS_API Status parse_redundancy(Bytes payload, Blocks& blocks) noexcept;

/// Bytes written. The last of `blocks` becomes the primary; its offset is not sent. 0: no block, no room, or one
/// that section 3 cannot say (payload type, offset or size too large).
MIXMINUS_API std::size_t write_redundancy(std::span<const Block> blocks, std::span<std::uint8_t> out) noexcept;

}  // namespace mixminus::rtp
