// Depacketizer: what an RTP payload is to its picture, and its bytes as a decoder wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"

namespace mixminus::video {

enum class Kind : std::uint8_t {
  h264,  ///< RFC 6184 in packetization modes 0 and 1
  vp8,   ///< RFC 7741
  h265,  ///< RFC 7798 without decoding order numbers: sprop-max-don-diff is 0
};

inline constexpr std::int32_t kUnknown = -1;

/// What one payload tells of its access unit.
struct PayloadInfo {
  bool is_valid = false;               ///< else nothing below is known, and append() gives nothing
  bool begins_frame = false;           ///< certainly the first packet of its access unit
  bool begins_unit = false;            ///< can be read without the packet before it
  bool is_key = false;                 ///< of an access unit at which decoding can begin
  bool has_picture = false;            ///< holds coded samples; without, the two below are not known
  bool is_discardable = false;         ///< no picture of the same or a lower layer refers to it
  std::int32_t layer = 0;              ///< temporal, 0..7: refers to pictures of the same and of lower ones only
  bool is_sync = false;                ///< refers to lower layers only, so its layer may begin here
  std::int32_t picture_id = kUnknown;  ///< of VP8: one more with each picture
  std::int32_t picture_id_mask = 0;    ///< 0x7F or 0x7FFF, where it wraps
  std::int32_t base_index = kUnknown;  ///< TL0PICIDX of VP8: one more with each picture of layer 0, 8 bits
};

/// Pure functions of the payload. Pictures of H.264 and H.265 come out in Annex B format, each NAL unit behind a start
/// code of four bytes.
class MIXMINUS_API Depacketizer {
 public:
  explicit Depacketizer(Kind kind = Kind::h264) noexcept : kind_(kind) {}

  [[nodiscard]] PayloadInfo inspect(Bytes payload) const noexcept;

  /// Writes the payload's part of its access unit; payloads are appended in order of sequence number. 0: no room, or
  /// not valid. No more than most_bytes().
  std::size_t append(Bytes payload, std::span<std::uint8_t> out) const noexcept;

  /// Above what append() can make of a payload of this size.
  [[nodiscard]] static constexpr std::size_t most_bytes(std::size_t payload_bytes) noexcept {
    return 2 * payload_bytes + 4;  // units of one byte behind lengths of two: a start code has four
  }

 private:
  Kind kind_;
};

}  // namespace mixminus::video
