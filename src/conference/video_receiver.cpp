// Arrival: packets to their frames, and what both tell about the network.
#include "mixminus/conference/video_receiver.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include "conference/video_state.hpp"
#include "mixminus/base/time.hpp"
#include "mixminus/rtp/packet.hpp"

namespace mixminus::conference {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::size_t kMaxPayloadBytes = 1500;
constexpr std::size_t kOriginalNumberBytes = 2;  // OSN, RFC 4588 section 4

bool is_valid(const VideoConfig& config) noexcept {
  const auto packets = static_cast<std::uint32_t>(config.capacity_packets);
  return config.payload_type >= 0 && config.payload_type <= 127 && config.min_delay_ms >= 0 &&
         config.min_delay_ms <= config.max_delay_ms && config.max_delay_ms <= 2000 && config.ms_per_percent >= 1.0F &&
         config.ms_per_percent <= 10'000.0F && std::has_single_bit(packets) && packets >= 64 && packets <= 16'384;
}

}  // namespace

VideoReceiver::VideoReceiver() noexcept = default;
VideoReceiver::~VideoReceiver() = default;
VideoReceiver::VideoReceiver(VideoReceiver&&) noexcept = default;
VideoReceiver& VideoReceiver::operator=(VideoReceiver&&) noexcept = default;

