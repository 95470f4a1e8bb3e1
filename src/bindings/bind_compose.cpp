// _core.kernels: the scaler of one plane on any instruction set.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>

#include "bindings/kernel_table.hpp"
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
  Pixels scaled({height, width});
  for (std::int32_t band = 0; band < bands; ++band) {
    const std::int32_t first = height * band / bands, end = height * (band + 1) / bands;
    scaler.process({plane.data(), plane.shape(1)}, {scaled.mutable_data(), width}, {first, end - first});
  }
  return scaled;
}

}  // namespace

void bind_compose(py::module_ m) {
  m.def("scale", &scale, py::arg("isa"), py::arg("plane").noconvert(), py::arg("width"), py::arg("height"),
        py::arg("bands") = 1);
}
