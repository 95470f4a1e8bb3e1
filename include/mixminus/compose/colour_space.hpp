// How Y, Cb and Cr are made of red, green and blue.
#pragma once

#include <cstdint>

namespace mixminus::compose {

enum class Matrix : std::uint8_t {
  bt601,  ///< ITU-R BT.601, small pictures of old
  bt709,  ///< ITU-R BT.709, HD
};

struct ColourSpace {
  Matrix matrix = Matrix::bt709;
  bool is_full_range = false;  ///< 0..255 (as JPEG has it) instead of 16..235 and 16..240
  friend bool operator==(const ColourSpace&, const ColourSpace&) = default;
};

}  // namespace mixminus::compose
