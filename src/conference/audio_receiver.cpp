// Packets to the jitter buffer, its decisions to the rendering, both sides' counters to one record.
#include "mixminus/conference/audio_receiver.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <utility>

#include "conference/path_counters.hpp"
#include "conference/rendering.hpp"
#include "mixminus/base/time.hpp"
#include "mixminus/jitter/jitter_buffer.hpp"
#include "mixminus/rtp/header_extensions.hpp"
#include "mixminus/rtp/ntp.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/rtp/reception.hpp"
#include "mixminus/rtp/redundancy.hpp"

namespace mixminus::conference {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int32_t kMaxDatagramBytes = 1500;
constexpr std::int32_t kMaxPacketMs = 120;                     // RFC 7587 section 4.2
constexpr std::int64_t kMaxReportAgeNs = 3600 * kNsPerSecond;  // it is of another stream, or clocks have jumped
constexpr int kMaxStepsAPull = 512;

bool is_valid(const ReceiverConfig& config) noexcept {
  constexpr std::array kFramesMs{5, 10, 20, 40, 60};
  const bool has_frame = std::ranges::find(kFramesMs, config.frame_ms) != kFramesMs.end() &&
                         config.sample_rate_hz * config.frame_ms % 1000 == 0;
  const auto is_type = [](std::int32_t type) { return type >= -1 && type <= 127; };
  return has_frame && config.sample_rate_hz >= 8000 && config.sample_rate_hz <= 48000 && config.min_delay_ms >= 0 &&
         config.min_delay_ms <= config.max_delay_ms && config.max_delay_ms <= 2000 && config.ms_per_percent >= 1.0F &&
         config.ms_per_percent <= 10'000.0F && is_type(config.payload_type) && is_type(config.red_payload_type) &&
         is_type(config.cn_payload_type) && config.audio_level_id >= 0 && config.audio_level_id <= 255;
}

}  // namespace

ReceiverStatistics& ReceiverStatistics::operator+=(const ReceiverStatistics& other) noexcept {
  packets_received += other.packets_received;
  packets_lost += other.packets_lost;
  packets_discarded += other.packets_discarded;
  bytes_received += other.bytes_received;
  jitter_ns = std::max(jitter_ns, other.jitter_ns);
  jitter_buffer_delay_s += other.jitter_buffer_delay_s;
  jitter_buffer_target_delay_s += other.jitter_buffer_target_delay_s;
  jitter_buffer_minimum_delay_s += other.jitter_buffer_minimum_delay_s;
  jitter_buffer_emitted_count += other.jitter_buffer_emitted_count;
  total_samples_received += other.total_samples_received;
  concealed_samples += other.concealed_samples;
  silent_concealed_samples += other.silent_concealed_samples;
  concealment_events += other.concealment_events;
  inserted_samples_for_deceleration += other.inserted_samples_for_deceleration;
  removed_samples_for_acceleration += other.removed_samples_for_acceleration;
  interruption_count += other.interruption_count;
  total_interruption_duration_s += other.total_interruption_duration_s;
  nack_count += other.nack_count;
  fec_packets_received += other.fec_packets_received;
  fec_packets_discarded += other.fec_packets_discarded;
  packets_duplicated += other.packets_duplicated;
  packets_malformed += other.packets_malformed;
  packets_of_other_payload_type += other.packets_of_other_payload_type;
  stream_changes += other.stream_changes;
  target_delay_ns = std::max(target_delay_ns, other.target_delay_ns);
  playout_delay_ns = std::max(playout_delay_ns, other.playout_delay_ns);
  if (std::abs(other.clock_drift_ppm) > std::abs(clock_drift_ppm)) clock_drift_ppm = other.clock_drift_ppm;
  burst_density = std::max(burst_density, other.burst_density);
  gap_density = std::max(gap_density, other.gap_density);
  burst_duration_ns = std::max(burst_duration_ns, other.burst_duration_ns);
  gap_duration_ns = std::max(gap_duration_ns, other.gap_duration_ns);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    paths[i].packets_received += other.paths[i].packets_received;
    paths[i].packets_first += other.paths[i].packets_first;
    paths[i].packets_lost += other.paths[i].packets_lost;
    paths[i].jitter_ns = std::max(paths[i].jitter_ns, other.paths[i].jitter_ns);
  }
  return *this;
}

struct AudioReceiver::State {
  ReceiverConfig config{};
  std::unique_ptr<codec::Codec> codec;
  jitter::JitterBuffer jitter;
  Rendering rendering;
  rtp::ReceptionStatistics reception;
  PathCounters paths;
  std::uint32_t reception_ssrc = 0;
  rtp::SenderInfo sender{};  // of the last report, since the stream began
  bool has_sender = false;
  std::int64_t round_trip_ns = 0;
  ReceiverStatistics counted{};
  std::size_t frame_samples = 0;
  std::int32_t claim_dbov = kNoClaim;

