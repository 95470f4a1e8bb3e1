// Any payload in any format: what comes out fits the bound, needs its room and no more, and comes from a valid one.
#include <array>
#include <vector>

#include "mixminus/video/depacketizer.hpp"
#include "views.hpp"

using namespace mixminus;

constexpr std::array kKinds{video::Kind::h264, video::Kind::vp8, video::Kind::h265};

static void check_info(const video::PayloadInfo& info) {
  fuzz::require(info.layer >= 0 && info.layer <= 7);
  fuzz::require(info.picture_id == video::kUnknown || (info.picture_id & ~info.picture_id_mask) == 0);
  fuzz::require(info.base_index >= video::kUnknown && info.base_index <= 255);
  fuzz::require(!info.begins_frame || info.begins_unit);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const video::Depacketizer depacketizer(kKinds[data[0] % kKinds.size()]);
  const std::vector<std::uint8_t> payload(data + 1, data + size);
  const video::PayloadInfo info = depacketizer.inspect(payload);
  check_info(info);
  std::vector<std::uint8_t> out(video::Depacketizer::most_bytes(payload.size()));
  const std::size_t written = depacketizer.append(payload, out);
  fuzz::require(info.is_valid || written == 0);
  if (written == 0) return 0;
  std::vector<std::uint8_t> exact(written);
  fuzz::require(depacketizer.append(payload, exact) == written && fuzz::same(exact, Bytes{out}.first(written)));
  exact.resize(written - 1);
  fuzz::require(depacketizer.append(payload, exact) == 0);
  return 0;
}