Status VideoReceiver::configure(const VideoConfig& config) noexcept try {
  if (!is_valid(config)) return Status::out_of_range;
  auto state = std::make_unique<State>();
  const Status status = state->configure(config);
  if (status == Status::ok) state_ = std::move(state);
  return status;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status VideoReceiver::State::configure(const VideoConfig& settings) {
  const Status status = reception.configure(settings.rtp_clock_hz);
  if (status != Status::ok) return status;
  config = settings;
  depacketizer = video::Depacketizer(settings.kind);
  const auto slots = static_cast<std::size_t>(settings.capacity_packets);
  gate.configure(settings.rtp_clock_hz, kMaxPayloadBytes);
  ring.configure(slots, kMaxPayloadBytes);
  frames.configure();
  max_delay_ns = settings.max_delay_ms * kNsPerMs;
  estimator.configure({settings.min_delay_ms * kNsPerMs, max_delay_ns});
  estimator.set_ms_per_percent(settings.ms_per_percent);
  nacks.configure(max_delay_ns);
  // not zeroed: what is never filled costs no memory
  memory_bytes = slots * video::Depacketizer::most_bytes(kMaxPayloadBytes);
  memory.reset(new std::uint8_t[memory_bytes]);
  return Status::ok;
}

void VideoReceiver::insert(Bytes datagram, std::int64_t arrival_ns) noexcept {
  if (state_ == nullptr) return;
  PacketView packet;
  if (rtp::parse(datagram, packet) != Status::ok)
    ++state_->counted.packets_malformed;
  else
    insert(packet, arrival_ns);
}

void VideoReceiver::insert(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  if (state_ != nullptr) state_->insert(packet, bounded_time_ns(arrival_ns));
}

void VideoReceiver::State::insert(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  ++counted.packets_received;
  counted.bytes_received += packet.payload.size();
  if (packet.payload.size() > kMaxPayloadBytes) {
    ++counted.packets_discarded;
    return;
  }
  if (packet.payload_type == config.payload_type) return follow(packet, arrival_ns);
  ++counted.packets_of_other_payload_type;
  // in our own stream it explains its number: error correction, or padding to probe the line
  if (gate.belongs(packet, arrival_ns, oldest())) follow(packet, arrival_ns);
}

void VideoReceiver::State::follow(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  switch (gate.judge(packet, arrival_ns, oldest())) {
    case jitter::Belonging::held:
      return;
    case jitter::Belonging::opened:
      start_stream();
      break;
    case jitter::Belonging::changed:
      ++counted.stream_changes;
      start_stream();
      store(gate.candidate().view, gate.candidate().arrival_ns);
      break;
    case jitter::Belonging::ours:
      break;
  }
  store(packet, arrival_ns);
}

void VideoReceiver::State::start_stream() noexcept {
  while (frames.head() < frames.size()) give_up(frames[frames.head()]);
  frames.clear();
  ring.clear();
  nacks.reset();
  estimator.start_stream();
  references = {};
  counted.packets_lost += reception.packets_lost();
  (void)reception.configure(config.rtp_clock_hz);
  next_number = kNothing;
  is_gap_too_large = has_requested = false;
  report_ntp = 0;
}

void VideoReceiver::State::store(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  const jitter::StreamGate::Place place = gate.place(packet, arrival_ns);
  (void)reception.receive(packet.sequence_number, packet.rtp_timestamp, arrival_ns);
  keep(packet, place, arrival_ns, false);
}

void VideoReceiver::insert_retransmission(Bytes datagram, std::int64_t arrival_ns) noexcept {
  if (state_ != nullptr) state_->insert_retransmission(datagram, bounded_time_ns(arrival_ns));
}

void VideoReceiver::State::insert_retransmission(Bytes datagram, std::int64_t arrival_ns) noexcept {
  PacketView packet;
  if (rtp::parse(datagram, packet) != Status::ok) {
    ++counted.packets_malformed;
    return;
  }
  ++counted.packets_received;
  counted.bytes_received += packet.payload.size();
  if (packet.payload.size() <= kOriginalNumberBytes) return;  // padding to probe the line
  packet.sequence_number = static_cast<std::uint16_t>(packet.payload[0] << 8 | packet.payload[1]);
  packet.payload = packet.payload.subspan(kOriginalNumberBytes);
  packet.ssrc = gate.ssrc();
  packet.payload_type = static_cast<std::uint8_t>(config.payload_type);
  if (packet.payload.size() > kMaxPayloadBytes || !gate.belongs(packet, arrival_ns, oldest())) {
    ++counted.packets_discarded;
    return;
  }
  keep(packet, gate.place(packet, arrival_ns), arrival_ns, true);
}

void VideoReceiver::State::keep(const PacketView& packet, const jitter::StreamGate::Place& place,
                                std::int64_t arrival_ns, bool is_repair) noexcept {
  if (ring.has_seen(place.number)) {
    ++counted.packets_duplicated;
    return;
  }
  const bool was_asked_for = nacks.observe(place.number, arrival_ns);
  if (was_asked_for || is_repair) ++counted.retransmitted_packets_received;
  is_gap_too_large = nacks.take_overflow() || is_gap_too_large;
  const bool is_filler = packet.payload.empty() || packet.payload_type != config.payload_type;
  const video::PayloadInfo info = is_filler ? video::PayloadInfo{} : depacketizer.inspect(packet.payload);
  if (!is_filler && !info.is_valid) {  // its number stays unseen: the frame is not whole without it
    ++counted.packets_malformed;
    return;
  }
  const std::size_t index = frame_of(place, arrival_ns);
  if (frames[index].is_over) {
    if (!is_filler) ++counted.packets_discarded;
    ring.mark_seen(place.number);
  } else if (ring.insert({.sequence_number = place.number,
                          .rtp_timestamp = place.ticks,
                          .arrival_ns = arrival_ns,
                          .content = is_filler ? jitter::Content::other : jitter::Content::picture,
                          .payload = packet.payload})) {
    ++counted.packets_discarded;
  }
  add_to_frame(index, packet, place.number, info);
  observe_around(index, arrival_ns);
}

void VideoReceiver::State::add_to_frame(std::size_t index, const PacketView& packet, std::int64_t number,
                                        const video::PayloadInfo& info) noexcept {
  Frame& frame = frames[index];
  if (info.is_valid)
    frame.add(number, packet.marker, info);
  else
    frame.add_filler(number);
}

std::size_t VideoReceiver::State::frame_of(const jitter::StreamGate::Place& place, std::int64_t arrival_ns) noexcept {
  if (frames.is_full()) {
    if (!frames[0].is_over) give_up(frames[0]);
    frames.drop_oldest();
  }
  const std::size_t index = frames.place(place.ticks, place.number, arrival_ns);
  // what belongs before the last frame that was given comes too late, but tells how late
  if (frames[index].packets == 0) frames[index].is_over = place.number < next_number;
  return index;
}

/// A frame that has become whole, or a neighbour to which it told where it begins or ends, is one observation.
void VideoReceiver::State::observe_around(std::size_t index, std::int64_t arrival_ns) noexcept {
  const std::size_t end = std::min(index + 2, frames.size());
  for (std::size_t i = index == 0 ? 0 : index - 1; i < end; ++i) {
    Frame& frame = frames[i];
    if (frame.is_observed || !frame.has_payload || !frames.is_whole(i)) continue;
    frame.is_observed = true;
    ++counted.frames_received;
    if (frame.is_key()) ++counted.key_frames_received;
    estimator.observe(arrival_ns, gate.media_ns(frame.ticks));
  }
}

std::size_t VideoReceiver::take_nacks(std::int64_t now_ns, std::span<std::uint16_t> numbers) noexcept {
  if (state_ == nullptr) return 0;
  const std::size_t count = state_->nacks.take(bounded_time_ns(now_ns), state_->round_trip_ns, numbers);
  if (count > 0) ++state_->counted.nack_count;
  return count;
}

void VideoReceiver::set_round_trip_ns(std::int64_t round_trip_ns) noexcept {
  if (state_ != nullptr) state_->round_trip_ns = std::max<std::int64_t>(round_trip_ns, 0);
}

Status VideoReceiver::set_min_delay_ms(std::int32_t min_delay_ms) noexcept {
  if (state_ == nullptr || min_delay_ms < 0 || min_delay_ms > state_->config.max_delay_ms) return Status::out_of_range;
  state_->estimator.set_min_delay_ns(min_delay_ms * kNsPerMs);
  return Status::ok;
}

void VideoReceiver::receive(const rtp::SenderInfo& report, std::int64_t arrival_ns) noexcept {
  if (state_ == nullptr) return;
  state_->reception.receive(report, bounded_time_ns(arrival_ns));
  state_->report_ntp = report.ntp;
  state_->report_ticks = report.rtp_timestamp;
}

bool VideoReceiver::report(std::int64_t now_ns, rtp::ReceptionReport& block) noexcept {
  if (state_ == nullptr || state_->reception.packets_expected() == 0) return false;
  block = state_->reception.report(state_->gate.ssrc(), bounded_time_ns(now_ns));
  return true;
}

std::uint32_t VideoReceiver::remote_ssrc() const noexcept { return state_ == nullptr ? 0 : state_->gate.ssrc(); }

VideoStatistics VideoReceiver::statistics() const noexcept {
  if (state_ == nullptr) return {};
  VideoStatistics all = state_->counted;
  all.packets_lost += state_->reception.packets_lost();
  all.jitter_ns = state_->reception.jitter_ns();
  all.freeze_count = state_->freezes.count();
  all.total_freezes_duration_s = state_->freezes.total_s();
  all.target_delay_ns = state_->estimator.target_delay_ns();
  return all;
}

}  // namespace mixminus::conference
