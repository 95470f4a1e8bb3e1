// _core.kernels: those over spectra. A spectrum is an array of shape (2, bins): real parts, imaginary parts.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "bindings/kernel_table.hpp"
#include "dsp/fft_tables.hpp"
#include "mixminus/dsp/real_fft.hpp"

namespace py = pybind11;
using mixminus::bindings::by_name;
using mixminus::dsp::FftTables;
using mixminus::dsp::RealFft;
using mixminus::kernels::SpectrumPair;
using Floats = py::array_t<float, py::array::c_style>;

namespace {

// Kept for good: a bench must not time the making of tables.
const FftTables& tables_of(py::ssize_t size) {
  static std::map<py::ssize_t, std::shared_ptr<const FftTables>> all;
  std::shared_ptr<const FftTables>& tables = all[size];
  if (tables) return *tables;
  RealFft fft;  // which knows what sizes there are
  if (size > RealFft::kMaxSize || fft.configure(static_cast<std::int32_t>(size)) != mixminus::Status::ok)
    throw py::value_error("no transform has this size");
  tables = mixminus::dsp::shared_fft_tables(static_cast<std::size_t>(size / 2));
  return *tables;
}

std::size_t bins_of(const Floats& spectrum) {
  if (spectrum.ndim() != 2 || spectrum.shape(0) != 2) throw py::value_error("a spectrum must have shape (2, bins)");
  return static_cast<std::size_t>(spectrum.shape(1));
}

std::size_t common_bins(const Floats& spectrum, std::initializer_list<const Floats*> spectra,
                        std::initializer_list<const Floats*> arrays) {
  const std::size_t bins = bins_of(spectrum);
  for (const Floats* other : spectra)
    if (bins_of(*other) != bins) throw py::value_error("all arrays must have the same number of bins");
  for (const Floats* other : arrays)
    if (static_cast<std::size_t>(other->size()) != bins)
      throw py::value_error("all arrays must have the same number of bins");
  return bins;
}

SpectrumPair pair_of(const Floats& x, const Floats& d) {
  return {x.data(0, 0), x.data(1, 0), d.data(0, 0), d.data(1, 0)};
}

Floats fft_forward(const std::string& isa, const Floats& samples) {
  const FftTables& tables = tables_of(samples.size());
  Floats bins({py::ssize_t{2}, samples.size() / 2 + 1});
  by_name(isa).fft_forward(tables.plan, samples.data(), bins.mutable_data(0, 0), bins.mutable_data(1, 0));
  return bins;
}

Floats fft_inverse(const std::string& isa, const Floats& bins) {
  const auto size = static_cast<py::ssize_t>(2 * bins_of(bins)) - 2;
  const FftTables& tables = tables_of(size);
  Floats samples(size);
  by_name(isa).fft_inverse(tables.plan, bins.data(0, 0), bins.data(1, 0), samples.mutable_data());
  return samples;
}

void complex_mac(const std::string& isa, const Floats& a, const Floats& b, Floats& sum) {
  const std::size_t bins = common_bins(sum, {&a, &b}, {});
  by_name(isa).complex_mac(pair_of(a, b), sum.mutable_data(0, 0), sum.mutable_data(1, 0), bins);
}

float accumulate_correlation(const std::string& isa, const Floats& x, const Floats& d, float keep, Floats& c) {
  const std::size_t bins = common_bins(c, {&x, &d}, {});
  return by_name(isa).accumulate_correlation(pair_of(x, d), keep, c.mutable_data(0, 0), c.mutable_data(1, 0), bins);
}

void kalman_step(const std::string& isa, const Floats& x, const Floats& error, const Floats& inverse,
                 std::array<float, 3> keep_half_noise, Floats& w, Floats& p) {
  const std::size_t bins = common_bins(w, {&x, &error}, {&inverse, &p});
  const auto [keep, half, noise] = keep_half_noise;
  by_name(isa).kalman_step({pair_of(x, error), inverse.data(), keep, half, noise, w.mutable_data(0, 0),
                            w.mutable_data(1, 0), p.mutable_data()},
                           bins);
}

Floats fir(const std::string& isa, const Floats& taps, const Floats& in) {
  if (taps.size() < 1 || in.size() < taps.size()) throw py::value_error("there must be taps, and as much input");
  Floats out(in.size() - taps.size() + 1);
  by_name(isa).fir(taps.data(), static_cast<std::size_t>(taps.size()), in.data(), out.mutable_data(),
                   static_cast<std::size_t>(out.size()));
  return out;
}

void power_mac(const std::string& isa, const Floats& x, const Floats& p, Floats& sum) {
  const std::size_t bins = common_bins(x, {}, {&p, &sum});
  by_name(isa).power_mac(x.data(0, 0), x.data(1, 0), p.data(), sum.mutable_data(), bins);
}

void require_rows(const Floats& state, py::ssize_t rows, std::size_t bins) {
  if (state.ndim() != 2 || state.shape(0) != rows || static_cast<std::size_t>(state.shape(1)) != bins)
    throw py::value_error("state must have a row of bins for each of its arrays");
}

// `state` has rows noise, smooth, lowest and lowest before
float follow_noise(const std::string& isa, float learn, Floats& state, const Floats& spectrum) {
  const std::size_t bins = bins_of(spectrum);
  require_rows(state, 4, bins);
  return by_name(isa).follow_noise(
      {learn, state.mutable_data(0, 0), state.mutable_data(1, 0), state.mutable_data(2, 0), state.data(3, 0)},
      spectrum.data(0, 0), spectrum.data(1, 0), bins);
}

// `state` has rows noise, smooth and clean
void suppress_noise(const std::string& isa, std::pair<float, float> trust_and_least_gain, Floats& state,
                    Floats& spectrum) {
  const std::size_t bins = bins_of(spectrum);
  require_rows(state, 3, bins);
  const auto [trust, least_gain] = trust_and_least_gain;
  by_name(isa).suppress_noise({state.data(0, 0), state.data(1, 0), state.mutable_data(2, 0), trust, least_gain},
                              spectrum.mutable_data(0, 0), spectrum.mutable_data(1, 0), bins);
}

}  // namespace

