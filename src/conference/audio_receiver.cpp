// Packets to the jitter buffer, its decisions to the rendering, both sides' counters to one record.
#include "mixminus/conference/audio_receiver.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "conference/rendering.hpp"
#include "mixminus/jitter/jitter_buffer.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/rtp/reception.hpp"
#include "mixminus/rtp/redundancy.hpp"

namespace mixminus::conference {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kMaxTimeNs = 4'000'000'000'000'000'000;  // differences of two must not overflow
constexpr std::int32_t kMaxDatagramBytes = 1500;
constexpr std::int32_t kLongestL16Ms = 60;
constexpr int kMaxStepsAPull = 512;

bool is_valid(const ReceiverConfig& config) noexcept {
  const bool has_frame = config.frame_ms == 10 || config.frame_ms == 20 || config.frame_ms == 40 || config.frame_ms == 60;
  const auto is_type = [](std::int32_t type) { return type >= -1 && type <= 127; };
  return has_frame && config.sample_rate_hz >= 8000 && config.sample_rate_hz <= 48000 && config.min_delay_ms >= 0 &&
         config.min_delay_ms <= config.max_delay_ms && config.max_delay_ms <= 2000 && is_type(config.payload_type) &&
         is_type(config.red_payload_type) && is_type(config.cn_payload_type);
}

}  // namespace

struct AudioReceiver::State {
  ReceiverConfig config{};
  std::unique_ptr<codec::Codec> codec;
  jitter::JitterBuffer jitter;
  Rendering rendering;
  rtp::ReceptionStatistics reception;
  ReceiverStatistics counted{};
  std::size_t frame_samples = 0;

  Status configure() noexcept;
  void insert(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void insert_redundant(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  bool describe(std::uint8_t payload_type, Bytes payload, jitter::Media& media) noexcept;
  Playout pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept;
  [[nodiscard]] ReceiverStatistics statistics() const noexcept;
};

AudioReceiver::AudioReceiver() noexcept = default;
AudioReceiver::~AudioReceiver() = default;
AudioReceiver::AudioReceiver(AudioReceiver&&) noexcept = default;
AudioReceiver& AudioReceiver::operator=(AudioReceiver&&) noexcept = default;

Status AudioReceiver::configure(const ReceiverConfig& config) noexcept {
  std::unique_ptr<codec::Codec> codec;
  const Status status = codec::make_codec(config.codec, codec);
  if (status != Status::ok) return status;
  ReceiverConfig resolved = config;
  if (resolved.payload_type < 0)
    resolved.payload_type =
        codec::default_payload_type(config.codec.kind, config.codec.sample_rate_hz, config.codec.channels);
  return configure(resolved, std::move(codec));
}

Status AudioReceiver::configure(const ReceiverConfig& config, std::unique_ptr<codec::Codec> codec) noexcept {
  if (!is_valid(config) || config.payload_type < 0 || codec == nullptr) return Status::out_of_range;
  std::unique_ptr<State> state{new (std::nothrow) State};
  if (state == nullptr) return Status::capacity_reached;
  state->config = config;
  state->codec = std::move(codec);
  const Status status = state->configure();
  if (status == Status::ok) state_ = std::move(state);
  return status;
}

Status AudioReceiver::State::configure() noexcept {
  frame_samples = static_cast<std::size_t>(config.sample_rate_hz * config.frame_ms / 1000);
  const std::int32_t longest_l16_bytes = codec->sample_rate_hz() * kLongestL16Ms / 1000 * codec->channels() * 2;
  const bool is_l16 = config.codec.kind == codec::Kind::l16;
  jitter.configure({.rtp_clock_hz = codec->rtp_clock_hz(),
                    .frame_ms = config.frame_ms,
                    .max_payload_bytes = is_l16 ? longest_l16_bytes : kMaxDatagramBytes,
                    .delay = {config.min_delay_ms * kNsPerMs, config.max_delay_ms * kNsPerMs}});
  reception.configure(codec->rtp_clock_hz());
  return rendering.configure(*codec, config.sample_rate_hz, frame_samples);
}

void AudioReceiver::insert(Bytes datagram, std::int64_t arrival_ns) noexcept {
  if (state_ == nullptr) return;
  PacketView packet;
  if (rtp::parse(datagram, packet) != Status::ok)
    ++state_->counted.packets_malformed;
  else
    insert(packet, arrival_ns);
}

void AudioReceiver::insert(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  if (state_ != nullptr) state_->insert(packet, std::clamp(arrival_ns, -kMaxTimeNs, kMaxTimeNs));
}

void AudioReceiver::State::insert(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  if (packet.payload_type == config.red_payload_type) return insert_redundant(packet, arrival_ns);
  jitter::Media media;
  if (!describe(packet.payload_type, packet.payload, media)) return;
  (void)jitter.insert(packet, media, arrival_ns);
}

bool AudioReceiver::State::describe(std::uint8_t payload_type, Bytes payload, jitter::Media& media) noexcept {
  if (payload_type == config.payload_type) {
    const std::int32_t samples = codec->duration(payload);
    if (samples <= 0) {
      ++counted.packets_malformed;
      return false;
    }
    const std::int64_t ticks = std::int64_t{samples} * codec->rtp_clock_hz() / codec->sample_rate_hz();
    media = {jitter::Content::audio, static_cast<std::int32_t>(ticks), codec->has_fec(payload)};
  } else if (payload_type == config.cn_payload_type) {
    media = {jitter::Content::comfort_noise, 0, false};
  } else {
    ++counted.packets_of_other_payload_type;
    media = {jitter::Content::other, 0, false};
  }
  return true;
}

Playout AudioReceiver::pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept {
  if (state_ != nullptr && out.size() == state_->frame_samples)
    return state_->pull(std::clamp(now_ns, -kMaxTimeNs, kMaxTimeNs), out);
  std::ranges::fill(out, std::int16_t{0});
  return Playout::silence;
}

Playout AudioReceiver::State::pull(std::int64_t now_ns, std::span<std::int16_t> out) noexcept {
  for (int steps = 0; rendering.available() < frame_samples; ++steps) {
    const std::size_t available = rendering.available();
    const std::int64_t ahead_ns = static_cast<std::int64_t>(available) * kNsPerSecond / config.sample_rate_hz;
    const std::int64_t room_ticks = rendering.ticks_of(frame_samples - available);
    if (steps < kMaxStepsAPull)
      rendering.render(jitter.next(now_ns + ahead_ns, room_ticks), jitter);
    else
      rendering.bridge(room_ticks, true);
  }
  rendering.take(out);
  return rendering.playout();
}

ReceiverStatistics AudioReceiver::statistics() const noexcept {
  return state_ == nullptr ? ReceiverStatistics{} : state_->statistics();
}

std::int32_t AudioReceiver::frame_samples() const noexcept {
  return state_ == nullptr ? 0 : static_cast<std::int32_t>(state_->frame_samples);
}

}  // namespace mixminus::conference
