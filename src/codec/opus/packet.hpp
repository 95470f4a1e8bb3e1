// What an Opus packet says of itself before it is decoded.
#pragma once

#include "mixminus/base/packet_view.hpp"

namespace mixminus::codec {

/// Samples per channel at `sample_rate_hz`, at most 120 ms; kFailed when the framing of RFC 6716 section 3
/// is broken anywhere, not only in the bytes that hold the duration.
[[nodiscard]] std::int32_t opus_duration(Bytes packet, std::int32_t sample_rate_hz) noexcept;

/// Whether the first frame holds a low bit-rate copy of the one before it (LBRR, RFC 6716 section 4.2.4).
[[nodiscard]] bool opus_has_lbrr(Bytes packet) noexcept;

}  // namespace mixminus::codec
