// One pair of functions for each payload format, see Depacketizer.
#pragma once

#include "mixminus/video/depacketizer.hpp"

namespace mixminus::video {

PayloadInfo inspect_h264(Bytes payload) noexcept;
PayloadInfo inspect_vp8(Bytes payload) noexcept;
PayloadInfo inspect_h265(Bytes payload) noexcept;

std::size_t append_h264(Bytes payload, std::span<std::uint8_t> out) noexcept;
std::size_t append_vp8(Bytes payload, std::span<std::uint8_t> out) noexcept;
std::size_t append_h265(Bytes payload, std::span<std::uint8_t> out) noexcept;

}  // namespace mixminus::video
