// _core.kernels: the scaler of one plane, and blending, on any instruction set.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bindings/kernel_table.hpp"
#include "kernels/table.hpp"
#include "mixminus/compose/scaler.hpp"

namespace py = pybind11;
using mixminus::bindings::by_name;
using mixminus::compose::Scaler;
using Pixels = py::array_t<std::uint8_t, py::array::c_style>;

namespace {

Pixels scale(const std::string& isa, const Pixels& plane, std::int32_t width, std::int32_t height, std::int32_t bands) {
  if (plane.ndim() != 2) throw py::value_error("plane must have shape (height, width)");
  if (bands < 1) throw py::value_error("bands must be at least 1");
  Scaler scaler;
  const mixminus::compose::Size size{static_cast<std::int32_t>(plane.shape(1)),
                                     static_cast<std::int32_t>(plane.shape(0))};
  if (scaler.configure(size, {width, height}) != mixminus::Status::ok) throw py::value_error("a side is out of range");
  scaler.run_on(by_name(isa));
  std::vector<std::int16_t> sums(scaler.scratch_sums());
  Pixels scaled({height, width});
  for (std::int32_t band = 0; band < bands; ++band) {
    const std::int32_t first = height * band / bands, end = height * (band + 1) / bands;
    scaler.process({plane.data(), plane.shape(1)}, {scaled.mutable_data(), width}, {first, end - first}, sums);
  }
  return scaled;
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
        py::arg("bands") = 1);
  m.def("blend", &blend, py::arg("isa"), py::arg("source").noconvert(), py::arg("alpha").noconvert(),
        py::arg("target").noconvert());
}
