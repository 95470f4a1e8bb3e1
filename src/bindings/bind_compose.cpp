// _core.kernels: the scaler of one plane, what makes pictures I420, and blending, on any instruction set.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "bindings/kernel_table.hpp"
#include "compose/colour.hpp"
#include "kernels/table.hpp"
#include "mixminus/compose/intake.hpp"
#include "mixminus/compose/scaler.hpp"

namespace py = pybind11;
namespace compose = mixminus::compose;
using mixminus::bindings::by_name;
using mixminus::compose::Scaler;
using Pixels = py::array_t<std::uint8_t, py::array::c_style>;

namespace {

Pixels scale(const std::string& isa, const Pixels& plane, std::int32_t width, std::int32_t height, std::int32_t bands,
             bool is_sharp) {
  if (plane.ndim() != 2) throw py::value_error("plane must have shape (height, width)");
  if (bands < 1) throw py::value_error("bands must be at least 1");
  Scaler scaler;
  const mixminus::compose::Size size{static_cast<std::int32_t>(plane.shape(1)),
                                     static_cast<std::int32_t>(plane.shape(0))};
  const auto filter = is_sharp ? compose::Filter::sharp : compose::Filter::area;
  if (scaler.configure(size, {width, height}, filter) != mixminus::Status::ok)
    throw py::value_error("a side is out of range");
  scaler.run_on(by_name(isa));
  Pixels scaled({height, width});
  for (std::int32_t band = 0; band < bands; ++band) {
    const std::int32_t first = height * band / bands, end = height * (band + 1) / bands;
    scaler.process({plane.data(), plane.shape(1)}, {scaled.mutable_data(), width}, {first, end - first});
  }
  return scaled;
}

using Planes = std::array<Pixels, 3>;
using Space = std::pair<int, bool>;  // 601 or 709, full range

compose::ColourSpace space_of(Space space) {
  return {space.first == 709 ? compose::Matrix::bt709 : compose::Matrix::bt601, space.second};
}

Pixels copied(compose::PlaneView plane, std::int32_t width, std::int32_t height) {
  Pixels rows({height, width});
  for (std::int32_t y = 0; y < height; ++y) std::copy_n(plane.at({0, y}).pixels, width, rows.mutable_data(y));
  return rows;
}

// Planes are rows of bytes, whatever the format; those that it does not have are empty.
Planes upright(const std::string& isa, const Planes& planes, std::pair<std::int32_t, std::int32_t> size, int format,
               int rotation, Space canvas) {
  compose::Picture picture{.size = {size.first, size.second},
                           .format = static_cast<compose::PixelFormat>(format),
                           .rotation = static_cast<compose::Rotation>(rotation)};
  for (std::size_t index = 0; index < 3; ++index)
    picture.planes[index] = {planes[index].data(), planes[index].shape(1)};
  if (!compose::is_readable(picture)) throw py::value_error("planes do not belong together");
  compose::Intake intake;
  intake.prepare(picture);
  intake.run_on(by_name(isa));
  const auto [turned_size, turned, _, __, ___] = intake.upright(picture, space_of(canvas));
  const std::int32_t width = turned_size.width, height = turned_size.height;
  return {copied(turned[0], width, height), copied(turned[1], (width + 1) / 2, (height + 1) / 2),
          copied(turned[2], (width + 1) / 2, (height + 1) / 2)};
}

// In place; sides of y are even.
void recolour(const std::string& isa, Planes& planes, Space from, Space to) {
  compose::Canvas canvas;
  for (std::size_t index = 0; index < 3; ++index)
    canvas[index] = {planes[index].mutable_data(), planes[index].shape(1)};
  const compose::Rect whole{0, 0, static_cast<std::int32_t>(planes[0].shape(1)),
                            static_cast<std::int32_t>(planes[0].shape(0))};
  compose::recolour(by_name(isa), canvas, whole, space_of(from), space_of(to));
}

Pixels join_pairs(const std::string& isa, const Pixels& first, const Pixels& second) {
  if (first.size() != second.size()) throw py::value_error("both must have the same size");
  Pixels pairs(2 * first.size());
  by_name(isa).join_pairs(first.data(), second.data(), pairs.mutable_data(), static_cast<std::size_t>(first.size()));
  return pairs;
}

Pixels blend(const std::string& isa, const Pixels& source, const Pixels& alpha, const Pixels& target) {
  if (source.size() != target.size() || alpha.size() != target.size())
    throw py::value_error("all planes must have the same size");
  Pixels blended(target.size());
  std::copy_n(target.data(), target.size(), blended.mutable_data());
  by_name(isa).blend(source.data(), alpha.data(), blended.mutable_data(), static_cast<std::size_t>(target.size()));
  return blended;
}

}  // namespace

void bind_compose(py::module_ m) {
  m.def("scale", &scale, py::arg("isa"), py::arg("plane").noconvert(), py::arg("width"), py::arg("height"),
        py::arg("bands") = 1, py::arg("sharp") = false);
  m.def("upright", &upright, py::arg("isa"), py::arg("planes"), py::arg("size"), py::arg("format"), py::arg("rotation"),
        py::arg("canvas"));
  m.def("recolour", &recolour, py::arg("isa"), py::arg("planes"), py::arg("source"), py::arg("canvas"));
  m.def("join_pairs", &join_pairs, py::arg("isa"), py::arg("first"), py::arg("second"));
  m.def("blend", &blend, py::arg("isa"), py::arg("source").noconvert(), py::arg("alpha").noconvert(),
        py::arg("target").noconvert());
}
