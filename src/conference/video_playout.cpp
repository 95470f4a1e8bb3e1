// Playout: which frame is given when, what is waited for, and when it is given up.
#include <algorithm>

#include "conference/video_state.hpp"
#include "mixminus/base/time.hpp"
#include "mixminus/base/wrap.hpp"

namespace mixminus::conference {

namespace {

// until a sender that was asked has made a key frame: it waits for the next picture, and codes more than usual
constexpr std::int64_t kKeyFrameNs = 200'000'000;
constexpr std::int64_t kDefaultRoundTripNs = 100'000'000;

}  // namespace

bool VideoReceiver::pull(std::int64_t now_ns, VideoFrame& frame) noexcept {
  return state_ != nullptr && state_->pull(bounded_time_ns(now_ns), frame);
}

bool VideoReceiver::State::pull(std::int64_t now_ns, VideoFrame& frame) noexcept {
  for (std::size_t head = frames.head(); head < frames.size(); head = frames.head()) {
    close_gap(frames[head]);
    if (is_ready(head)) {
      if (!is_due(frames[head], now_ns)) return false;
      if (emit(frames[head], now_ns, frame)) return true;
      continue;
    }
    const bool is_passed = due_key_frame(head, now_ns) < frames.size();
    if (!is_passed && !is_hopeless(head) && may_come(head, now_ns)) return false;
    give_up(frames[head]);
  }
  return false;
}

/// Numbers that came without being of a frame that waits leave no gap.
void VideoReceiver::State::close_gap(const Frame& frame) noexcept {
  if (next_number == kNothing) next_number = frame.first_number;
  while (next_number < frame.first_number && ring.has_seen(next_number)) ++next_number;
}

/// Whole, and all of it still in the ring.
bool VideoReceiver::State::is_whole(std::size_t index) const noexcept {
  return frames.is_whole(index) && frames[index].first_number > ring.newest() - ring.slots();
}

bool VideoReceiver::State::is_ready(std::size_t index) const noexcept {
  const Frame& frame = frames[index];
  return is_whole(index) && references.is_decodable(frame.info, is_continuous(frame), gate.media_ns(frame.ticks));
}

bool VideoReceiver::State::is_due(const Frame& frame, std::int64_t now_ns) const noexcept {
  return delay_ns(frame, now_ns) >= estimator.target_delay_ns();
}

/// While no frame has been whole there is nothing to measure it by but its own first packet.
std::int64_t VideoReceiver::State::delay_ns(const Frame& frame, std::int64_t now_ns) const noexcept {
  if (!estimator.is_started()) return now_ns - frame.first_arrival_ns;
  return estimator.delay_ns(now_ns, gate.media_ns(frame.ticks));
}

/// It is known to be no key frame, and what it refers to was left out: no packet can help.
bool VideoReceiver::State::is_hopeless(std::size_t index) const noexcept {
  const Frame& frame = frames[index];
  return frame.info.has_picture && !frame.info.is_key && !frame.has_hole() && frames.has_begin(index) &&
         !references.is_decodable(frame.info, true, gate.media_ns(frame.ticks));
}

/// A key frame whose time has come ends every wait before it.
std::size_t VideoReceiver::State::due_key_frame(std::size_t after, std::int64_t now_ns) const noexcept {
  std::size_t index = after + 1;
  for (; index < frames.size(); ++index) {
    const Frame& frame = frames[index];
    if (frame.is_key() && !frame.is_over && is_due(frame, now_ns) && is_whole(index)) break;
  }
  return index;
}

/// Until it is due anything may come; then what the network overtakes or the sender may send again, and, while nothing
/// has come behind it, the rest of the frame.
bool VideoReceiver::State::may_come(std::size_t index, std::int64_t now_ns) const noexcept {
  const Frame& frame = frames[index];
  // before a key frame whose beginning is there nothing is needed
  const std::int64_t begin = frame.info.is_key && frames.has_begin(index) ? frame.first_number : next_number;
  if (begin <= oldest()) return false;
  const std::int64_t waited_ns = std::max(delay_ns(frame, now_ns), now_ns - frame.first_arrival_ns);
  if (waited_ns >= max_delay_ns) return false;
  if (waited_ns < estimator.target_delay_ns()) return true;
  const bool has_end = frames.has_end(index);
  const std::int64_t following = index + 1 < frames.size() ? frames[index + 1].first_number : gate.newest() + 1;
  const std::int64_t end = has_end ? frame.last_number + 1 : following;
  bool is_missing = false;
  for (std::int64_t number = begin; number < end; ++number) {
    if (ring.has_seen(number)) continue;
    if (!nacks.is_expected(number, now_ns)) return false;
    is_missing = true;
  }
  return is_missing || !has_end;
}

bool VideoReceiver::State::emit(Frame& frame, std::int64_t now_ns, VideoFrame& out) noexcept {
  const std::int64_t media_ns = gate.media_ns(frame.ticks);
  is_after_loss = is_after_loss || !(is_continuous(frame) || references.follows(frame.info, media_ns));
  references.decode(frame.info, is_continuous(frame), media_ns);
  const std::size_t size_bytes = assemble(frame);
  if (frame.is_key()) is_gap_too_large = has_requested = false;
  finish(frame);
  if (size_bytes == 0) return false;  // padding
  const std::int64_t excess_ns = delay_ns(frame, now_ns) - estimator.target_delay_ns();
  out = {.data = {memory.get(), size_bytes},
         .rtp_timestamp = static_cast<std::uint32_t>(frame.ticks),
         .is_key_frame = frame.is_key(),
         .is_after_loss = is_after_loss,
         .release_ns = now_ns - excess_ns,
         .playout_ntp = ntp_of(frame)};
  is_after_loss = false;
  freezes.show(now_ns);
  ++counted.jitter_buffer_emitted_count;
  counted.jitter_buffer_delay_s += static_cast<double>(now_ns - frame.first_arrival_ns) * 1e-9;
  counted.jitter_buffer_target_delay_s += static_cast<double>(estimator.target_delay_ns()) * 1e-9;
  return true;
}

std::size_t VideoReceiver::State::assemble(const Frame& frame) noexcept {
  std::size_t size_bytes = 0;
  const jitter::Packet* packet = ring.first_from(frame.first_number);
  for (; packet != nullptr && packet->sequence_number <= frame.last_number;
       packet = ring.first_from(packet->sequence_number + 1)) {
    if (packet->content == jitter::Content::other || packet->rtp_timestamp != frame.ticks) continue;
    size_bytes += depacketizer.append(packet->payload, {memory.get() + size_bytes, memory_bytes - size_bytes});
  }
  return size_bytes;
}

void VideoReceiver::State::give_up(Frame& frame) noexcept {
  const std::int64_t media_ns = gate.media_ns(frame.ticks);
  if (!is_continuous(frame) && !references.follows(frame.info, media_ns)) references.lose_unknown();
  if (frame.has_payload) {
    references.lose(frame.info, media_ns);
    ++counted.frames_dropped;
    is_after_loss = true;
  }
  finish(frame);
}

void VideoReceiver::State::finish(Frame& frame) noexcept {
  frame.is_over = true;
  const std::int64_t first = std::max(frame.first_number, ring.newest() - ring.slots() + 1);
  for (std::int64_t number = first; number <= frame.last_number; ++number) ring.release(number);
  next_number = std::max(next_number, frame.last_number + 1);
  nacks.forget_before(next_number);
}

std::uint64_t VideoReceiver::State::ntp_of(const Frame& frame) const noexcept {
  if (report_ntp == 0) return 0;
  const std::int64_t ticks = wrapped_distance(report_ticks, static_cast<std::uint32_t>(frame.ticks));
  const std::int64_t since_q32 = (ticks << 32) / config.rtp_clock_hz;  // 63 bits at most
  return report_ntp + static_cast<std::uint64_t>(since_q32);
}

bool VideoReceiver::take_key_frame_request(std::int64_t now_ns) noexcept {
  return state_ != nullptr && state_->take_key_frame_request(bounded_time_ns(now_ns));
}

bool VideoReceiver::State::take_key_frame_request(std::int64_t now_ns) noexcept {
  if (!references.needs_key_picture() && !is_gap_too_large) return false;
  if (is_key_frame_under_way()) return false;
  const std::int64_t since_ns = now_ns - requested_ns;
  const std::int64_t answer_ns = (round_trip_ns > 0 ? round_trip_ns : kDefaultRoundTripNs) + kKeyFrameNs;
  if (has_requested && since_ns >= 0 && since_ns < answer_ns) return false;
  has_requested = true;
  requested_ns = now_ns;
  ++counted.pli_count;
  return true;
}

bool VideoReceiver::State::is_key_frame_under_way() const noexcept {
  for (std::size_t i = frames.head(); i < frames.size(); ++i)
    if (!frames[i].is_over && frames[i].is_key()) return true;
  return false;
}

}  // namespace mixminus::conference
