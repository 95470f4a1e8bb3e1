// _core.rtp: packets, header extensions and RED as plain tuples; python/mixminus/rtp.py names their fields.
#include <pybind11/pybind11.h>

#include <algorithm>
#include <array>
#include <vector>

#include "bindings/rtp_values.hpp"
#include "mixminus/rtp/header_extensions.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/rtp/redundancy.hpp"

namespace py = pybind11;
using namespace mixminus::bindings;
using namespace mixminus::rtp;
using mixminus::Bytes;
using mixminus::PacketView;
using mixminus::Status;

namespace {

constexpr std::size_t kExtensionRoomBytes = 4096;  // far above what a datagram of 1500 bytes leaves

PacketView view_of(const py::bytes& datagram) {
  PacketView packet;
  require_well_formed(parse(view(datagram), packet) == Status::ok, "no RTP packet (RFC 3550 section 5.1)");
  return packet;
}

py::tuple csrcs_of(const PacketView& packet) {
  py::tuple csrcs(csrc_count(packet));
  for (std::size_t i = 0; i < csrcs.size(); ++i) csrcs[i] = csrc(packet, i);
  return csrcs;
}

py::tuple parse_packet(const py::bytes& datagram) {
  const PacketView packet = view_of(datagram);
  return py::make_tuple(packet.ssrc, packet.sequence_number, packet.rtp_timestamp, packet.payload_type,
                        copy(packet.payload), packet.marker, csrcs_of(packet), packet.extension_profile,
                        copy(packet.extension));
}

/// A Header and what it points to, out of the fields that parse_packet() gives.
struct OwnedHeader {
  std::vector<std::uint32_t> csrcs;
  py::bytes extension;
  Header header;

  explicit OwnedHeader(const py::tuple& fields) : extension(fields[8]) {
    for (const py::handle source : fields[6]) csrcs.push_back(number<std::uint32_t>(source, "csrc"));
    header = {.ssrc = number<std::uint32_t>(fields[0], "ssrc"),
              .sequence_number = number<std::uint16_t>(fields[1], "sequence_number"),
              .rtp_timestamp = number<std::uint32_t>(fields[2], "rtp_timestamp"),
              .payload_type = number<std::uint8_t>(fields[3], "payload_type"),
              .marker = fields[5].cast<bool>(),
              .csrcs = csrcs,
              .extension_profile = number<std::uint16_t>(fields[7], "extension_profile"),
              .extension = view(extension)};
  }
};

py::bytes build_packet(const py::tuple& fields, const py::int_& padding_bytes) {
  OwnedHeader owned(fields);
  const std::size_t padding = number<std::uint8_t>(padding_bytes, "padding_bytes");
  owned.header.has_padding = padding != 0;
  const auto payload_object = fields[4].cast<py::bytes>();
  const Bytes payload = view(payload_object);
  const std::size_t head = header_bytes(owned.header);
  std::span<std::uint8_t> memory;
  py::bytes packet = blank(head + payload.size() + padding, memory);
  require(write_header(owned.header, memory) != 0,
          "no RTP header can say that: payload type above 127 or taken for RTCP (64..95 with a marker), "
          "more than 15 CSRCs, or an extension that is not whole words");
  std::ranges::copy(payload, memory.begin() + static_cast<std::ptrdiff_t>(head));
  if (padding != 0) write_padding(memory.last(padding));
  return packet;
}

/// Parses and builds the same packet again and again, without Python in between: for benches.
py::bytes rewrite(const py::bytes& datagram, std::size_t times) {
  const Bytes source = view(datagram);
  std::vector<std::uint8_t> memory(source.size());
  for (std::size_t i = 0; i < times; ++i) {
    PacketView packet;
    require_well_formed(parse(source, packet) == Status::ok, "no RTP packet (RFC 3550 section 5.1)");
    std::array<std::uint32_t, kMaxCsrcs> csrcs;
    for (std::size_t k = 0; k < csrc_count(packet); ++k) csrcs[k] = csrc(packet, k);
    const std::size_t head = write_header({.ssrc = packet.ssrc,
                                           .sequence_number = packet.sequence_number,
                                           .rtp_timestamp = packet.rtp_timestamp,
                                           .payload_type = packet.payload_type,
                                           .marker = packet.marker,
                                           .csrcs = std::span(csrcs).first(csrc_count(packet)),
                                           .extension_profile = packet.extension_profile,
                                           .extension = packet.extension},
                                          memory);
    std::ranges::copy(packet.payload, memory.begin() + static_cast<std::ptrdiff_t>(head));
  }
  return copy(memory);
}

py::list elements(const py::bytes& datagram) {
  ElementReader reader(view_of(datagram));
  Element element;
  py::list found;
  while (reader.next(element)) found.append(py::make_tuple(element.id, copy(element.data)));
  require_well_formed(!reader.is_malformed(), "an element reaches beyond the extension (RFC 8285 section 4)");
  return found;
}

py::object audio_level(const py::bytes& datagram, const py::int_& id) {
  AudioLevel level;
  if (!find_audio_level(view_of(datagram), number<std::uint8_t>(id, "id"), level)) return py::none();
  return py::make_tuple(level.level_dbov, level.voice);
}

py::list mixer_levels(const py::bytes& datagram, const py::int_& id) {
  std::array<SourceLevel, kMaxCsrcs> levels;
  const std::size_t count = find_mixer_levels(view_of(datagram), number<std::uint8_t>(id, "id"), levels);
  py::list found;
  for (const SourceLevel& level : std::span(levels).first(count))
    found.append(py::make_tuple(level.ssrc, level.level_dbov));
  return found;
}

struct OwnedWriter {
  explicit OwnedWriter(bool two_byte) : writer(two_byte ? ElementForm::two_byte : ElementForm::one_byte, memory) {}