void bind_spectrum(py::module_ m) {
  m.def("fft_forward", &fft_forward, py::arg("isa"), py::arg("samples").noconvert());
  m.def("fft_inverse", &fft_inverse, py::arg("isa"), py::arg("bins").noconvert());
  m.def("complex_mac", &complex_mac, py::arg("isa"), py::arg("a").noconvert(), py::arg("b").noconvert(),
        py::arg("sum").noconvert());
  m.def("accumulate_correlation", &accumulate_correlation, py::arg("isa"), py::arg("x").noconvert(),
        py::arg("d").noconvert(), py::arg("keep"), py::arg("c").noconvert());
  m.def("kalman_step", &kalman_step, py::arg("isa"), py::arg("x").noconvert(), py::arg("error").noconvert(),
        py::arg("inverse").noconvert(), py::arg("keep_half_noise"), py::arg("w").noconvert(), py::arg("p").noconvert());
  m.def("fir", &fir, py::arg("isa"), py::arg("taps").noconvert(), py::arg("samples").noconvert());
  m.def("power_mac", &power_mac, py::arg("isa"), py::arg("x").noconvert(), py::arg("p").noconvert(),
        py::arg("sum").noconvert());
  m.def("follow_noise", &follow_noise, py::arg("isa"), py::arg("learn"), py::arg("state").noconvert(),
        py::arg("spectrum").noconvert());
  m.def("suppress_noise", &suppress_noise, py::arg("isa"), py::arg("trust_and_least_gain"),
        py::arg("state").noconvert(), py::arg("spectrum").noconvert());
}
