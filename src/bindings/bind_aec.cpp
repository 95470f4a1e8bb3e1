// _core.aec: parts of the echo canceller. A spectrum is an array of shape (2, bins): real parts, imaginary parts.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <stdexcept>

#include "aec/delay_search.hpp"
#include "aec/kalman_filter.hpp"

namespace py = pybind11;
using namespace mixminus::aec;
using Floats = py::array_t<float, py::array::c_style>;

namespace {

std::size_t checked(std::size_t value, std::size_t least, std::size_t most, const char* message) {
  return value >= least && value <= most ? value : throw py::value_error(message);
}

std::span<const float> view(const Floats& samples, std::size_t size) {
  if (samples.ndim() != 1) throw py::value_error("samples must have one dimension");
  (void)checked(static_cast<std::size_t>(samples.size()), size, size, "another number of samples");
  return {samples.data(), size};
}

Floats copy_of(std::span<const float> values) { return Floats(static_cast<py::ssize_t>(values.size()), values.data()); }

Spectrum spectrum_of(const Floats& bins) {
  if (bins.ndim() != 2 || bins.shape(0) != 2) throw py::value_error("a spectrum must have shape (2, bins)");
  const std::size_t count = checked(static_cast<std::size_t>(bins.shape(1)), 1, kMaxBlock + 1, "bins: 1..161");
  Spectrum spectrum;
  std::copy_n(bins.data(0, 0), count, spectrum.re);
  std::copy_n(bins.data(1, 0), count, spectrum.im);
  return spectrum;
}

/// A filter that knows how long its blocks are.
struct Filter {
  Filter(std::size_t partitions, std::size_t block_samples)
      : block(checked(block_samples, 2, kMaxBlock, "block: 2..160")) {
    if (filter.configure(checked(partitions, 1, 100, "partitions: 1..100"), block) != mixminus::Status::ok)
      throw py::value_error("no transform has this size");
  }
  void push(const Floats& far) {
    Blocks blocks;
    std::ranges::copy(view(far, 2 * block), blocks.samples);
    filter.push(blocks);
  }
  Floats predict() {
    float echo[kMaxBlock];
    filter.predict(std::span(echo, block));
    return copy_of(std::span<const float>(echo, block));
  }
  void adapt(const Floats& error, float process_noise) { filter.adapt(view(error, block), process_noise); }
  Floats uncertainty() const { return copy_of({filter.uncertainty(), block + 1}); }

  std::size_t block;
  KalmanFilter filter{};
};

DelaySearch make_search(std::size_t lags, std::size_t bins) {
  DelaySearch search;
  search.configure(checked(lags, 1, 1000, "lags: 1..1000"), checked(bins, 6, kMaxBlock + 1, "bins: 6..161"));
  return search;
}

}  // namespace

void bind_aec(py::module_ m) {
  py::class_<Filter>(m, "KalmanFilter", "The room's answer, in partitions of a block; see aec/kalman_filter.hpp.")
      .def(py::init<std::size_t, std::size_t>(), py::arg("partitions"), py::arg("block"))
      .def("push", &Filter::push, py::arg("far").noconvert())
      .def("predict", &Filter::predict)
      .def("adapt", &Filter::adapt, py::arg("error").noconvert(), py::arg("process_noise"))
      .def(
          "move", [](Filter& self, std::ptrdiff_t partitions) { self.filter.move(partitions); }, py::arg("partitions"))
      .def("forget", [](Filter& self) { self.filter.forget(); })
      .def("reset", [](Filter& self) { self.filter.reset(); })
      .def_property_readonly("uncertainty", &Filter::uncertainty)
      .def_property_readonly("strongest", [](const Filter& self) { return self.filter.strongest(); });
  py::class_<DelaySearch>(m, "DelaySearch", "By how many blocks the near end follows; see aec/delay_search.hpp.")
      .def(py::init(&make_search), py::arg("lags"), py::arg("bins"))
      .def(
          "update",
          [](DelaySearch& self, const Floats& far, const Floats& near, bool is_far_active) {
            self.update(spectrum_of(far), spectrum_of(near), is_far_active);
          },
          py::arg("far").noconvert(), py::arg("near").noconvert(), py::arg("is_far_active") = true)
      .def("move", &DelaySearch::move, py::arg("blocks"))
      .def("reset", &DelaySearch::reset)
      .def_property_readonly("best", &DelaySearch::best)
      .def_property_readonly("scores", [](const DelaySearch& self) { return copy_of(self.scores()); });
}
