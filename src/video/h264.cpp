// H.264, RFC 6184: single NAL units, STAP-A and FU-A. What interleaves (STAP-B, MTAP, FU-B) is refused.
#include <array>

#include "video/annex_b.hpp"
#include "video/formats.hpp"

namespace mixminus::video {
namespace {

// types of NAL units, ITU-T H.264 table 7-1; those above 23 are of RFC 6184 table 1
constexpr std::uint8_t kSlice = 1;
constexpr std::uint8_t kIdrSlice = 5;
constexpr std::uint8_t kSequenceParameterSet = 7;
constexpr std::uint8_t kAccessUnitDelimiter = 9;
constexpr std::uint8_t kLastSingle = 23;
constexpr std::uint8_t kStapA = 24;
constexpr std::uint8_t kFuA = 28;

constexpr std::uint8_t kTypeMask = 0x1F;
constexpr std::uint8_t kReferenceMask = 0x60;  // nal_ref_idc
constexpr std::uint8_t kForbiddenAndReference = 0xE0;
constexpr std::uint8_t kStartBit = 0x80;
constexpr std::uint8_t kFirstMacroblock = 0x80;  // ue(v) of 0 is one set bit: the slice begins its picture
constexpr std::size_t kFuBytes = 2;              // indicator and header

constexpr std::uint8_t type_of(std::uint8_t header) noexcept { return header & kTypeMask; }

/// A data partition (2..4) is coded samples too.
constexpr bool is_picture(std::uint8_t type) noexcept { return type >= kSlice && type <= kIdrSlice; }

/// ITU-T H.264 section 7.4.1.2.3: a delimiter is first, then come parameter sets. So before a slice that begins an
/// ordinary picture nothing is missed, but before that of an IDR picture its parameter sets may be.
bool begins_frame(std::uint8_t type, Bytes behind_header) noexcept {
  if (type == kAccessUnitDelimiter || type == kSequenceParameterSet) return true;
  return type == kSlice && !behind_header.empty() && (behind_header[0] & kFirstMacroblock) != 0;
}

/// Adds what a NAL unit tells, of which `type` and the bytes behind its header are known; whole or its beginning.
void add_unit(PayloadInfo& info, std::uint8_t header, std::uint8_t type) noexcept {
  info.is_key = info.is_key || type == kIdrSlice || type == kSequenceParameterSet;
  if (!is_picture(type)) return;
  info.has_picture = true;
  info.is_discardable = (header & kReferenceMask) == 0;
}

PayloadInfo inspect_aggregate(Bytes rest) noexcept {
  PayloadInfo info{.begins_unit = true};
  Bytes unit;
  for (bool is_first = true; take_unit(rest, 1, unit); is_first = false) {
    const std::uint8_t type = type_of(unit[0]);
    if (type == 0 || type > kLastSingle) return {};
    if (is_first) info.begins_frame = begins_frame(type, unit.subspan(1));
    info.is_valid = true;
    add_unit(info, unit[0], type);
  }
  return rest.empty() ? info : PayloadInfo{};
}

PayloadInfo inspect_fragment(Bytes payload) noexcept {
  if (payload.size() < kFuBytes) return {};
  const bool starts = (payload[1] & kStartBit) != 0;
  const std::uint8_t type = type_of(payload[1]);
  if (type == 0 || type > kLastSingle) return {};
  PayloadInfo info{.is_valid = true, .begins_unit = starts};
  info.begins_frame = starts && begins_frame(type, payload.subspan(kFuBytes));
  add_unit(info, payload[0], type);
  return info;
}

}  // namespace

PayloadInfo inspect_h264(Bytes payload) noexcept {
  if (payload.empty()) return {};
  const std::uint8_t type = type_of(payload[0]);
  if (type == kStapA) return inspect_aggregate(payload.subspan(1));
  if (type == kFuA) return inspect_fragment(payload);
  if (type == 0 || type > kLastSingle) return {};
  PayloadInfo info{.is_valid = true, .begins_unit = true};
  info.begins_frame = begins_frame(type, payload.subspan(1));
  add_unit(info, payload[0], type);
  return info;
}

std::size_t append_h264(Bytes payload, std::span<std::uint8_t> out) noexcept {
  if (!inspect_h264(payload).is_valid) return 0;
  AnnexB units(out);
  const std::uint8_t type = type_of(payload[0]);
  if (type == kStapA) {
    Bytes rest = payload.subspan(1);
    for (Bytes unit; take_unit(rest, 1, unit);) units.put_unit(unit);
  } else if (type == kFuA) {
    const std::array header{static_cast<std::uint8_t>((payload[0] & kForbiddenAndReference) | type_of(payload[1]))};
    units.put_fragment((payload[1] & kStartBit) != 0, header, payload.subspan(kFuBytes));
  } else {
    units.put_unit(payload);
  }
  return units.size_bytes();
}

}  // namespace mixminus::video