  Status configure();
  void insert(const PacketView& packet, std::int64_t arrival_ns, std::size_t path) noexcept;
  bool insert_media(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void count_reception(const PacketView& packet, std::int64_t arrival_ns, std::size_t path, bool is_first) noexcept;
  bool insert_redundant(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void insert_copy(const PacketView& packet, const rtp::Block& block, std::int64_t arrival_ns) noexcept;
  [[nodiscard]] std::int8_t claimed_level_dbov(const PacketView& packet) const noexcept;
  bool describe(std::uint8_t payload_type, Bytes payload, jitter::Media& media) noexcept;
  [[nodiscard]] std::int32_t ticks_of(std::int32_t samples) const noexcept;
  void render(std::int64_t now_ns) noexcept;
  Playout pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept;
  Playout skip(std::int64_t now_ns) noexcept;
  std::int32_t take_claim_dbov() noexcept;
  [[nodiscard]] ReceiverStatistics statistics() const noexcept;
};

AudioReceiver::AudioReceiver() noexcept = default;
AudioReceiver::~AudioReceiver() = default;
AudioReceiver::AudioReceiver(AudioReceiver&&) noexcept = default;
AudioReceiver& AudioReceiver::operator=(AudioReceiver&&) noexcept = default;

Status AudioReceiver::configure(const ReceiverConfig& config) noexcept {
  if (!is_valid(config)) return Status::out_of_range;
  std::unique_ptr<codec::Codec> codec;
  const Status status = codec::make_codec(config.codec, codec);
  if (status != Status::ok) return status;
  ReceiverConfig resolved = config;
  if (resolved.payload_type < 0)
    resolved.payload_type =
        codec::default_payload_type(config.codec.kind, config.codec.sample_rate_hz, config.codec.channels);
  return configure(resolved, std::move(codec));
}

Status AudioReceiver::configure(const ReceiverConfig& config, std::unique_ptr<codec::Codec> codec) noexcept try {
  if (!is_valid(config) || config.payload_type < 0 || codec == nullptr) return Status::out_of_range;
  if (config.payload_type == config.red_payload_type) return Status::out_of_range;
  auto state = std::make_unique<State>();
  state->config = config;
  state->codec = std::move(codec);
  const Status status = state->configure();
  if (status == Status::ok) state_ = std::move(state);
  return status;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status AudioReceiver::State::configure() {
  frame_samples = static_cast<std::size_t>(config.sample_rate_hz * config.frame_ms / 1000);
  // no codec sends more than the samples themselves; what is never filled costs no memory
  const std::int32_t sample_bytes = codec->sample_rate_hz() * kMaxPacketMs / 1000 * codec->channels() * 2;
  const std::int32_t max_payload_bytes = std::max(sample_bytes, kMaxDatagramBytes);
  jitter.configure({.rtp_clock_hz = codec->rtp_clock_hz(),
                    .frame_ms = config.frame_ms,
                    .max_payload_bytes = max_payload_bytes,
                    .delay = {config.min_delay_ms * kNsPerMs, config.max_delay_ms * kNsPerMs},
                    .ms_per_percent = config.ms_per_percent});
  Status status = reception.configure(codec->rtp_clock_hz());
  if (status == Status::ok) status = paths.configure(codec->rtp_clock_hz());
  if (status != Status::ok) return status;
  return rendering.configure(*codec, config.sample_rate_hz, frame_samples, static_cast<std::size_t>(max_payload_bytes));
}

void AudioReceiver::insert(Bytes datagram, std::int64_t arrival_ns, std::size_t path) noexcept {
  if (state_ == nullptr) return;
  PacketView packet;
  if (rtp::parse(datagram, packet) != Status::ok)
    ++state_->counted.packets_malformed;
  else
    insert(packet, arrival_ns, path);
}

void AudioReceiver::insert(const PacketView& packet, std::int64_t arrival_ns, std::size_t path) noexcept {
  if (state_ != nullptr) state_->insert(packet, bounded_time_ns(arrival_ns), std::min(path, kMaxPaths - 1));
}

void AudioReceiver::State::insert(const PacketView& packet, std::int64_t arrival_ns, std::size_t path) noexcept {
  ++counted.packets_received;
  counted.bytes_received += packet.payload.size();
  const bool is_redundant = packet.payload_type == config.red_payload_type;
  const bool is_first = is_redundant ? insert_redundant(packet, arrival_ns) : insert_media(packet, arrival_ns);
  if (jitter.is_source(packet.ssrc)) count_reception(packet, arrival_ns, path, is_first);
}

/// False: a copy of it had come before.
bool AudioReceiver::State::insert_media(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  jitter::Media media;
  if (!describe(packet.payload_type, packet.payload, media)) return true;
  media.level_dbov = claimed_level_dbov(packet);
  const jitter::Insertion insertion = jitter.insert(packet, media, arrival_ns);
  if (insertion == jitter::Insertion::stored) claim_dbov = std::max<std::int32_t>(claim_dbov, media.level_dbov);
  return insertion != jitter::Insertion::duplicate;
}

std::int8_t AudioReceiver::State::claimed_level_dbov(const PacketView& packet) const noexcept {
  if (config.audio_level_id == 0) return jitter::kNoLevel;
  rtp::AudioLevel level{.level_dbov = jitter::kNoLevel};
  (void)rtp::find_audio_level(packet, static_cast<std::uint8_t>(config.audio_level_id), level);
  return level.level_dbov;
}

void AudioReceiver::State::count_reception(const PacketView& packet, std::int64_t arrival_ns, std::size_t path,
                                           bool is_first) noexcept {
  if (packet.ssrc != reception_ssrc) {
    counted.packets_lost += reception.packets_lost();
    (void)reception.configure(codec->rtp_clock_hz());
    paths.start_stream(codec->rtp_clock_hz());
    has_sender &= reception_ssrc == 0;  // reports may come before the stream
    reception_ssrc = packet.ssrc;
  }
  paths.receive(packet, arrival_ns, path, is_first);
  // the other copy was sent on purpose: for the sender only losses on all paths are losses
  if (!is_first && paths.are_several()) return;
  (void)reception.receive(packet.sequence_number, packet.rtp_timestamp, arrival_ns);
}

bool AudioReceiver::State::insert_redundant(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  rtp::Blocks blocks;
  if (rtp::parse_redundancy(packet.payload, blocks) != Status::ok) {
    ++counted.packets_malformed;
    return true;
  }
  // copies first: they are older, and the delay estimate reads arrivals in order of capture
  for (const rtp::Block& block : blocks.view())
    if (!block.primary && block.payload_type == config.payload_type) insert_copy(packet, block, arrival_ns);
  const rtp::Block& primary = blocks.view().back();
  PacketView inner = packet;
  inner.payload_type = primary.payload_type;
  inner.payload = primary.payload;
  return insert_media(inner, arrival_ns);
}

void AudioReceiver::State::insert_copy(const PacketView& packet, const rtp::Block& block,
                                       std::int64_t arrival_ns) noexcept {
  const std::int32_t samples = codec->duration(block.payload);
  if (samples <= 0) return;  // RFC 2198 allows empty blocks
  // the copy is not there without its carrier, whose level stands for it
  const jitter::Media media{jitter::Content::audio, ticks_of(samples), false, claimed_level_dbov(packet)};
  // a block has no sequence number: its age in packets follows from its age in time
  const std::int32_t distance = std::max<std::int32_t>(block.timestamp_offset / std::max(media.duration_ticks, 1), 1);
  (void)jitter.insert_copy(packet, distance, block.timestamp_offset, block.payload, media, arrival_ns);
}

bool AudioReceiver::State::describe(std::uint8_t payload_type, Bytes payload, jitter::Media& media) noexcept {
  if (payload_type == config.payload_type) {
    const std::int32_t samples = codec->duration(payload);
    if (samples <= 0) {
      ++counted.packets_malformed;
      return false;
    }
    media = {.duration_ticks = ticks_of(samples), .has_fec = codec->has_fec(payload)};
  } else if (payload_type == config.cn_payload_type) {
    media = {.content = jitter::Content::comfort_noise};
  } else {
    ++counted.packets_of_other_payload_type;
    media = {.content = jitter::Content::other};
  }
  return true;
}

std::int32_t AudioReceiver::State::ticks_of(std::int32_t samples) const noexcept {
  return static_cast<std::int32_t>(std::int64_t{samples} * codec->rtp_clock_hz() / codec->sample_rate_hz());
}

Playout AudioReceiver::pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept {
  if (state_ != nullptr && out.size() == state_->frame_samples) return state_->pull(bounded_time_ns(now_ns), out);
  std::ranges::fill(out, std::int16_t{0});
  return Playout::silence;
}

Playout AudioReceiver::skip(std::int64_t now_ns) noexcept {
  return state_ == nullptr ? Playout::silence : state_->skip(bounded_time_ns(now_ns));
}

std::int64_t AudioReceiver::take_shift_samples() noexcept {
  return state_ == nullptr ? 0 : state_->rendering.take_shift_samples();
}

void AudioReceiver::set_round_trip_ns(std::int64_t round_trip_ns) noexcept {
  if (state_ != nullptr) state_->round_trip_ns = round_trip_ns;
}

std::size_t AudioReceiver::take_nacks(std::int64_t now_ns, std::span<std::uint16_t> numbers) noexcept {
  if (state_ == nullptr) return 0;
  const std::size_t count = state_->jitter.take_nacks(bounded_time_ns(now_ns), state_->round_trip_ns, numbers);
  if (count > 0) ++state_->counted.nack_count;
  return count;
}

Status AudioReceiver::set_min_delay_ms(std::int32_t min_delay_ms) noexcept {
  if (state_ == nullptr || min_delay_ms < 0 || min_delay_ms > state_->config.max_delay_ms) return Status::out_of_range;
  state_->jitter.set_min_delay_ns(min_delay_ms * kNsPerMs);
  return Status::ok;
}

bool AudioReceiver::playout_ntp(std::int64_t now_ns, std::uint64_t& ntp) const noexcept {
  std::int64_t media_ns = 0;
  if (state_ == nullptr || !state_->has_sender || !state_->rendering.media_at(bounded_time_ns(now_ns), media_ns))
    return false;
  const std::int64_t since_ns = media_ns - state_->jitter.media_ns_of(state_->sender.rtp_timestamp);
  if (std::abs(since_ns) > kMaxReportAgeNs) return false;
  ntp = rtp::ntp_from_unix_ns(rtp::unix_ns_from_ntp(state_->sender.ntp) + since_ns);
  return true;
}

std::int32_t AudioReceiver::take_claim_dbov() noexcept {
  return state_ == nullptr ? kNoClaim : state_->take_claim_dbov();
}

std::int32_t AudioReceiver::State::take_claim_dbov() noexcept {
  const std::int32_t loudest_dbov = std::max<std::int32_t>(claim_dbov, rendering.take_claim_dbov());
  claim_dbov = kNoClaim;
  return loudest_dbov;
}

Playout AudioReceiver::State::pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept {
  rendering.wake();
  render(now_ns);
  rendering.take(out);
  return rendering.playout();
}

Playout AudioReceiver::State::skip(std::int64_t now_ns) noexcept {
  rendering.fall_asleep();
  render(now_ns);
  rendering.drop(frame_samples);
  return rendering.playout();
}

/// Makes at least one frame available.
void AudioReceiver::State::render(std::int64_t now_ns) noexcept {
  for (int steps = 0; rendering.available() < frame_samples; ++steps) {
    const std::size_t available = rendering.available();
    const std::int64_t ahead_ns = static_cast<std::int64_t>(available) * kNsPerSecond / config.sample_rate_hz;
    const std::int64_t room_ticks = rendering.ticks_of(frame_samples - available);
    if (steps < kMaxStepsAPull)
      rendering.render(jitter.next(now_ns + ahead_ns, room_ticks), jitter);
    else
      rendering.bridge(room_ticks, true);
  }
}

ReceiverStatistics AudioReceiver::State::statistics() const noexcept {
  const jitter::JitterStatistics& buffered = jitter.statistics();
  ReceiverStatistics all = rendering.statistics();
  all.packets_received = counted.packets_received;
  all.packets_lost = counted.packets_lost + reception.packets_lost();
  all.jitter_ns = reception.jitter_ns();
  all.bytes_received = counted.bytes_received;
  all.packets_discarded = buffered.discarded;
  all.packets_duplicated = buffered.duplicated;
  all.stream_changes = buffered.stream_changes;
  all.fec_packets_discarded = buffered.redundancy_unused;
  all.packets_malformed += counted.packets_malformed;
  all.nack_count = counted.nack_count;
  all.paths = paths.statistics();
  all.packets_of_other_payload_type = counted.packets_of_other_payload_type;
  all.target_delay_ns = jitter.target_delay_ns();
  all.clock_drift_ppm = jitter.drift_ppm();
  return all;
}

ReceiverStatistics AudioReceiver::statistics() const noexcept {
  return state_ == nullptr ? ReceiverStatistics{} : state_->statistics();
}

void AudioReceiver::receive(const rtp::SenderInfo& report, std::int64_t arrival_ns) noexcept {
  if (state_ == nullptr) return;
  state_->reception.receive(report, bounded_time_ns(arrival_ns));
  state_->sender = report;
  state_->has_sender = true;
}

bool AudioReceiver::report(std::int64_t now_ns, rtp::ReceptionReport& block) noexcept {
  if (state_ == nullptr || state_->reception.packets_expected() == 0) return false;
  block = state_->reception.report(state_->reception_ssrc, bounded_time_ns(now_ns));
  return true;
}

std::uint32_t AudioReceiver::remote_ssrc() const noexcept { return state_ == nullptr ? 0 : state_->reception_ssrc; }

std::int32_t AudioReceiver::frame_samples() const noexcept {
  return state_ == nullptr ? 0 : static_cast<std::int32_t>(state_->frame_samples);
}

}  // namespace mixminus::conference
