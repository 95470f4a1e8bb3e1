// Arrival: which stream a packet belongs to, where it goes, and what it tells about the network.
#include "mixminus/jitter/jitter_buffer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

namespace mixminus::jitter {

namespace {

constexpr std::size_t kSlots = 512;
constexpr std::int64_t kMaxTransitJumpNs = 2'000'000'000;  // more is another clock, not the network
constexpr std::int32_t kMaxCandidateGap = 50;
constexpr std::int32_t kGridPackets = 50;  // senders that change their packet time do so often
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

void JitterBuffer::configure(const Config& config) {
  assert(config.rtp_clock_hz > 0 && config.frame_ms > 0);
  config_ = config;
  ring_.configure(kSlots, static_cast<std::size_t>(config.max_payload_bytes));
  candidate_payload_.resize(static_cast<std::size_t>(config.max_payload_bytes));
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
  const bool is_ours = is_open_ && belongs(packet, arrival_ns);
  if (media.content == Content::other && !is_ours) return Insertion::refused;
  if (!is_open_) {
    open_stream(packet, arrival_ns);
  } else if (!is_ours) {
    if (!agrees_with_candidate(packet, arrival_ns)) {
      hold(packet, media, arrival_ns);
      return Insertion::suspicious;
    }
    ++statistics_.stream_changes;
    candidate_.is_held = false;
    open_stream(candidate_.view, candidate_.arrival_ns);
    (void)store(candidate_.view, candidate_.media, candidate_.arrival_ns);
  }
  drop_candidate();  // the known stream goes on: what was held is a stray
  return store(packet, media, arrival_ns);
}

Insertion JitterBuffer::insert_copy(const PacketView& carrier, std::int32_t distance, std::uint32_t offset_ticks,
                                    Bytes payload, const Media& media, std::int64_t arrival_ns) noexcept {
  if (!is_open_ || payload.size() > ring_.max_payload_bytes() || !belongs(carrier, arrival_ns))
    return Insertion::refused;
  const std::int64_t number = sequence_.peek(carrier.sequence_number) - distance;
  if (ring_.has_seen(number) || number <= ring_.newest() - ring_.slots()) {
    ++statistics_.redundancy_unused;
    return Insertion::duplicate;
  }
  const std::int64_t ticks = timestamp_.peek(carrier.rtp_timestamp) - std::int64_t{offset_ticks};
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
  if (packet.ssrc != ssrc_) return false;
  if (sequence_.peek(packet.sequence_number) <= ring_.newest() - ring_.slots()) return false;
  const std::int64_t transit_ns = arrival_ns - media_ns(timestamp_.peek(packet.rtp_timestamp));
  return std::abs(transit_ns - transit_ns_) <= kMaxTransitJumpNs;
}

bool JitterBuffer::agrees_with_candidate(const PacketView& packet, std::int64_t arrival_ns) const noexcept {
  if (!candidate_.is_held || packet.ssrc != candidate_.view.ssrc) return false;
  const std::int32_t gap = wrapped_distance(candidate_.view.sequence_number, packet.sequence_number);
  const std::int64_t sent_ns = ticks_to_ns(wrapped_distance(candidate_.view.rtp_timestamp, packet.rtp_timestamp));
  return gap > 0 && gap <= kMaxCandidateGap &&
         std::abs(arrival_ns - candidate_.arrival_ns - sent_ns) <= kMaxTransitJumpNs;
}

void JitterBuffer::hold(const PacketView& packet, const Media& media, std::int64_t arrival_ns) noexcept {
  drop_candidate();
  candidate_ = {true, packet, media, arrival_ns};
  if (!packet.payload.empty()) std::memcpy(candidate_payload_.data(), packet.payload.data(), packet.payload.size());
  candidate_.view.payload = Bytes{candidate_payload_}.first(packet.payload.size());
}

void JitterBuffer::drop_candidate() noexcept {
  if (candidate_.is_held) ++statistics_.discarded;
  candidate_.is_held = false;
}

void JitterBuffer::open_stream(const PacketView& packet, std::int64_t arrival_ns) noexcept {
  statistics_.discarded += ring_.size();
  ring_.clear();
  sequence_.reset();
  timestamp_.reset();
  estimator_.start_stream();
  nacks_.reset();
  is_open_ = true;
  is_playing_ = false;
  is_new_stream_ = true;
  ssrc_ = packet.ssrc;
  // one cycle up, so that reordering behind the first packet stays positive
  sequence_.start(packet.sequence_number + std::int64_t{0x10000});
  timestamp_.start(packet.rtp_timestamp + std::int64_t{0x1'0000'0000});
  origin_ticks_ = timestamp_.peek(packet.rtp_timestamp);
  transit_ns_ = arrival_ns;
  reordered_ = sequence_.newest() - kReorderingPackets;
}

Insertion JitterBuffer::store(const PacketView& packet, const Media& media, std::int64_t arrival_ns) noexcept {
  const std::int64_t number = sequence_.unwrap(packet.sequence_number);
  if (ring_.has_seen(number)) {
    ++statistics_.duplicated;
    return Insertion::duplicate;
  }
  const std::int64_t ticks = timestamp_.unwrap(packet.rtp_timestamp);
  const Packet stored{number,        ticks, arrival_ns,       media.duration_ticks,
                      media.content, false, media.level_dbov, packet.payload};
  transit_ns_ = arrival_ns - media_ns(ticks);
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

std::int64_t JitterBuffer::ticks_to_ns(std::int64_t ticks) const noexcept {
  // whole seconds first: days of ticks times 1e9 do not fit
  const std::int64_t clock_hz = config_.rtp_clock_hz;
  return ticks / clock_hz * kNsPerSecond + ticks % clock_hz * kNsPerSecond / clock_hz;
}

std::int64_t JitterBuffer::media_ns(std::int64_t rtp_timestamp) const noexcept {
  return ticks_to_ns(rtp_timestamp - origin_ticks_);
}

std::int64_t JitterBuffer::delay_at(std::int64_t when_ns, const Packet& packet) const noexcept {
  return estimator_.delay_ns(when_ns, media_ns(packet.rtp_timestamp));
}

}  // namespace mixminus::jitter