  std::array<std::uint8_t, kExtensionRoomBytes> memory;
  ElementWriter writer;
};

std::int8_t level_of(py::handle level_dbov) {
  const auto level = number<std::int8_t>(level_dbov, "level_dbov");
  require(level <= 0 && level >= kSilenceDbov, "level_dbov must be in -127..0");
  return level;
}

constexpr const char* kNoSuchElement =
    "this form has no such id or size, or the extension is full (RFC 8285 section 4)";

void add(OwnedWriter& self, const py::int_& id, const py::bytes& data) {
  require(self.writer.add(number<std::uint8_t>(id, "id"), view(data)), kNoSuchElement);
}

void add_level(OwnedWriter& self, const py::int_& id, const py::int_& level_dbov, bool voice) {
  const AudioLevel level{.level_dbov = level_of(level_dbov), .voice = voice};
  require(add_audio_level(self.writer, number<std::uint8_t>(id, "id"), level), kNoSuchElement);
}

void add_levels(OwnedWriter& self, const py::int_& id, const py::iterable& levels_dbov) {
  std::vector<std::int8_t> levels;
  for (const py::handle level : levels_dbov) levels.push_back(level_of(level));
  require(add_mixer_levels(self.writer, number<std::uint8_t>(id, "id"), levels), kNoSuchElement);
}

void bind_writer(py::module_& m) {
  py::class_<OwnedWriter>(m, "ElementWriter")
      .def(py::init<bool>(), py::kw_only(), py::arg("two_byte") = false)
      .def("add", &add, py::arg("id"), py::arg("data"))
      .def("add_audio_level", &add_level, py::arg("id"), py::arg("level_dbov"), py::kw_only(), py::arg("voice"))
      .def("add_mixer_levels", &add_levels, py::arg("id"), py::arg("levels_dbov"))
      .def_property_readonly("profile", [](const OwnedWriter& self) { return self.writer.profile(); })
      .def_property_readonly("body", [](const OwnedWriter& self) { return copy(self.writer.body()); });
}

py::list parse_red(const py::bytes& payload) {
  Blocks blocks;
  require_well_formed(parse_redundancy(view(payload), blocks) == Status::ok, "no RED payload (RFC 2198 section 3)");
  py::list found;
  for (const Block& block : blocks.view())
    found.append(py::make_tuple(block.payload_type, block.timestamp_offset, copy(block.payload), block.primary));
  return found;
}

py::bytes build_red(const py::iterable& fields) {
  std::vector<Block> blocks;
  std::vector<py::bytes> payloads;  // kept alive
  for (const py::handle item : fields) {
    const auto block = item.cast<py::tuple>();
    payloads.push_back(block[2].cast<py::bytes>());
    blocks.push_back({.payload_type = number<std::uint8_t>(block[0], "payload_type"),
                      .timestamp_offset = number<std::uint16_t>(block[1], "timestamp_offset"),
                      .payload = view(payloads.back())});
  }
  std::vector<std::uint8_t> memory(65536);
  const std::size_t size_bytes = write_redundancy(blocks, memory);
  require(size_bytes != 0,
          "RED cannot say that: no block, a payload type above 127, or a redundant block "
          "above 1023 bytes or 16383 clock units (RFC 2198 section 3)");
  return copy(Bytes(memory).first(size_bytes));
}

}  // namespace

void bind_rtp(py::module_ m) {
  m.def("is_rtcp", [](const py::bytes& datagram) { return is_rtcp(view(datagram)); }, py::arg("datagram"));
  m.def("parse", &parse_packet, py::arg("datagram"));
  m.def("build", &build_packet, py::arg("fields"), py::arg("padding_bytes"));
  m.def("rewrite", &rewrite, py::arg("datagram"), py::arg("times"));
  m.def("elements", &elements, py::arg("datagram"));
  m.def("audio_level", &audio_level, py::arg("datagram"), py::arg("id"));
  m.def("mixer_levels", &mixer_levels, py::arg("datagram"), py::arg("id"));
  m.def("parse_red", &parse_red, py::arg("payload"));
  m.def("build_red", &build_red, py::arg("blocks"));
  m.def("wire_level_dbov", &wire_level_dbov, py::arg("level_dbov"));
  bind_writer(m);
}
