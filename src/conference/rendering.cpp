// Decode, conceal, comfort; cut and insert where it is quiet; join without a click; resample.
#include "conference/rendering.hpp"

#include <algorithm>
#include <cassert>

#include "mixminus/dsp/level.hpp"

namespace mixminus::conference {

namespace {

constexpr std::uint32_t kObserveEvery = 8;  // quiet frames: rooms change slowly, and looking costs as much as mixing
constexpr std::int32_t kMaxPacketMs = 120;  // RFC 7587 section 4.2; nobody sends more
constexpr std::int32_t kJoinMs = 5;         // cross-fade
constexpr std::size_t kMostCorrected = 64;  // samples that a correction adds to the longest frame
constexpr std::size_t kTailQuanta = 5;      // of 2.5 ms: how far on a concealment is known, to join to it in phase
constexpr std::uint64_t kInterruptionMs = 150;
constexpr std::int32_t kAudibleMs = 200;            // of a concealment; then only the background is left
constexpr std::int32_t kCodecConcealmentMs = 3000;  // the codec knows the background best, but it costs a decode
constexpr std::size_t kOpusSilenceBytes = 2;        // RFC 6716: a frame without data, sent at the start of DTX
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

Status Rendering::configure(codec::Codec& codec, std::int32_t sample_rate_hz, std::size_t frame_samples,
                            std::size_t max_payload_bytes) {
  *this = {};
  codec_ = &codec;
  sample_rate_hz_ = sample_rate_hz;
  const std::int32_t rate_hz = codec_rate_hz_ = codec.sample_rate_hz();
  rtp_clock_hz_ = codec.rtp_clock_hz();
  channels_ = codec.channels();
  const auto packet = static_cast<std::size_t>(rate_hz / 1000 * kMaxPacketMs + kMaxPacketMs);
  const auto longest = static_cast<std::int32_t>(2 * packet);
  const Status status = resampler_.configure(rate_hz, sample_rate_hz, longest);
  if (status != Status::ok) return status;
  if (drift_corrector_.configure(longest) != Status::ok) return Status::capacity_reached;
  concealed_ahead_.assign(packet, 0);
  packet_samples_ = static_cast<std::size_t>(rate_hz) / 50;
  corrected_.assign(2 * packet + kMostCorrected, 0);
  concealment_.configure(rate_hz);
  time_scale_.configure(rate_hz, packet);
  skipped_.configure(max_payload_bytes);
  pcm_.assign(packet * static_cast<std::size_t>(codec.channels()), 0);
  extra_.assign(packet, 0);
  tail_.assign(static_cast<std::size_t>(rate_hz) / 400 * kTailQuanta, 0);
  join_samples_ = static_cast<std::size_t>(rate_hz) * kJoinMs / 1000;
  output_.assign(frame_samples + 2 * resampler_.output_samples(packet) + 64, 0);
  return Status::ok;
}

void Rendering::render(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept {
  using enum jitter::Action;
  switch (step.action) {
    case play:
      return this->play(step, jitter);
    case conceal:
      return this->conceal(step);
    case comfort_noise:
      settle_pending(true);
      return comfort(samples_of(step.ticks), false);
    case wait:
      return bridge(step.ticks, step.is_playing);
  }
}

void Rendering::play(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept {
  settle_pending(step.ends_silence);
  count_shift(step);
  bursts_.lose(static_cast<std::uint64_t>(step.settled_packets));
  bursts_.receive();
  has_begun_ = true;
  claim_dbov_ = std::max(claim_dbov_, step.packet.level_dbov);
  if (step.is_new_stream) forget();
  if (step.packet.content == jitter::Content::comfort_noise) {
    noise_.describe(step.packet.payload);
    is_pause_ = true;
  } else {
    decode(step, jitter);
  }
}

void Rendering::count_shift(const jitter::Step& step) noexcept {
  constexpr std::int64_t kMostNs = 3600 * kNsPerSecond;  // clocks may jump by anything
  if (!step.is_new_stream) shift_ns_ = std::clamp(shift_ns_ + step.offset_ns - offset_ns_, -kMostNs, kMostNs);
  offset_ns_ = step.offset_ns;
}

std::int64_t Rendering::take_shift_samples() noexcept {
  const std::int64_t samples = shift_ns_ * sample_rate_hz_ / kNsPerSecond;
  shift_ns_ -= samples * kNsPerSecond / sample_rate_hz_;
  return samples;
}

void Rendering::forget() noexcept {
  skipped_.clear();
  is_aside_ = false;
  drift_corrector_.reset();
  is_forgotten_ = is_asleep_;
  if (!is_asleep_) codec_->reset_decoder();
}

void Rendering::decode(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept {
  if (step.is_splice) make_tail();
  resume(step);
  const std::int32_t decoded = samples_of_packet(step);
  if (decoded <= 0) {
    ++statistics_.packets_malformed;
    return conceal_samples(samples_of(step.ticks), true);
  }
  const std::span<std::int16_t> frame = mono(static_cast<std::size_t>(decoded));
  const bool is_unbroken = tail_samples_ == 0;
  const bool was_only_late = is_concealing_ && step.settled_ticks == 0 && !step.is_splice && !step.is_new_stream;
  join(frame, was_only_late);
  is_concealing_ = false;
  concealed_run_ = 0;
  packet_samples_ = frame.size();
  playout_ = Playout::speech;
  is_pause_ = is_quiet(step, frame);
  count_emitted(step, frame.size(), jitter);

  drift_corrector_.set_stretch_ppm(step.stretch_ppm);
  append_retimed(step, frame, is_unbroken);
}

std::int32_t Rendering::samples_of_packet(const jitter::Step& step) noexcept {
  if (!is_asleep_) return codec_->decode(step.packet.payload, pcm_);
  const std::size_t samples = samples_of(step.ticks);
  if (samples * static_cast<std::size_t>(channels_) > pcm_.size()) return codec::kFailed;
  skipped_.push(step.packet.payload);
  return static_cast<std::int32_t>(samples);
}

bool Rendering::is_quiet(const jitter::Step& step, std::span<const std::int16_t> frame) noexcept {
  const float duration_s = static_cast<float>(frame.size()) / static_cast<float>(codec_rate_hz_);
  if (is_asleep_) {
    const std::int8_t claim = step.packet.level_dbov;
    return claim != jitter::kNoLevel && quiet_.is_quiet(claim, duration_s);
  }
  const bool is_quiet = quiet_.is_quiet(dsp::level_dbov(frame), duration_s);
  if (is_quiet && step.packet.payload.size() > kOpusSilenceBytes && quiet_frames_++ % kObserveEvery == 0)
    noise_.observe(frame);
  return is_quiet;
}

void Rendering::count_emitted(const jitter::Step& step, std::size_t samples,
                              const jitter::JitterBuffer& jitter) noexcept {
  const std::uint64_t emitted = output_of(samples);
  statistics_.fec_packets_received += step.packet.is_redundant;
  statistics_.jitter_buffer_emitted_count += emitted;
  const double sample_seconds_a_ns = static_cast<double>(emitted) / kNsPerSecond;
  statistics_.jitter_buffer_delay_s += static_cast<double>(step.held_ns) * sample_seconds_a_ns;
  statistics_.jitter_buffer_target_delay_s += static_cast<double>(jitter.target_delay_ns()) * sample_seconds_a_ns;
  statistics_.jitter_buffer_minimum_delay_s += static_cast<double>(jitter.network_delay_ns()) * sample_seconds_a_ns;
  statistics_.playout_delay_ns = step.delay_ns;
}

void Rendering::conceal(const jitter::Step& step) noexcept {
  settle_pending(false);
  const bool was_aside = is_aside_;
  resume(step);
  bursts_.lose(static_cast<std::uint64_t>(step.settled_packets));
  if (recover(step)) return bursts_.receive();
  bursts_.lose();
  if (was_aside && conceal_whole(step)) return;
  conceal_samples(samples_of(step.ticks), true);
}

/// What was waited for has come, or is known to be lost: the decoder goes on from where it was put aside.
void Rendering::resume(const jitter::Step& step) noexcept {
  if (!is_aside_) return;
  is_aside_ = false;
  if (is_asleep_) return codec_->restore_decoder();  // nothing is heard; wake() tells it what it missed
  // what was heard is just what the decoder conceals once it is told of the loss: nothing to go over to
  const bool is_exact = samples_of(step.settled_ticks) + samples_of(step.bridged_ticks) == aside_samples_;
  if (!is_exact && tail_samples_ == 0 && (!ahead_.empty() || conceal_ahead())) {
    tail_samples_ = std::min(tail_.size(), ahead_.size());
    std::ranges::copy(ahead_.first(tail_samples_), tail_.begin());
  }
  ahead_ = {};
  codec_->restore_decoder();
  const std::size_t settled = samples_of(step.settled_ticks) * static_cast<std::size_t>(channels_);
  if (settled > 0) (void)codec_->conceal(std::span{pcm_}.first(std::min(settled, pcm_.size() * 5 / 6)));
}

/// The decoder conceals whole packets, as it would if they were lost: what is not heard yet waits.
bool Rendering::conceal_ahead() noexcept {
  const std::span<std::int16_t> pcm = std::span{pcm_}.first(packet_samples_ * static_cast<std::size_t>(channels_));
  if (codec_->conceal(pcm) == codec::kFailed) return false;
  std::ranges::copy(mono(packet_samples_), concealed_ahead_.begin());
  ahead_ = std::span{concealed_ahead_}.first(packet_samples_);
  return true;
}

bool Rendering::bridge_aside(std::size_t samples) noexcept {
  const auto most = static_cast<std::size_t>(codec_rate_hz_) * kCodecConcealmentMs / 1000;
  if (concealed_run_ >= most || (ahead_.empty() && !conceal_ahead())) return false;
  playout_ = Playout::concealment;
  for (std::size_t left = samples; left > 0 && (!ahead_.empty() || conceal_ahead());) {
    const std::span<std::int16_t> frame = ahead_.first(std::min(left, ahead_.size()));
    ahead_ = ahead_.subspan(frame.size());
    left -= frame.size();
    aside_samples_ += frame.size();
    concealed_run_ += frame.size();
    join(frame);
    append_frame(frame);
  }
  return true;
}

/// A packet of which some was bridged already: concealed at once, as the decoder expects it, and the rest is heard.
bool Rendering::conceal_whole(const jitter::Step& step) noexcept {
  const std::size_t bridged = samples_of(step.bridged_ticks);
  const std::size_t lost = bridged + samples_of(step.ticks);
  const auto channels = static_cast<std::size_t>(channels_);
  if (lost * channels > pcm_.size() * 5 / 6) return false;
  if (codec_->conceal(std::span{pcm_}.first(lost * channels)) == codec::kFailed) return false;
  const std::span<std::int16_t> frame = mono(lost).subspan(bridged);
  concealed_run_ += frame.size();
  count_concealed(output_of(frame.size()), false);
  playout_ = Playout::concealment;
  join(frame);
  append_frame(frame);
  return true;
}

bool Rendering::recover(const jitter::Step& step) noexcept {
  const bool is_audio = step.packet.content == jitter::Content::audio && !step.packet.payload.empty();
  if (!is_audio || !codec_->has_fec(step.packet.payload)) return false;
  const std::size_t bridged = samples_of(step.bridged_ticks);
  const std::size_t lost = bridged + samples_of(step.ticks);
  const auto channels = static_cast<std::size_t>(channels_);
  if (lost * channels > pcm_.size()) return false;
  if (!decode_copy(step.packet.payload, lost * channels)) return false;
  ++statistics_.fec_packets_received;
  is_concealing_ = false;
  concealed_run_ = 0;
  playout_ = Playout::speech;
  const std::span<std::int16_t> frame = mono(lost).subspan(bridged);
  join(frame);
  observe(frame);
  append(frame);
  return true;
}

bool Rendering::decode_copy(Bytes payload, std::size_t samples) noexcept {
  return is_asleep_ || codec_->decode_fec(payload, std::span{pcm_}.first(samples)) != codec::kFailed;
}

void Rendering::bridge(std::int64_t ticks, bool is_playing) noexcept {
  const std::size_t samples = samples_of(ticks);
  if (!has_begun_) return append_silence(samples);
  if (is_pause_) return comfort(samples, is_playing);
  if (!is_aside_ && !is_asleep_) put_aside();
  const bool was_silent = is_concealment_silent();
  if (is_aside_ && bridge_aside(samples)) {
    if (is_playing) count_concealed(output_of(samples), was_silent);
  } else {
    conceal_samples(samples, is_playing);
  }
}

void Rendering::put_aside() noexcept {
  is_aside_ = codec_->save_decoder();
  aside_samples_ = 0;
  ahead_ = {};
}

bool Rendering::is_concealment_silent() const noexcept {
  return concealed_run_ >= static_cast<std::size_t>(codec_rate_hz_) * kAudibleMs / 1000;
}

void Rendering::conceal_samples(std::size_t samples, bool is_counted) noexcept {
  const auto rate = static_cast<std::size_t>(codec_rate_hz_);
  const auto channels = static_cast<std::size_t>(channels_);
  const std::size_t quantum = rate / 400;  // Opus conceals multiples of 2.5 ms
  samples = std::max((samples + quantum - 1) / quantum, std::size_t{1}) * quantum;
  samples = std::min(samples, kMaxPacketMs * quantum * 2 / 5);
  const bool is_silent = is_concealment_silent();
  const bool is_over = concealed_run_ >= rate * kCodecConcealmentMs / 1000;
  concealed_run_ += samples;
  if (is_counted) count_concealed(output_of(samples), is_silent);
  playout_ = Playout::concealment;
  if (is_over || is_asleep_) return append_noise(std::span{pcm_}.first(samples));
  if (codec_->conceal(std::span{pcm_}.first(samples * channels)) != codec::kFailed) {
    const std::span<std::int16_t> frame = mono(samples);
    join(frame);
    concealment_.observe(frame);
    return append(frame);
  }
  const std::span<std::int16_t> frame = std::span{pcm_}.first(samples);
  noise_.generate(frame);
  concealment_.conceal(frame);  // goes on where the signal or the last call ended
  append(frame);
  tail_samples_ = 0;
  make_tail();
}

void Rendering::comfort(std::size_t samples, bool may_be_loss) noexcept {
  samples = std::clamp(samples, std::size_t{1}, extra_.size());
  append_noise(std::span{extra_}.first(samples));
  if (may_be_loss) pending_ += output_of(samples);
  playout_ = Playout::comfort_noise;
}

void Rendering::append_noise(std::span<std::int16_t> frame) noexcept {
  if (is_asleep_) return append(frame);
  make_tail();
  noise_.generate(frame);
  join(frame);
  append(frame);
  make_noise_tail();
}

void Rendering::append_silence(std::size_t samples) noexcept {
  const std::span<std::int16_t> frame = std::span{extra_}.first(std::clamp(samples, std::size_t{1}, extra_.size()));
  std::ranges::fill(frame, std::int16_t{0});
  append(frame);
}

void Rendering::make_tail() noexcept {
  if (tail_samples_ != 0 || is_asleep_) return;
  noise_.generate(tail_);
  concealment_.peek(tail_);
  tail_samples_ = tail_.size();
}

void Rendering::make_noise_tail() noexcept {
  tail_samples_ = join_samples_;
  noise_.generate(std::span{tail_}.first(tail_samples_));
}

void Rendering::observe(std::span<const std::int16_t> frame) noexcept {
  if (!is_asleep_) concealment_.observe(frame);
}

/// Where time is not fixed, the tail goes on until it is in phase with the frame.
void Rendering::join(std::span<std::int16_t> frame, bool may_wait) noexcept {
  if (is_asleep_ || tail_samples_ == 0) return;
  const std::span<std::int16_t> tail = std::span{tail_}.first(tail_samples_);
  const std::size_t overlap = std::min(join_samples_, tail.size());
  const std::size_t waited = may_wait && tail.size() > overlap ? time_scale_.find_join(tail, frame, overlap) : 0;
  if (waited > 0) {
    count_concealed(output_of(waited), false);
    append(tail.first(waited));
  }
  jitter::cross_fade(tail.subspan(waited, overlap), frame);
  tail_samples_ = 0;
}

void Rendering::append(std::span<const std::int16_t> frame) noexcept {
  if (frame.empty()) return;
  if (is_asleep_) {
    const std::size_t size = resampler_.output_samples(drift_corrector_.skip(frame.size()));
    assert(end_ + size <= output_.size());
    end_ += size;
    invented_samples_ += size;
    return;
  }
  const std::span<std::int16_t> corrected = std::span{corrected_}.first(drift_corrector_.output_samples(frame.size()));
  (void)drift_corrector_.process(frame, corrected);
  const std::size_t size = resampler_.output_samples(corrected.size());
  assert(end_ + size <= output_.size());
  const Status status = resampler_.process(corrected, std::span{output_}.subspan(end_, size));
  assert(status == Status::ok);
  (void)status;
  end_ += size;
}

void Rendering::take(std::span<std::int16_t> out) noexcept {
  assert(available() >= out.size());
  std::copy_n(output_.begin() + static_cast<std::ptrdiff_t>(begin_), out.size(), out.begin());
  fade_in(out);
  drop(out.size());
}

void Rendering::drop(std::size_t samples) noexcept {
  assert(available() >= samples);
  begin_ += samples;
  std::copy(output_.begin() + static_cast<std::ptrdiff_t>(begin_), output_.begin() + static_cast<std::ptrdiff_t>(end_),
            output_.begin());
  end_ -= begin_;
  begin_ = 0;
  invented_samples_ = std::min(invented_samples_, end_);
  statistics_.total_samples_received += samples;
}

std::span<std::int16_t> Rendering::mono(std::size_t samples) noexcept {
  const std::span<std::int16_t> frame = std::span{pcm_}.first(samples);
  if (channels_ == 2 && !is_asleep_)
    for (std::size_t i = 0; i < samples; ++i)
      frame[i] = static_cast<std::int16_t>((std::int32_t{pcm_[2 * i]} + pcm_[2 * i + 1]) / 2);
  return frame;
}

std::size_t Rendering::samples_of(std::int64_t ticks) const noexcept {
  return static_cast<std::size_t>(std::max<std::int64_t>(ticks, 0) * codec_rate_hz_ / rtp_clock_hz_);
}

std::size_t Rendering::samples_of_ns(std::int64_t ns) const noexcept {
  return static_cast<std::size_t>(ns * codec_rate_hz_ / kNsPerSecond);
}

std::int64_t Rendering::ticks_of(std::size_t output_samples) const noexcept {
  return static_cast<std::int64_t>(output_samples) * rtp_clock_hz_ / sample_rate_hz_;
}

std::uint64_t Rendering::output_of(std::size_t samples) const noexcept {
  return static_cast<std::uint64_t>(samples) * static_cast<std::uint64_t>(sample_rate_hz_) /
         static_cast<std::uint64_t>(codec_rate_hz_);
}

void Rendering::count_concealed(std::uint64_t output_samples, bool is_silent) noexcept {
  statistics_.concealed_samples += output_samples;
  if (is_silent) statistics_.silent_concealed_samples += output_samples;
  if (!is_concealing_) {
    ++statistics_.concealment_events;
    concealed_in_a_row_ = 0;
  }
  is_concealing_ = true;
  count_interruption(output_samples);
}

void Rendering::count_interruption(std::uint64_t output_samples) noexcept {
  const std::uint64_t least = static_cast<std::uint64_t>(sample_rate_hz_) * kInterruptionMs / 1000;
  const bool was_one = concealed_in_a_row_ >= least;
  concealed_in_a_row_ += output_samples;
  if (concealed_in_a_row_ < least) return;
  statistics_.interruption_count += was_one ? 0 : 1;
  const std::uint64_t counted = was_one ? output_samples : concealed_in_a_row_;
  statistics_.total_interruption_duration_s += static_cast<double>(counted) / sample_rate_hz_;
}

bool Rendering::media_at(std::int64_t now_ns, std::int64_t& media_ns) const noexcept {
  media_ns = now_ns - offset_ns_;
  return has_begun_;
}

ReceiverStatistics Rendering::statistics() const noexcept {
  ReceiverStatistics all = statistics_;
  const double packet_ns = static_cast<double>(packet_samples_) * 1e9 / codec_rate_hz_;
  all.burst_density = static_cast<float>(bursts_.burst_density());
  all.gap_density = static_cast<float>(bursts_.gap_density());
  all.burst_duration_ns = static_cast<std::int64_t>(bursts_.burst_packets() * packet_ns);
  all.gap_duration_ns = static_cast<std::int64_t>(bursts_.gap_packets() * packet_ns);
  return all;
}

void Rendering::settle_pending(bool was_pause) noexcept {
  if (pending_ > 0 && !was_pause) count_concealed(pending_, true);
  pending_ = 0;
}

}  // namespace mixminus::conference
