// From the kind of codec to its payload format.
#include "mixminus/video/depacketizer.hpp"

#include "video/formats.hpp"

namespace mixminus::video {

PayloadInfo Depacketizer::inspect(Bytes payload) const noexcept {
  switch (kind_) {
    case Kind::h264:
      return inspect_h264(payload);
    case Kind::vp8:
      return inspect_vp8(payload);
    case Kind::h265:
      return inspect_h265(payload);
  }
  return {};
}

std::size_t Depacketizer::append(Bytes payload, std::span<std::uint8_t> out) const noexcept {
  switch (kind_) {
    case Kind::h264:
      return append_h264(payload, out);
    case Kind::vp8:
      return append_vp8(payload, out);
    case Kind::h265:
      return append_h265(payload, out);
  }
  return 0;
}

}  // namespace mixminus::video
