// VP8, RFC 7741: the payload descriptor of section 4.2, and the one bit of the frame header (section 4.3) that counts.
#include <algorithm>

#include "video/formats.hpp"

namespace mixminus::video {
namespace {

// first byte
constexpr std::uint8_t kExtendedBit = 0x80;
constexpr std::uint8_t kNonReferenceBit = 0x20;
constexpr std::uint8_t kStartBit = 0x10;
constexpr std::uint8_t kPartitionMask = 0x07;
// second byte, with X
constexpr std::uint8_t kPictureIdBit = 0x80;
constexpr std::uint8_t kBaseIndexBit = 0x40;
constexpr std::uint8_t kLayerBit = 0x20;
constexpr std::uint8_t kKeyIndexBit = 0x10;
// the byte of TID, Y and KEYIDX
constexpr std::uint8_t kSyncBit = 0x20;

constexpr std::uint8_t kLongPictureIdBit = 0x80;
constexpr std::uint8_t kInterFrameBit = 0x01;  // P: the inverse of a key frame

/// Reads byte by byte and remembers when there was none left.
class Reader {
 public:
  explicit Reader(Bytes payload) noexcept : rest_(payload) {}

  std::uint8_t byte() noexcept {
    if (rest_.empty()) {
      is_cut_short_ = true;
      return 0;
    }
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  [[nodiscard]] Bytes rest() const noexcept { return is_cut_short_ ? Bytes{} : rest_; }

 private:
  Bytes rest_;
  bool is_cut_short_ = false;
};

void read_picture_id(Reader& reader, PayloadInfo& info) noexcept {
  const std::uint8_t first = reader.byte();
  info.picture_id_mask = (first & kLongPictureIdBit) != 0 ? 0x7FFF : 0x7F;
  info.picture_id = first & 0x7F;
  if ((first & kLongPictureIdBit) != 0) info.picture_id = info.picture_id << 8 | reader.byte();
}

void read_extension(Reader& reader, PayloadInfo& info) noexcept {
  const std::uint8_t present = reader.byte();
  if ((present & kPictureIdBit) != 0) read_picture_id(reader, info);
  const std::int32_t base_index = (present & kBaseIndexBit) != 0 ? reader.byte() : kUnknown;
  if ((present & (kLayerBit | kKeyIndexBit)) == 0) return;
  const std::uint8_t layers = reader.byte();
  if ((present & kLayerBit) == 0) return;  // KEYIDX alone: the other bits mean nothing
  info.layer = layers >> 6;
  info.is_sync = (layers & kSyncBit) != 0;
  info.base_index = base_index;  // without TID it is to be ignored, as it is nobody's
}

/// Takes the descriptor off; nothing left: cut short.
Bytes read_descriptor(Bytes payload, PayloadInfo& info) noexcept {
  Reader reader(payload);
  const std::uint8_t first = reader.byte();
  info.is_discardable = (first & kNonReferenceBit) != 0;
  info.begins_frame = info.begins_unit = (first & kStartBit) != 0 && (first & kPartitionMask) == 0;
  if ((first & kExtendedBit) != 0) read_extension(reader, info);
  return reader.rest();
}

}  // namespace

PayloadInfo inspect_vp8(Bytes payload) noexcept {
  PayloadInfo info{.is_valid = true, .has_picture = true};
  const Bytes frame = read_descriptor(payload, info);
  if (frame.empty()) return {};
  info.is_key = info.begins_frame && (frame[0] & kInterFrameBit) == 0;
  return info;
}

std::size_t append_vp8(Bytes payload, std::span<std::uint8_t> out) noexcept {
  PayloadInfo info;
  const Bytes frame = read_descriptor(payload, info);
  if (frame.size() > out.size()) return 0;
  std::ranges::copy(frame, out.begin());
  return frame.size();
}

}  // namespace mixminus::video
