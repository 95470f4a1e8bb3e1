// Writing NAL units behind start codes (ITU-T H.264 and H.265 Annex B), and reading aggregates of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/packet_view.hpp"

namespace mixminus::video {

class AnnexB {
 public:
  explicit AnnexB(std::span<std::uint8_t> out) noexcept : out_(out) {}

  void put(Bytes bytes) noexcept {
    has_room_ = has_room_ && bytes.size() <= out_.size() - size_bytes_;
    if (!has_room_) return;
    std::ranges::copy(bytes, out_.begin() + static_cast<std::ptrdiff_t>(size_bytes_));
    size_bytes_ += bytes.size();
  }
  void put_unit(Bytes unit) noexcept {
    start();
    put(unit);
  }
  /// A piece of a fragmented unit; the first one brings the unit's header.
  void put_fragment(bool is_first, Bytes header, Bytes piece) noexcept {
    if (is_first) put_unit(header);
    put(piece);
  }
  /// 0 when there was no room for all of it.
  [[nodiscard]] std::size_t size_bytes() const noexcept { return has_room_ ? size_bytes_ : 0; }

 private:
  void start() noexcept { put(kStartCode); }

  static constexpr std::array<std::uint8_t, 4> kStartCode{0, 0, 0, 1};

  std::span<std::uint8_t> out_;
  std::size_t size_bytes_ = 0;
  bool has_room_ = true;
};

/// Takes a NAL unit behind its size of 16 bits off an aggregate (RFC 6184 section 5.7.1, RFC 7798 section 4.4.2);
/// false at the end, or when it is cut short or below `least_bytes`.
inline bool take_unit(Bytes& rest, std::size_t least_bytes, Bytes& unit) noexcept {
  if (rest.size() < 2) return false;
  const std::size_t size_bytes = static_cast<std::size_t>(rest[0] << 8 | rest[1]);
  if (size_bytes < least_bytes || size_bytes > rest.size() - 2) return false;
  unit = rest.subspan(2, size_bytes);
  rest = rest.subspan(2 + size_bytes);
  return true;
}

}  // namespace mixminus::video
