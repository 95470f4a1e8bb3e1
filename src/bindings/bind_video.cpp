// _core.video: what a payload tells of its picture, for tests.
#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "bindings/rtp_values.hpp"
#include "mixminus/video/depacketizer.hpp"

namespace py = pybind11;
using namespace mixminus::bindings;
using namespace mixminus::video;

namespace {

Kind kind_of(const std::string& name) {
  if (name == "h264") return Kind::h264;
  if (name == "vp8") return Kind::vp8;
  require(name == "h265", "no such payload format");
  return Kind::h265;
}

py::bytes appended(const Depacketizer& self, const py::bytes& payload, std::size_t room_bytes) {
  std::vector<std::uint8_t> out(room_bytes);
  return copy(mixminus::Bytes(out).first(self.append(view(payload), out)));
}

}  // namespace

void bind_video(py::module_ m) {
  py::class_<PayloadInfo>(m, "PayloadInfo", "What one payload tells of its access unit; see depacketizer.hpp.")
      .def_readonly("is_valid", &PayloadInfo::is_valid)
      .def_readonly("begins_frame", &PayloadInfo::begins_frame)
      .def_readonly("begins_unit", &PayloadInfo::begins_unit)
      .def_readonly("is_key", &PayloadInfo::is_key)
      .def_readonly("has_picture", &PayloadInfo::has_picture)
      .def_readonly("is_discardable", &PayloadInfo::is_discardable)
      .def_readonly("layer", &PayloadInfo::layer)
      .def_readonly("is_sync", &PayloadInfo::is_sync)
      .def_readonly("picture_id", &PayloadInfo::picture_id)
      .def_readonly("picture_id_mask", &PayloadInfo::picture_id_mask)
      .def_readonly("base_index", &PayloadInfo::base_index);
  py::class_<Depacketizer>(m, "Depacketizer")
      .def(py::init([](const std::string& kind) { return Depacketizer(kind_of(kind)); }), py::arg("kind"))
      .def(
          "inspect", [](const Depacketizer& self, const py::bytes& payload) { return self.inspect(view(payload)); },
          py::arg("payload"))
      .def("append", &appended, py::arg("payload"), py::arg("room_bytes") = 4096);
}
