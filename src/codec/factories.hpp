// What codec.cpp chooses from: one maker per codec. Those of optional libraries exist only in builds that have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "mixminus/codec/codec.hpp"

namespace mixminus::codec {

/// Longest payload looked at, that of a UDP datagram: counts of samples then fit an int32.
inline constexpr std::size_t kMaxPayloadBytes = 65'535;

[[nodiscard]] constexpr bool is_plausible(std::size_t payload_bytes) noexcept {
  return payload_bytes != 0 && payload_bytes <= kMaxPayloadBytes;
}

// They throw std::bad_alloc and nothing else.
Status make_g711(const Config& config, std::unique_ptr<Codec>& codec);
Status make_l16(const Config& config, std::unique_ptr<Codec>& codec);
Status make_opus(const Config& config, std::unique_ptr<Codec>& codec);
Status make_g722(const Config& config, std::unique_ptr<Codec>& codec);

}  // namespace mixminus::codec
