// _core: a list of what is bound, and nothing else.
#include <pybind11/pybind11.h>

#include "kernels/table.hpp"

namespace py = pybind11;

void bind_aec(py::module_ m);
void bind_kernels(py::module_ m);
void bind_spectrum(py::module_ m);
void bind_compose(py::module_ m);
void bind_jitter(py::module_ m);
void bind_jitter_parts(py::module_ m);
void bind_rtp(py::module_ m);
void bind_rtcp(py::module_ m);
void bind_video(py::module_ m);

PYBIND11_MODULE(_core, m) {
  if (!mixminus::kernels::cap_is_known()) throw py::import_error("MIXMINUS_ISA names no instruction set of this build");
  m.attr("__version__") = MIXMINUS_VERSION;  // importlib.metadata would take half the time of the import
  m.def("isa", [] { return mixminus::kernels::active().isa; }, "Instruction set in use.");
  const py::module_ kernels = m.def_submodule("kernels", "Inner loops by instruction set, for tests and benches.");
  bind_kernels(kernels);
  bind_compose(kernels);
  bind_spectrum(kernels);
  bind_aec(m.def_submodule("aec", "Parts of the echo canceller, for tests."));
  const py::module_ jitter = m.def_submodule("jitter", "Parts of the jitter buffer.");
  bind_jitter(jitter);
  bind_jitter_parts(jitter);
  const py::module_ rtp = m.def_submodule("rtp", "RTP and RTCP as plain tuples; mixminus.rtp names their fields.");
  bind_rtp(rtp);
  bind_rtcp(rtp);
  bind_video(m.def_submodule("video", "Payload formats of pictures, for tests."));
}
