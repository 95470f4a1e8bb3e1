// _core.rtp, second half: RTCP with feedback, NTP time, reception statistics and the counters that wrap.
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>

#include <array>
#include <string_view>
#include <vector>

#include "bindings/rtp_values.hpp"
#include "mixminus/base/wrap.hpp"
#include "mixminus/rtp/burst_gap.hpp"
#include "mixminus/rtp/feedback.hpp"
#include "mixminus/rtp/ntp.hpp"
#include "mixminus/rtp/reception.hpp"
#include "mixminus/rtp/rtcp.hpp"
#include "mixminus/rtp/rtcp_writer.hpp"

namespace py = pybind11;
using namespace mixminus::bindings;
using namespace mixminus::rtp;
using mixminus::Bytes;
using mixminus::SequenceUnwrapper;
using mixminus::Status;
using mixminus::TimestampUnwrapper;

namespace {

constexpr std::size_t kCompoundRoomBytes = 65507;  // the largest UDP payload

py::tuple tuple_of(const SenderInfo& sender) {
  return py::make_tuple(sender.ntp, sender.rtp_timestamp, sender.packet_count, sender.octet_count);
}

py::tuple tuple_of(const ReceptionReport& block) {
  return py::make_tuple(block.ssrc, block.fraction_lost, block.cumulative_lost, block.extended_highest_sequence,
                        block.jitter, block.last_sr, block.delay_since_last_sr);
}

SenderInfo sender_of(const py::tuple& fields) {
  return {.ntp = number<std::uint64_t>(fields[0], "ntp"),
          .rtp_timestamp = number<std::uint32_t>(fields[1], "rtp_timestamp"),
          .packet_count = number<std::uint32_t>(fields[2], "packet_count"),
          .octet_count = number<std::uint32_t>(fields[3], "octet_count")};
}

ReceptionReport block_of(const py::tuple& fields) {
  return {.ssrc = number<std::uint32_t>(fields[0], "ssrc"),
          .fraction_lost = number<std::uint8_t>(fields[1], "fraction_lost"),
          .cumulative_lost = number<std::int32_t>(fields[2], "cumulative_lost"),
          .extended_highest_sequence = number<std::uint32_t>(fields[3], "extended_highest_sequence"),
          .jitter = number<std::uint32_t>(fields[4], "jitter"),
          .last_sr = number<std::uint32_t>(fields[5], "last_sr"),
          .delay_since_last_sr = number<std::uint32_t>(fields[6], "delay_since_last_sr")};
}

/// What Python makes of each kind of packet.
struct Makers {
  py::function report, cname, goodbye, application, nack, picture_loss, full_intra_request;
};

void read_report(const RtcpPacket& packet, const Makers& make, py::list& found) {
  Report report;
  require_well_formed(parse_report(packet, report) == Status::ok, "a report is cut short (RFC 3550 section 6.4)");
  py::list blocks;
  for (std::size_t i = 0; i < reception_report_count(report); ++i) blocks.append(tuple_of(reception_report(report, i)));
  const py::object sender = report.is_sender ? py::object(tuple_of(report.sender)) : py::object(py::none());
  found.append(make.report(report.ssrc, sender, blocks));
}

void read_names(const RtcpPacket& packet, const Makers& make, py::list& found) {
  SdesReader reader(packet);
  SdesItem item;
  while (reader.next(item))
    if (item.type == kCnameItem) found.append(make.cname(item.ssrc, copy(item.text)));
  require_well_formed(!reader.is_malformed(), "a source description is cut short (RFC 3550 section 6.5)");
}

void read_goodbye(const RtcpPacket& packet, const Makers& make, py::list& found) {
  Goodbye goodbye;
  require_well_formed(parse_goodbye(packet, goodbye) == Status::ok, "a BYE is cut short (RFC 3550 section 6.6)");
  py::tuple ssrcs(goodbye_count(goodbye));
  for (std::size_t i = 0; i < ssrcs.size(); ++i) ssrcs[i] = goodbye_ssrc(goodbye, i);
  found.append(make.goodbye(ssrcs, copy(goodbye.reason)));
}

void read_application(const RtcpPacket& packet, const Makers& make, py::list& found) {
  Application application;
  require_well_formed(parse_application(packet, application) == Status::ok,
                      "an APP is cut short (RFC 3550 section 6.7)");
  found.append(make.application(application.ssrc, copy(application.name), copy(application.data), application.subtype));
}

void read_nack(const RtcpPacket& packet, const Makers& make, py::list& found) {
  Nack nack;
  require_well_formed(parse_nack(packet, nack) == Status::ok, "a NACK is cut short (RFC 4585 section 6.2.1)");
  py::list numbers;
  NackReader reader(nack);
  for (std::uint16_t number = 0; reader.next(number);) numbers.append(number);
  found.append(make.nack(nack.ssrc, nack.media_ssrc, py::tuple(numbers)));
}

void read_picture_loss(const RtcpPacket& packet, const Makers& make, py::list& found) {
  PictureLoss loss;
  require_well_formed(parse_picture_loss(packet, loss) == Status::ok, "a PLI is cut short (RFC 4585 section 6.3.1)");
  found.append(make.picture_loss(loss.ssrc, loss.media_ssrc));
}

void read_full_intra_request(const RtcpPacket& packet, const Makers& make, py::list& found) {
  FullIntraRequest request;
  require_well_formed(parse_full_intra_request(packet, request) == Status::ok,
                      "a FIR is cut short (RFC 5104 section 4.3.1)");
  py::list entries;
  for (std::size_t i = 0; i < intra_request_count(request); ++i)
    entries.append(py::make_tuple(intra_request(request, i).ssrc, intra_request(request, i).command_number));
  found.append(make.full_intra_request(request.ssrc, entries));
}

void read_payload_feedback(const RtcpPacket& packet, const Makers& make, py::list& found) {
  if (packet.count == kPictureLossFormat) read_picture_loss(packet, make, found);
  if (packet.count == kFullIntraRequestFormat) read_full_intra_request(packet, make, found);
}

void read(const RtcpPacket& packet, const Makers& make, py::list& found) {
  switch (packet.type) {
    case RtcpType::sender_report:
    case RtcpType::receiver_report:
      return read_report(packet, make, found);
    case RtcpType::source_description:
      return read_names(packet, make, found);
    case RtcpType::goodbye:
      return read_goodbye(packet, make, found);
    case RtcpType::application:
      return read_application(packet, make, found);
    case RtcpType::transport_feedback:
      if (packet.count == kNackFormat) read_nack(packet, make, found);
      return;
    case RtcpType::payload_feedback:
      return read_payload_feedback(packet, make, found);
  }
}

Makers makers_of(const py::tuple& makers) {
  return {makers[0], makers[1], makers[2], makers[3], makers[4], makers[5], makers[6]};
}

py::list parse_rtcp(const py::bytes& datagram, const py::tuple& makers, bool reduced_size) {
  require_well_formed(reduced_size || validate_compound(view(datagram)) == Status::ok,
                      "no compound RTCP packet (RFC 3550 appendix A.2)");
  RtcpReader reader(view(datagram));
  RtcpPacket packet;
  py::list found;
  const Makers make = makers_of(makers);
  while (reader.next(packet)) read(packet, make, found);
  require_well_formed(!reader.is_malformed(), "an RTCP packet is cut short (RFC 3550 section 6.4)");
  return found;
}

struct OwnedWriter {
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(kCompoundRoomBytes);
  RtcpWriter writer{memory};
};

constexpr const char* kTooMuch =
    "nothing, or too much, for one RTCP packet: 31 blocks or sources, 255 bytes of text, 65507 in all";

void add_report(OwnedWriter& self, const py::int_& ssrc, const py::object& sender, const py::iterable& reports) {
  const auto reporter = number<std::uint32_t>(ssrc, "ssrc");
  std::vector<ReceptionReport> blocks;
  for (const py::handle block : reports) blocks.push_back(block_of(block.cast<py::tuple>()));
  require(sender.is_none() ? self.writer.receiver_report(reporter, blocks)
                           : self.writer.sender_report(reporter, sender_of(sender.cast<py::tuple>()), blocks),
          kTooMuch);
}

void add_cname(OwnedWriter& self, const py::int_& ssrc, const py::bytes& name) {
  require(self.writer.cname(number<std::uint32_t>(ssrc, "ssrc"), std::string_view(name)), kTooMuch);
}

void add_goodbye(OwnedWriter& self, const py::iterable& ssrcs, const py::bytes& reason) {
  std::vector<std::uint32_t> sources;
  for (const py::handle ssrc : ssrcs) sources.push_back(number<std::uint32_t>(ssrc, "ssrc"));
  require(self.writer.goodbye(sources, std::string_view(reason)), kTooMuch);
}

void add_application(OwnedWriter& self, const py::int_& ssrc, const py::bytes& name, const py::bytes& data,
                     const py::int_& subtype) {
  Application application{.ssrc = number<std::uint32_t>(ssrc, "ssrc"),
                          .subtype = number<std::uint8_t>(subtype, "subtype"),
                          .data = view(data)};
  const std::string_view text(name);
  require(text.size() == application.name.size(), "the name of an APP has 4 bytes");
  std::copy(text.begin(), text.end(), application.name.begin());
  require(self.writer.application(application), kTooMuch);
}

void add_nack(OwnedWriter& self, const py::int_& ssrc, const py::int_& media_ssrc, const py::iterable& numbers) {
  std::vector<std::uint16_t> missing;
  for (const py::handle one : numbers) missing.push_back(number<std::uint16_t>(one, "sequence_number"));
  require(
      self.writer.nack(number<std::uint32_t>(ssrc, "ssrc"), number<std::uint32_t>(media_ssrc, "media_ssrc"), missing),
      kTooMuch);
}

void add_picture_loss(OwnedWriter& self, const py::int_& ssrc, const py::int_& media_ssrc) {
  require(
      self.writer.picture_loss(number<std::uint32_t>(ssrc, "ssrc"), number<std::uint32_t>(media_ssrc, "media_ssrc")),
      kTooMuch);
}

void add_full_intra_request(OwnedWriter& self, const py::int_& ssrc, const py::iterable& requests) {
  std::vector<IntraRequest> entries;
  for (const py::handle one : requests) {
    const auto fields = one.cast<py::tuple>();
    entries.push_back({.ssrc = number<std::uint32_t>(fields[0], "ssrc"),
                       .command_number = number<std::uint8_t>(fields[1], "command_number")});
  }
  require(self.writer.full_intra_request(number<std::uint32_t>(ssrc, "ssrc"), entries), kTooMuch);
}

ReceptionStatistics make_statistics(const py::int_& clock_hz) {
  ReceptionStatistics statistics;
  require(statistics.configure(number<std::int32_t>(clock_hz, "clock_hz")) == Status::ok,
          "clock_hz must be in 1000..192000");
  return statistics;
}

void bind_statistics(py::module_& m) {
  using Self = ReceptionStatistics;
  py::native_enum<Arrival>(m, "Arrival", "enum.Enum", "What RFC 3550 appendix A.1 makes of a sequence number.")
      .value("ahead", Arrival::ahead)
      .value("behind", Arrival::behind)
      .value("far_off", Arrival::far_off)
      .value("restarted", Arrival::restarted)
      .finalize();
  py::class_<BurstGap>(m, "BurstGap", "Whether losses come alone or in bursts, RFC 3611 section 4.7.2.")
      .def(py::init<>())
      .def("receive", &BurstGap::receive)
      .def("lose", &BurstGap::lose, py::arg("packets") = 1)
      .def_property_readonly("burst_density", &BurstGap::burst_density)
      .def_property_readonly("gap_density", &BurstGap::gap_density)
      .def_property_readonly("burst_packets", &BurstGap::burst_packets)
      .def_property_readonly("gap_packets", &BurstGap::gap_packets);
  py::class_<Self>(m, "ReceptionStatistics")
      .def(py::init(&make_statistics), py::arg("clock_hz"))
      .def("receive", py::overload_cast<std::uint16_t, std::uint32_t, std::int64_t>(&Self::receive),
           py::arg("sequence_number"), py::arg("rtp_timestamp"), py::arg("arrival_ns"))
      .def(
          "receive_sender_report",
          [](Self& self, std::uint64_t ntp, std::int64_t arrival_ns) { self.receive({.ntp = ntp}, arrival_ns); },
          py::arg("ntp"), py::arg("arrival_ns"))
      .def(
          "report",
          [](Self& self, std::uint32_t ssrc, std::int64_t now_ns) { return tuple_of(self.report(ssrc, now_ns)); },
          py::arg("ssrc"), py::arg("now_ns"))
      .def_property_readonly("packets_expected", &Self::packets_expected)
      .def_property_readonly("packets_received", &Self::packets_received)
      .def_property_readonly("packets_lost", &Self::packets_lost)
      .def_property_readonly("extended_highest_sequence", &Self::extended_highest_sequence)
      .def_property_readonly("jitter", &Self::jitter)
      .def_property_readonly("jitter_ns", &Self::jitter_ns);
}

template <typename Unwrapper, typename Word>
void bind_unwrapper(py::module_& m, const char* name) {
  py::class_<Unwrapper>(m, name)
      .def(py::init<>())
      .def(
          "unwrap", [](Unwrapper& self, Word value) { return self.unwrap(value); }, py::arg("value"))
      .def(
          "peek", [](const Unwrapper& self, Word value) { return self.peek(value); }, py::arg("value"))
      .def("reset", &Unwrapper::reset)
      .def_property_readonly("newest", &Unwrapper::newest);
}

void bind_time(py::module_& m) {
  m.def("ntp_from_unix_ns", &ntp_from_unix_ns, py::arg("unix_ns"));
  m.def("unix_ns_from_ntp", &unix_ns_from_ntp, py::arg("ntp"));
  m.def("ntp_middle", &ntp_middle, py::arg("ntp"));
  m.def("short_from_ns", &short_from_ns, py::arg("duration_ns"));
  m.def("ns_from_short", &ns_from_short, py::arg("seconds_q16"));
  m.def("round_trip_ns", &round_trip_ns, py::arg("arrival"), py::arg("last_sr"), py::arg("delay_since_last_sr"));
}

}  // namespace

