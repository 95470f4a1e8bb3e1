// Arrival: which stream a packet belongs to, where it goes, and what it tells about the network.
#include "mixminus/jitter/jitter_buffer.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace mixminus::jitter {

namespace {

constexpr std::size_t kSlots = 512;
constexpr std::int32_t kGridPackets = 50;  // senders that change their packet time do so often

}  // namespace

void JitterBuffer::configure(const Config& config) {
  assert(config.rtp_clock_hz > 0 && config.frame_ms > 0);
  config_ = config;
  ring_.configure(kSlots, static_cast<std::size_t>(config.max_payload_bytes));
  gate_.configure(config.rtp_clock_hz, static_cast<std::size_t>(config.max_payload_bytes));
  step_ns_ = std::min(config.frame_ms, 20) * std::int64_t{1'000'000};
  frame_ticks_ = grid_ticks_ = new_grid_ticks_ = std::int64_t{config.rtp_clock_hz} * config.frame_ms / 1000;
  estimator_.configure(playable(config.delay));
  estimator_.set_ms_per_percent(config.ms_per_percent);
  most_delay_ns_ = std::max(config.delay.max_delay_ns, config.delay.min_delay_ns + step_ns_);
  nacks_.configure(most_delay_ns_);
}

/// Playout meets the target to within a step, so the highest target is a step below the bound.
DelayBounds JitterBuffer::playable(const DelayBounds& bounds) const noexcept {
  const auto [least_ns, most_ns] = bounds;
  return {least_ns, std::max(least_ns, most_ns - step_ns_ + kToleranceNs)};
}

void JitterBuffer::set_min_delay_ns(std::int64_t min_delay_ns) noexcept {
  config_.delay.min_delay_ns = std::clamp<std::int64_t>(min_delay_ns, 0, config_.delay.max_delay_ns);
  estimator_.set_min_delay_ns(config_.delay.min_delay_ns);
  most_delay_ns_ = std::max(config_.delay.max_delay_ns, config_.delay.min_delay_ns + step_ns_);
}

std::size_t JitterBuffer::take_nacks(std::int64_t now_ns, std::int64_t round_trip_ns,
                                     std::span<std::uint16_t> numbers) noexcept {
  if (is_playing_) nacks_.forget_before(next_sequence_);
  return nacks_.take(now_ns, round_trip_ns, numbers);
}

Insertion JitterBuffer::insert(const PacketView& packet, const Media& media, std::int64_t arrival_ns) noexcept {
  if (packet.payload.size() > ring_.max_payload_bytes()) {
    ++statistics_.discarded;
    return Insertion::refused;
  }
  if (media.content == Content::other && !belongs(packet, arrival_ns)) return Insertion::refused;
  const bool drops_candidate = gate_.candidate().is_held;  // a stray, unless this packet agrees with it
  switch (gate_.judge(packet, arrival_ns, oldest())) {
    case Belonging::held:
      statistics_.discarded += drops_candidate;
      candidate_media_ = media;
      return Insertion::suspicious;
    case Belonging::opened:
      start_stream();
      break;
    case Belonging::changed:
      ++statistics_.stream_changes;
      start_stream();
      (void)store(gate_.candidate().view, candidate_media_, gate_.candidate().arrival_ns);
      break;
    case Belonging::ours:
      statistics_.discarded += drops_candidate;
      break;
  }
  return store(packet, media, arrival_ns);
}

Insertion JitterBuffer::insert_copy(const PacketView& carrier, std::int32_t distance, std::uint32_t offset_ticks,
                                    Bytes payload, const Media& media, std::int64_t arrival_ns) noexcept {
  if (payload.size() > ring_.max_payload_bytes() || !belongs(carrier, arrival_ns)) return Insertion::refused;
  const std::int64_t number = gate_.number_of(carrier) - distance;
  if (ring_.has_seen(number) || number <= oldest()) {
    ++statistics_.redundancy_unused;
    return Insertion::duplicate;
  }
  const std::int64_t ticks = gate_.ticks_of(carrier.rtp_timestamp) - std::int64_t{offset_ticks};
  const Packet copy{number, ticks, arrival_ns, media.duration_ticks, media.content, true, media.level_dbov, payload};
  observe(copy, media);  // waiting for copies pays when it would have filled gaps often enough
  if (is_playing_ && number < next_sequence_) {
    ++statistics_.redundancy_unused;
    return Insertion::too_late;
  }
  if (ring_.insert(copy)) ++statistics_.discarded;
  return Insertion::stored;
}

bool JitterBuffer::belongs(const PacketView& packet, std::int64_t arrival_ns) const noexcept {
  return gate_.belongs(packet, arrival_ns, oldest());
}

void JitterBuffer::start_stream() noexcept {
  statistics_.discarded += ring_.size();
  ring_.clear();
  estimator_.start_stream();
  nacks_.reset();
  is_playing_ = false;
  is_new_stream_ = true;
  reordered_ = gate_.newest() - kReorderingPackets;
}

Insertion JitterBuffer::store(const PacketView& packet, const Media& media, std::int64_t arrival_ns) noexcept {
  if (ring_.has_seen(gate_.number_of(packet))) {
    ++statistics_.duplicated;
    return Insertion::duplicate;
  }
  const auto [number, ticks] = gate_.place(packet, arrival_ns);
  const Packet stored{number,        ticks, arrival_ns,       media.duration_ticks,
                      media.content, false, media.level_dbov, packet.payload};
  (void)nacks_.observe(number, arrival_ns);
  if (number < ring_.newest()) reordered_ = ring_.newest();
  if (media.content != Content::other) observe(stored, media);
  if (is_playing_ && number < next_sequence_) {
    ring_.mark_seen(number);
    ++statistics_.discarded;
    return Insertion::too_late;
  }
  if (ring_.insert(stored)) ++statistics_.discarded;
  return Insertion::stored;
}

void JitterBuffer::observe(const Packet& packet, const Media& media) noexcept {
  // a copy of a lost packet is a way to get it late: the price decides whether to wait for such
  if (media.has_fec && is_playing_ && !ring_.has_seen(packet.sequence_number - 1))
    estimator_.observe(packet.arrival_ns, media_ns(packet.rtp_timestamp - media.duration_ticks));
  estimator_.observe(packet.arrival_ns, media_ns(packet.rtp_timestamp));
  learn_grid(media.duration_ticks);
}

void JitterBuffer::learn_grid(std::int32_t duration_ticks) noexcept {
  if (duration_ticks <= 0) return;
  if (++grid_packets_ > kGridPackets) {
    grid_ticks_ = new_grid_ticks_;
    new_grid_ticks_ = frame_ticks_;
    grid_packets_ = 1;
  }
  new_grid_ticks_ = std::gcd<std::int64_t>(new_grid_ticks_, duration_ticks);
  grid_ticks_ = std::gcd<std::int64_t>(grid_ticks_, new_grid_ticks_);
  estimator_.set_pull_slack_ns(ticks_to_ns(frame_ticks_ - grid_ticks_));
}

std::int64_t JitterBuffer::delay_at(std::int64_t when_ns, const Packet& packet) const noexcept {
  return estimator_.delay_ns(when_ns, media_ns(packet.rtp_timestamp));
}

}  // namespace mixminus::jitter
