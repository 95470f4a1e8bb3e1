// Playout: which packet is due, what stands in for one that is not there, and when delay is given up.
#include <algorithm>
#include <utility>

#include "mixminus/jitter/jitter_buffer.hpp"

namespace mixminus::jitter {

namespace {

constexpr std::int64_t kMaxPacketMs = 120;
constexpr float kSettlingSeconds = 60.0F;
constexpr float kMostPullPpm = 100.0F;

}  // namespace

Step JitterBuffer::next(std::int64_t when_ns, std::int64_t room_ticks) noexcept {
  if (!is_playing_) return start(when_ns, room_ticks);
  const Packet* first = first_media();
  if (first != nullptr) first = catch_up(first, when_ns);
  if (first == nullptr) return idle(Action::wait, room_ticks);
  return follow(*first, when_ns, room_ticks);
}

Step JitterBuffer::start(std::int64_t when_ns, std::int64_t room_ticks) noexcept {
  next_sequence_ = 0;
  const Packet* first = first_media();
  if (first == nullptr || delay_at(when_ns, *first) - phase_ns(room_ticks) < target_delay_ns() - kToleranceNs)
    return idle(Action::wait, room_ticks);
  next_sequence_ = first->sequence_number;
  next_ticks_ = first->rtp_timestamp;
  waited_ticks_ = 0;
  is_playing_ = true;
  first = catch_up(first, when_ns);
  return first == nullptr ? idle(Action::wait, room_ticks) : play(*first, when_ns, room_ticks);
}

const Packet* JitterBuffer::first_media() noexcept {
  const Packet* first = ring_.first_from(next_sequence_);
  while (first != nullptr && first->content == Content::other) {
    ring_.release(first->sequence_number);
    // in its place in the sequence it explains the gap in time; beyond a loss it explains nothing
    if (is_playing_ && first->sequence_number == next_sequence_) ++next_sequence_;
    first = ring_.first_from(first->sequence_number + 1);
  }
  return first;
}

Step JitterBuffer::follow(const Packet& first, std::int64_t when_ns, std::int64_t room_ticks) noexcept {
  settle_losses(first, when_ns);
  if (first.sequence_number > next_sequence_ && first.rtp_timestamp > next_ticks_) {
    const std::int64_t owed_ticks = lost_ticks(first) - waited_ticks_;
    if (may_come(first)) return idle(Action::wait, std::min(room_ticks, owed_ticks));
    return lose(first, when_ns);
  }
  const bool is_pause = first.rtp_timestamp > next_ticks_;  // time passed, but no packet is missing
  if (is_pause && delay_at(when_ns, first) < target_delay_ns() - kToleranceNs)
    return idle(Action::comfort_noise, room_ticks);
  Step step = play(first, when_ns, room_ticks);
  step.ends_silence = is_pause;
  return step;
}

std::int64_t JitterBuffer::lost_ticks(const Packet& first) const noexcept {
  const std::int64_t missing = first.sequence_number - next_sequence_;
  const std::int64_t each = (first.rtp_timestamp - next_ticks_) / std::max<std::int64_t>(missing, 1);
  // longer than any packet: the sender paused as well
  return each > config_.rtp_clock_hz * kMaxPacketMs / 1000 ? std::max<std::int64_t>(last_ticks_, 1) : each;
}

void JitterBuffer::settle_losses(const Packet& first, std::int64_t when_ns) noexcept {
  const std::int64_t missing = first.sequence_number - next_sequence_;
  const std::int64_t each = lost_ticks(first);
  if (missing <= 0 || each <= 0) return;
  const std::int64_t settled = std::min(missing, waited_ticks_ / each);
  // a lost packet is the cheapest place to give up delay: there is nothing to hear
  const std::int64_t excess_ns = delay_at(when_ns, first) + bridge_ns(first) - target_delay_ns();
  const std::int64_t skipped = std::clamp<std::int64_t>(excess_ns / ticks_to_ns(each), 0, missing - settled);
  is_splice_ |= skipped > 0;
  next_sequence_ += settled + skipped;
  next_ticks_ += (settled + skipped) * each;
  settle(settled + skipped, each);
  waited_ticks_ -= settled * each;
  if (skipped > 0) waited_ticks_ = 0;
}

std::int64_t JitterBuffer::bridge_ns(const Packet& first) const noexcept {
  if (first.sequence_number <= next_sequence_) return 0;
  return ticks_to_ns(std::max<std::int64_t>(first.rtp_timestamp - next_ticks_ - waited_ticks_, 0));
}

/// Where packets overtake each other, one that is missing may still come: its time is bridged bit by bit.
bool JitterBuffer::may_come(const Packet& first) const noexcept {
  return first.sequence_number - reordered_ < kReorderingPackets;
}

Step JitterBuffer::lose(const Packet& first, std::int64_t when_ns) noexcept {
  const std::int64_t each = std::max<std::int64_t>(lost_ticks(first), 1);
  Step step{.action = Action::conceal, .ticks = each - waited_ticks_, .bridged_ticks = waited_ticks_};
  take_settled(step);
  if (first.sequence_number == next_sequence_ + 1) step.packet = first;
  ++next_sequence_;
  next_ticks_ += each;
  waited_ticks_ = 0;
  step.is_playing = true;
  step.delay_ns = delay_at(when_ns, first);
  return step;
}

const Packet* JitterBuffer::catch_up(const Packet* first, std::int64_t when_ns) noexcept {
  if (delay_at(when_ns, *first) + bridge_ns(*first) <= most_delay_ns_) return first;
  while (first != nullptr && delay_at(when_ns, *first) >= target_delay_ns() + step_ns_ - kToleranceNs) {
    const bool is_last = ring_.size() == 1;
    if (is_last && delay_at(when_ns, *first) <= most_delay_ns_) break;
    discard(*first);
    first = first_media();
  }
  if (first == nullptr) return nullptr;
  is_splice_ = true;
  next_sequence_ = first->sequence_number;
  next_ticks_ = std::min(next_ticks_, first->rtp_timestamp);  // earlier: a pause until `first` is due
  waited_ticks_ = 0;
  return first;
}

void JitterBuffer::discard(const Packet& packet) noexcept {
  ++statistics_.discarded;
  ++settled_packets_;
  next_sequence_ = packet.sequence_number + 1;
  next_ticks_ = packet.rtp_timestamp + packet.duration_ticks;
  ring_.release(packet.sequence_number);
}

Step JitterBuffer::play(const Packet& packet, std::int64_t when_ns, std::int64_t room_ticks) noexcept {
  Step step{.action = Action::play, .ticks = packet.duration_ticks, .packet = packet};
  step.is_playing = true;
  take_settled(step);
  step.is_new_stream = is_new_stream_;
  step.is_splice = is_splice_;
  step.delay_ns = delay_at(when_ns, packet);
  step.offset_ns = when_ns - media_ns(packet.rtp_timestamp);
  step.held_ns = when_ns - packet.arrival_ns;
  set_pace(step, room_ticks);
  is_new_stream_ = is_splice_ = false;
  waited_ticks_ = 0;
  next_sequence_ = packet.sequence_number + 1;
  next_ticks_ = packet.rtp_timestamp + packet.duration_ticks;
  if (packet.duration_ticks > 0) last_ticks_ = packet.duration_ticks;
  ring_.release(packet.sequence_number);
  return step;
}

std::int64_t JitterBuffer::phase_ns(std::int64_t room_ticks) const noexcept {
  return ticks_to_ns((frame_ticks_ - room_ticks) % grid_ticks_);
}

void JitterBuffer::settle(std::int64_t packets, std::int64_t each_ticks) noexcept {
  settled_packets_ += packets;
  settled_ticks_ += packets * each_ticks;
}

void JitterBuffer::take_settled(Step& step) noexcept {
  step.settled_ticks = std::exchange(settled_ticks_, 0);
  step.settled_packets = std::exchange(settled_packets_, 0);
}

void JitterBuffer::set_pace(Step& step, std::int64_t room_ticks) const noexcept {
  const std::int64_t grid_ns = ticks_to_ns(grid_ticks_);
  step.step_ns = (step_ns_ + grid_ns - 1) / grid_ns * grid_ns;
  step.phase_ns = phase_ns(room_ticks);
  step.excess_ns = step.delay_ns - step.phase_ns - target_delay_ns();
  if (estimator_.drift_ppm() == 0.0F) return;
  // packets of another clock slide over the pulls: they must be there at the worst of it, and no phase can be gained
  step.phase_ns = 0;
  step.excess_ns = step.delay_ns - grid_ns - target_delay_ns();
  const float pull_ppm = static_cast<float>(step.excess_ns) / kSettlingSeconds * 1e-3F;
  step.stretch_ppm = estimator_.drift_ppm() - std::clamp(pull_ppm, -kMostPullPpm, kMostPullPpm);
}

Step JitterBuffer::idle(Action action, std::int64_t room_ticks) noexcept {
  // not the whole room of a long frame: something may be due within it
  const std::int64_t most_ticks = std::min(room_ticks, step_ns_ / 1'000'000 * config_.rtp_clock_hz / 1000);
  // whole quanta of 2.5 ms, which is what Opus conceals
  const std::int64_t quantum_ticks = std::max<std::int64_t>(config_.rtp_clock_hz / 400, 1);
  const std::int64_t ticks = (most_ticks + quantum_ticks - 1) / quantum_ticks * quantum_ticks;
  if (is_playing_) waited_ticks_ += ticks;
  return {.action = action, .ticks = ticks, .is_playing = is_playing_};
}

}  // namespace mixminus::jitter
