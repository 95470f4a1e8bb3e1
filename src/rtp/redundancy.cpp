// RFC 2198 section 3: four bytes of header for each redundant block, one for the primary, then the data.
#include "mixminus/rtp/redundancy.hpp"

#include <algorithm>

#include "rtp/network_order.hpp"

namespace mixminus::rtp {
namespace {

constexpr std::uint8_t kFollowBit = 0x80;
constexpr std::uint8_t kPayloadTypeMask = 0x7F;
constexpr std::size_t kRedundantHeaderBytes = 4;
constexpr std::size_t kPrimaryHeaderBytes = 1;
constexpr unsigned kLengthBits = 10;

struct Head {
  Block block;
  std::size_t payload_bytes = 0;
};

/// Takes one header off `rest`; false when it is cut short.
bool take_head(Bytes& rest, Head& head) noexcept {
  if (rest.empty()) return false;
  head.block.payload_type = rest[0] & kPayloadTypeMask;
  head.block.primary = (rest[0] & kFollowBit) == 0;
  const std::size_t head_bytes = head.block.primary ? kPrimaryHeaderBytes : kRedundantHeaderBytes;
  if (rest.size() < head_bytes) return false;
  if (!head.block.primary) {
    const std::uint32_t word = load32(rest.data());
    head.block.timestamp_offset = static_cast<std::uint16_t>(word >> kLengthBits & kMaxTimestampOffset);
    head.payload_bytes = word & kMaxRedundantBytes;
  }
  rest = rest.subspan(head_bytes);
  return true;
}

bool is_representable(const Block& block, bool is_primary) noexcept {
  if (block.payload_type > kPayloadTypeMask) return false;
  return is_primary || (block.timestamp_offset <= kMaxTimestampOffset && block.payload.size() <= kMaxRedundantBytes);
}

std::uint8_t* store_head(std::uint8_t* to, const Block& block, bool is_primary) noexcept {
  if (is_primary) return store8(to, block.payload_type);
  to = store8(to, kFollowBit | block.payload_type);
  return store(to, std::size_t{block.timestamp_offset} << kLengthBits | block.payload.size(), 3);
}

}  // namespace

Status parse_redundancy(Bytes payload, Blocks& blocks) noexcept {
  std::array<Head, kMaxBlocks> heads;
  std::size_t count = 0;
  Bytes rest = payload;
  do {
    if (count == kMaxBlocks || !take_head(rest, heads[count])) return Status::malformed;
  } while (!heads[count++].block.primary);
  std::size_t redundant_bytes = 0;
  for (const Head& head : std::span(heads).first(count)) redundant_bytes += head.payload_bytes;
  if (redundant_bytes > rest.size()) return Status::malformed;
  heads[count - 1].payload_bytes = rest.size() - redundant_bytes;
  blocks.count = count;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.items[i] = heads[i].block;
    blocks.items[i].payload = rest.first(heads[i].payload_bytes);
    rest = rest.subspan(heads[i].payload_bytes);
  }
  return Status::ok;
}

std::size_t write_redundancy(std::span<const Block> blocks, std::span<std::uint8_t> out) noexcept {
  std::size_t needed = 0;
  for (const Block& block : blocks) {
    const bool is_primary = &block == &blocks.back();
    if (!is_representable(block, is_primary)) return 0;
    needed += (is_primary ? kPrimaryHeaderBytes : kRedundantHeaderBytes) + block.payload.size();
  }
  if (needed > out.size()) return 0;
  std::uint8_t* to = out.data();
  for (const Block& block : blocks) to = store_head(to, block, &block == &blocks.back());
  for (const Block& block : blocks) to = std::ranges::copy(block.payload, to).out;
  return needed;
}

}  // namespace mixminus::rtp