void bind_rtcp(py::module_ m) {
  m.def("parse_rtcp", &parse_rtcp, py::arg("datagram"), py::arg("makers"), py::arg("reduced_size"));
  py::class_<OwnedWriter>(m, "RtcpWriter")
      .def(py::init<>())
      .def("report", &add_report, py::arg("ssrc"), py::arg("sender").none(true), py::arg("reports"))
      .def("cname", &add_cname, py::arg("ssrc"), py::arg("name"))
      .def("goodbye", &add_goodbye, py::arg("ssrcs"), py::arg("reason"))
      .def("application", &add_application, py::arg("ssrc"), py::arg("name"), py::arg("data"), py::arg("subtype"))
      .def("nack", &add_nack, py::arg("ssrc"), py::arg("media_ssrc"), py::arg("numbers"))
      .def("picture_loss", &add_picture_loss, py::arg("ssrc"), py::arg("media_ssrc"))
      .def("full_intra_request", &add_full_intra_request, py::arg("ssrc"), py::arg("requests"))
      .def("written", [](const OwnedWriter& self) { return copy(self.writer.written()); });
  bind_statistics(m);
  bind_time(m);
  bind_unwrapper<SequenceUnwrapper, std::uint16_t>(m, "SequenceUnwrapper");
  bind_unwrapper<TimestampUnwrapper, std::uint32_t>(m, "TimestampUnwrapper");
}
