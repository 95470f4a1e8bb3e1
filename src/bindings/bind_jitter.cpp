// _core.jitter.JitterBuffer: playout decisions without samples, for tests.
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "mixminus/jitter/jitter_buffer.hpp"

namespace py = pybind11;
using namespace mixminus::jitter;
using mixminus::Bytes;
using mixminus::PacketView;

namespace {

Bytes bytes_of(const py::bytes& source) {
  const std::string_view text = source;
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

JitterBuffer make_buffer(std::int32_t rtp_clock_hz, std::int32_t frame_ms, std::int32_t min_delay_ms,
                         std::int32_t max_delay_ms) {
  if (rtp_clock_hz < 8000 || frame_ms < 1 || min_delay_ms < 0 || min_delay_ms > max_delay_ms)
    throw py::value_error("a setting of the jitter buffer is out of range");
  JitterBuffer buffer;
  buffer.configure({.rtp_clock_hz = rtp_clock_hz,
                    .frame_ms = frame_ms,
                    .max_payload_bytes = 1500,
                    .delay = {min_delay_ms * std::int64_t{1'000'000}, max_delay_ms * std::int64_t{1'000'000}}});
  return buffer;
}

// the packet and its media in one call: tests build nothing else
struct Arrival {
  PacketView packet;
  Media media;
};

Arrival arrival_of(const py::dict& fields) {
  Arrival arrival;
  const auto get = [&](const char* name, auto fallback) {
    return fields.contains(name) ? fields[name].cast<decltype(fallback)>() : fallback;
  };
  arrival.packet.sequence_number = get("sequence_number", std::uint16_t{0});
  arrival.packet.rtp_timestamp = get("rtp_timestamp", std::uint32_t{0});
  arrival.packet.ssrc = get("ssrc", std::uint32_t{1});
  arrival.media = {get("content", Content::audio), get("duration_ticks", std::int32_t{960}), get("has_fec", false)};
  return arrival;
}

// a Step whose payload outlives the buffer
struct Decision {
  Step step;
  std::string payload;
};

void bind_buffer(py::module_& m) {
  py::native_enum<Action>(m, "Action", "enum.Enum", "What a Step asks for.")
      .value("wait", Action::wait)
      .value("play", Action::play)
      .value("conceal", Action::conceal)
      .value("comfort_noise", Action::comfort_noise)
      .finalize();
  py::native_enum<Content>(m, "Content", "enum.Enum", "What a payload stands for.")
      .value("audio", Content::audio)
      .value("comfort_noise", Content::comfort_noise)
      .value("other", Content::other)
      .finalize();
  py::native_enum<Insertion>(m, "Insertion", "enum.Enum", "What became of a packet.")
      .value("stored", Insertion::stored)
      .value("duplicate", Insertion::duplicate)
      .value("too_late", Insertion::too_late)
      .value("refused", Insertion::refused)
      .value("suspicious", Insertion::suspicious)
      .finalize();
  py::class_<Decision>(m, "Step", "One playout decision.")
      .def_property_readonly("action", [](const Decision& self) { return self.step.action; })
      .def_property_readonly("ticks", [](const Decision& self) { return self.step.ticks; })
      .def_property_readonly("bridged_ticks", [](const Decision& self) { return self.step.bridged_ticks; })
      .def_property_readonly("is_playing", [](const Decision& self) { return self.step.is_playing; })
      .def_property_readonly("is_new_stream", [](const Decision& self) { return self.step.is_new_stream; })
      .def_property_readonly("is_splice", [](const Decision& self) { return self.step.is_splice; })
      .def_property_readonly("ends_silence", [](const Decision& self) { return self.step.ends_silence; })
      .def_property_readonly("is_redundant", [](const Decision& self) { return self.step.packet.is_redundant; })
      .def_property_readonly("delay_ns", [](const Decision& self) { return self.step.delay_ns; })
      .def_property_readonly("step_ns", [](const Decision& self) { return self.step.step_ns; })
      .def_property_readonly("phase_ns", [](const Decision& self) { return self.step.phase_ns; })
      .def_property_readonly("excess_ns", [](const Decision& self) { return self.step.excess_ns; })
      .def_property_readonly("payload", [](const Decision& self) { return py::bytes(self.payload); });
  py::class_<JitterBuffer>(m, "JitterBuffer", "Packets in, playout decisions out; see jitter/jitter_buffer.hpp.")
      .def(py::init(&make_buffer), py::kw_only(), py::arg("rtp_clock_hz") = 48000, py::arg("frame_ms") = 10,
           py::arg("min_delay_ms") = 0, py::arg("max_delay_ms") = 1000)
      .def("insert",
           [](JitterBuffer& buffer, const py::bytes& payload, std::int64_t arrival_ns, const py::kwargs& fields) {
             Arrival arrival = arrival_of(fields);
             arrival.packet.payload = bytes_of(payload);
             return buffer.insert(arrival.packet, arrival.media, arrival_ns);
           })
      .def("insert_copy",
           [](JitterBuffer& buffer, const py::bytes& payload, std::int64_t arrival_ns, std::int32_t distance,
              std::uint32_t offset_ticks, const py::kwargs& fields) {
             const Arrival carrier = arrival_of(fields);
             return buffer.insert_copy(carrier.packet, distance, offset_ticks, bytes_of(payload), carrier.media,
                                       arrival_ns);
           })
      .def(
          "next",
          [](JitterBuffer& buffer, std::int64_t when_ns, std::int64_t room_ticks) {
            const Step step = buffer.next(when_ns, room_ticks);
            const Bytes payload = step.packet.payload;
            return Decision{step, {reinterpret_cast<const char*>(payload.data()), payload.size()}};
          },
          py::arg("when_ns"), py::arg("room_ticks"))
      .def_property_readonly("target_delay_ns", &JitterBuffer::target_delay_ns)
      .def_property_readonly("waiting_packets", &JitterBuffer::waiting_packets)
      .def_property_readonly("duplicated", [](const JitterBuffer& buffer) { return buffer.statistics().duplicated; })
      .def_property_readonly("discarded", [](const JitterBuffer& buffer) { return buffer.statistics().discarded; })
      .def_property_readonly("stream_changes",
                             [](const JitterBuffer& buffer) { return buffer.statistics().stream_changes; });
}

}  // namespace

void bind_jitter(py::module_ m) { bind_buffer(m); }
