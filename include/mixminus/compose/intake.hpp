// Intake: a picture of any format that lies on any side, as upright I420.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "mixminus/base/export.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::kernels {
struct Table;
}  // namespace mixminus::kernels

namespace mixminus::compose {

/// Of a picture when it is turned.
constexpr Size upright_size(const Picture& picture) noexcept {
  const bool is_on_its_side = picture.rotation == Rotation::by_90 || picture.rotation == Rotation::by_270;
  return is_on_its_side ? Size{picture.size.height, picture.size.width} : picture.size;
}

/// True when sides, planes and rows are what the format needs.
MIXMINUS_API bool is_readable(const Picture& picture) noexcept;

/// Memory for what must be written anew: of NV12 chroma only, of I420 nothing unless it is turned.
class MIXMINUS_API Intake {
 public:
  /// Makes room for upright() of such pictures; allocates if there is less, throws std::bad_alloc.
  void prepare(const Picture& picture);

  /// The same as upright I420, valid until the next call; BGRA gets the colours of `colour`.
  [[nodiscard]] Picture upright(const Picture& picture, ColourSpace colour) noexcept;

  /// Tests only: an instruction set that is not the best.
  void run_on(const kernels::Table& kernel) noexcept { kernel_ = &kernel; }

 private:
  [[nodiscard]] Picture turned(const Picture& picture, std::uint8_t* memory) const noexcept;

  const kernels::Table* kernel_ = nullptr;
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t bytes_ = 0;
};

}  // namespace mixminus::compose
