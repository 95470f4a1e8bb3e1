// _core.jitter: what the jitter buffer reckons with, and what it does to samples.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <vector>

#include "mixminus/dsp/drift_corrector.hpp"
#include "mixminus/jitter/concealment.hpp"
#include "mixminus/jitter/delay_estimator.hpp"
#include "mixminus/jitter/nack_list.hpp"
#include "mixminus/jitter/time_scale.hpp"

namespace py = pybind11;
using namespace mixminus::jitter;
using mixminus::dsp::DriftCorrector;
using Samples = py::array_t<std::int16_t, py::array::c_style>;

namespace {

std::span<const std::int16_t> view(const Samples& frame) {
  return {frame.data(), static_cast<std::size_t>(frame.size())};
}

std::span<std::int16_t> writable(Samples& frame) {
  return {frame.mutable_data(), static_cast<std::size_t>(frame.size())};
}

Samples copy_of(std::span<const std::int16_t> samples) {
  return Samples(static_cast<py::ssize_t>(samples.size()), samples.data());
}

std::int32_t checked_rate(std::int32_t sample_rate_hz) {
  if (sample_rate_hz < 8000 || sample_rate_hz > 48000) throw py::value_error("sample_rate_hz: 8000..48000");
  return sample_rate_hz;
}

void bind_estimators(py::module_& m) {
  py::class_<DelayEstimator>(m, "DelayEstimator", "Arrival times in, target delay out.")
      .def(py::init([](std::int32_t min_delay_ms, std::int32_t max_delay_ms, float ms_per_percent) {
             if (min_delay_ms < 0 || min_delay_ms > max_delay_ms) throw py::value_error("min above max");
             DelayEstimator estimator;
             estimator.configure({min_delay_ms * std::int64_t{1'000'000}, max_delay_ms * std::int64_t{1'000'000}});
             estimator.set_ms_per_percent(ms_per_percent);
             return estimator;
           }),
           py::kw_only(), py::arg("min_delay_ms") = 0, py::arg("max_delay_ms") = 1000,
           py::arg("ms_per_percent") = DelayPrice::kDefaultMsPerPercent)
      .def("observe", &DelayEstimator::observe, py::arg("arrival_ns"), py::arg("media_ns"))
      .def("delay_ns", &DelayEstimator::delay_ns, py::arg("when_ns"), py::arg("media_ns"))
      .def_property_readonly("target_delay_ns", &DelayEstimator::target_delay_ns)
      .def_property_readonly("drift_ppm", &DelayEstimator::drift_ppm);
  py::class_<DelayPrice>(m, "DelayPrice", "What each delay would have cost; see jitter/delay_price.hpp.")
      .def(py::init([](float ms_per_percent) {
             DelayPrice price;
             price.set_ms_per_percent(ms_per_percent);
             return price;
           }),
           py::kw_only(), py::arg("ms_per_percent") = DelayPrice::kDefaultMsPerPercent)
      .def("observe", &DelayPrice::observe, py::arg("passed_ns"), py::arg("delay_ns"))
      .def_property_readonly("delay_ns", &DelayPrice::delay_ns);
}

py::list taken_from(NackList& list, std::int64_t now_ns, std::int64_t round_trip_ns, std::size_t room) {
  std::vector<std::uint16_t> numbers(room);
  numbers.resize(list.take(now_ns, round_trip_ns, numbers));
  return py::cast(numbers);
}

void bind_nack_list(py::module_& m) {
  py::class_<NackList>(m, "NackList", "Which packets are missing, and when to ask for them.")
      .def(py::init([](std::int64_t patience_ns) {
             NackList list;
             list.configure(patience_ns);
             return list;
           }),
           py::arg("patience_ns"))
      .def("observe", &NackList::observe, py::arg("number"), py::arg("arrival_ns"))
      .def("take", &taken_from, py::arg("now_ns"), py::arg("round_trip_ns") = 0, py::arg("room") = NackList::kCapacity)
      .def("is_expected", py::overload_cast<std::int64_t, std::int64_t>(&NackList::is_expected, py::const_),
           py::arg("number"), py::arg("now_ns"))
      .def("forget_before", &NackList::forget_before, py::arg("number"))
      .def("reset", &NackList::reset)
      .def("take_overflow", &NackList::take_overflow)
      .def("__len__", &NackList::size)
      .def_property_readonly("reordering_ns", &NackList::reordering_ns);
}

void bind_waveforms(py::module_& m) {
  py::class_<Concealment>(m, "Concealment", "Pitch repetition for codecs without concealment.")
      .def(py::init([](std::int32_t sample_rate_hz) {
             Concealment concealment;
             concealment.configure(checked_rate(sample_rate_hz));
             return concealment;
           }),
           py::arg("sample_rate_hz"))
      .def(
          "observe", [](Concealment& self, const Samples& frame) { self.observe(view(frame)); },
          py::arg("frame").noconvert())
      .def(
          "conceal", [](Concealment& self, Samples& noise) { self.conceal(writable(noise)); },
          py::arg("noise").noconvert())
      .def(
          "peek", [](Concealment& self, Samples& noise) { self.peek(writable(noise)); }, py::arg("noise").noconvert())
      .def_property_readonly("period_samples", &Concealment::period_samples);
  py::class_<TimeScale>(m, "TimeScale", "Frames made shorter or longer; see jitter/time_scale.hpp.")
      .def(py::init([](std::int32_t sample_rate_hz) {
             TimeScale time_scale;
             time_scale.configure(checked_rate(sample_rate_hz), static_cast<std::size_t>(sample_rate_hz) * 120 / 1000);
             return time_scale;
           }),
           py::arg("sample_rate_hz"))
      .def(
          "shorten",
          [](TimeScale& self, const Samples& frame, std::size_t most, float most_mismatch) {
            Samples kept = copy_of(view(frame));
            const std::size_t removed = self.shorten(writable(kept), most, most_mismatch);
            return copy_of(view(kept).subspan(removed));
          },
          py::arg("frame").noconvert(), py::arg("most"), py::arg("most_mismatch"))
      .def(
          "lengthen",
          [](TimeScale& self, const Samples& history, const Samples& frame, std::size_t most, float most_mismatch) {
            return copy_of(self.lengthen(view(history), view(frame), most, most_mismatch));
          },
          py::arg("history").noconvert(), py::arg("frame").noconvert(), py::arg("most"), py::arg("most_mismatch"));
  py::class_<DriftCorrector>(m, "DriftCorrector", "Fractional resampling near one; see dsp/drift_corrector.hpp.")
      .def(py::init([](std::int32_t max_input_samples) {
             DriftCorrector corrector;
             if (corrector.configure(max_input_samples) != mixminus::Status::ok)
               throw py::value_error("max_input_samples: 1..2^20");
             return corrector;
           }),
           py::arg("max_input_samples"))
      .def("set_stretch_ppm", &DriftCorrector::set_stretch_ppm, py::arg("ppm"))
      .def("skip", &DriftCorrector::skip, py::arg("input_samples"))
      .def(
          "process",
          [](DriftCorrector& self, const Samples& input) {
            Samples output(static_cast<py::ssize_t>(self.output_samples(static_cast<std::size_t>(input.size()))));
            if (self.process(view(input), writable(output)) != mixminus::Status::ok)
              throw py::value_error("more than max_input_samples");
            return output;
          },
          py::arg("input").noconvert());
  m.def(
      "cross_fade", [](const Samples& tail, Samples& frame) { cross_fade(view(tail), writable(frame)); },
      py::arg("tail").noconvert(), py::arg("frame").noconvert(), "Goes over from tail to frame, in place.");
}

}  // namespace

void bind_jitter_parts(py::module_ m) {
  bind_estimators(m);
  bind_nack_list(m);
  bind_waveforms(m);
}
