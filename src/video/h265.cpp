// H.265, RFC 7798: single NAL units, aggregation packets and fragmentation units, without DONL fields.
#include <array>

#include "video/annex_b.hpp"
#include "video/formats.hpp"

namespace mixminus::video {
namespace {

// types of NAL units, ITU-T H.265 table 7-1; those above 47 are of RFC 7798 section 4.4
constexpr std::uint8_t kLastSublayerNonReference = 14;  // RSV_VCL_N14: the even ones up to it
constexpr std::uint8_t kFirstTemporalSwitch = 2;        // TSA_N, TSA_R, STSA_N, STSA_R
constexpr std::uint8_t kLastTemporalSwitch = 5;
constexpr std::uint8_t kFirstRandomAccess = 16;  // BLA_W_LP
constexpr std::uint8_t kLastRandomAccess = 21;   // CRA_NUT
constexpr std::uint8_t kLastPicture = 31;
constexpr std::uint8_t kVideoParameterSet = 32;
constexpr std::uint8_t kAccessUnitDelimiter = 35;
constexpr std::uint8_t kLastSingle = 47;
constexpr std::uint8_t kAggregate = 48;
constexpr std::uint8_t kFragment = 49;

constexpr std::size_t kHeaderBytes = 2;
constexpr std::size_t kFuBytes = 3;  // payload header and FU header
constexpr std::uint8_t kStartBit = 0x80;
constexpr std::uint8_t kFuTypeMask = 0x3F;
constexpr std::uint8_t kFirstSegment = 0x80;  // first_slice_segment_in_pic_flag
constexpr std::uint8_t kTypeBits = 0x7E;

constexpr std::uint8_t type_of(std::uint8_t first_byte) noexcept { return (first_byte & kTypeBits) >> 1; }

constexpr bool is_random_access(std::uint8_t type) noexcept {
  return type >= kFirstRandomAccess && type <= kLastRandomAccess;
}

/// nuh_temporal_id_plus1 must not be 0 (ITU-T H.265 section 7.4.2.2).
constexpr std::int32_t layer_of(Bytes header) noexcept { return (header[1] & 7) - 1; }

/// As for H.264: before an ordinary picture nothing is missed, before one at which decoding begins parameter sets may
/// be.
bool begins_frame(std::uint8_t type, Bytes behind_header) noexcept {
  if (type == kAccessUnitDelimiter || type == kVideoParameterSet) return true;
  return type < kFirstRandomAccess && !behind_header.empty() && (behind_header[0] & kFirstSegment) != 0;
}

void add_unit(PayloadInfo& info, Bytes header, std::uint8_t type) noexcept {
  info.is_key = info.is_key || is_random_access(type);
  if (type > kLastPicture) return;
  info.has_picture = true;
  info.layer = layer_of(header);
  info.is_discardable = type <= kLastSublayerNonReference && type % 2 == 0;
  info.is_sync = type >= kFirstTemporalSwitch && type <= kLastTemporalSwitch;
}

PayloadInfo inspect_aggregate(Bytes rest) noexcept {
  PayloadInfo info{.begins_unit = true};
  Bytes unit;
  for (bool is_first = true; take_unit(rest, kHeaderBytes, unit); is_first = false) {
    const std::uint8_t type = type_of(unit[0]);
    if (type > kLastSingle || layer_of(unit) < 0) return {};
    if (is_first) info.begins_frame = begins_frame(type, unit.subspan(kHeaderBytes));
    info.is_valid = true;
    add_unit(info, unit, type);
  }
  return rest.empty() ? info : PayloadInfo{};
}

PayloadInfo inspect_fragment(Bytes payload) noexcept {
  if (payload.size() < kFuBytes) return {};
  const bool starts = (payload[2] & kStartBit) != 0;
  const std::uint8_t type = payload[2] & kFuTypeMask;
  if (type > kLastSingle) return {};
  PayloadInfo info{.is_valid = true, .begins_unit = starts};
  info.begins_frame = starts && begins_frame(type, payload.subspan(kFuBytes));
  add_unit(info, payload, type);
  return info;
}

}  // namespace

PayloadInfo inspect_h265(Bytes payload) noexcept {
  if (payload.size() < kHeaderBytes || layer_of(payload) < 0) return {};
  const std::uint8_t type = type_of(payload[0]);
  if (type == kAggregate) return inspect_aggregate(payload.subspan(kHeaderBytes));
  if (type == kFragment) return inspect_fragment(payload);
  if (type > kLastSingle) return {};
  PayloadInfo info{.is_valid = true, .begins_unit = true};
  info.begins_frame = begins_frame(type, payload.subspan(kHeaderBytes));
  add_unit(info, payload, type);
  return info;
}

std::size_t append_h265(Bytes payload, std::span<std::uint8_t> out) noexcept {
  if (!inspect_h265(payload).is_valid) return 0;
  AnnexB units(out);
  const std::uint8_t type = type_of(payload[0]);
  if (type == kAggregate) {
    Bytes rest = payload.subspan(kHeaderBytes);
    for (Bytes unit; take_unit(rest, kHeaderBytes, unit);) units.put_unit(unit);
  } else if (type == kFragment) {
    const auto first = static_cast<std::uint8_t>((payload[0] & ~kTypeBits) | (payload[2] & kFuTypeMask) << 1);
    const std::array header{first, payload[1]};
    units.put_fragment((payload[2] & kStartBit) != 0, header, payload.subspan(kFuBytes));
  } else {
    units.put_unit(payload);
  }
  return units.size_bytes();
}

}  // namespace mixminus::video
