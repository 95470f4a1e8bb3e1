// From one colour space to another.
#pragma once

#include "kernels/table.hpp"
#include "mixminus/base/export.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

/// What BGRA is weighed with.
const kernels::FromRgb& from_rgb(ColourSpace to) noexcept;

/// In place, an even rectangle of a canvas or a band of one.
MIXMINUS_API void recolour(const kernels::Table& kernel, const Canvas& canvas, const Rect& part, ColourSpace from,
                           ColourSpace to) noexcept;

}  // namespace mixminus::compose
