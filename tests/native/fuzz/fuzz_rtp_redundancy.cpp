// Any payload: no RED, or blocks inside it from which the same payload is built again.
#include <vector>

#include "mixminus/rtp/redundancy.hpp"
#include "views.hpp"

using namespace mixminus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes payload(data, size);
  rtp::Blocks blocks;
  if (rtp::parse_redundancy(payload, blocks) != Status::ok) return 0;
  fuzz::require(blocks.count >= 1 && blocks.count <= rtp::kMaxBlocks);
  std::size_t payload_bytes = 0;
  for (const rtp::Block& block : blocks.view()) {
    fuzz::require(fuzz::is_inside(payload, block.payload));
    fuzz::require(block.primary == (&block == &blocks.view().back()));
    payload_bytes += block.payload.size();
  }
  fuzz::require(payload_bytes + 4 * blocks.count - 3 == size);
  std::vector<std::uint8_t> again(size);
  fuzz::require(rtp::write_redundancy(blocks.view(), again) == size && fuzz::same(again, payload));
  fuzz::require(rtp::write_redundancy(blocks.view(), std::span(again).first(size - 1)) == 0);
  return 0;
}
