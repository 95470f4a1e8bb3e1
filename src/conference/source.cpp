// One frame of one source: played, rid of its echo and listened to, or passed over.
#include "mixminus/conference/source.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace mixminus::conference {
namespace {

constexpr std::array<std::int16_t, 480> kSilence{};  // 10 ms at 48 kHz

/// What the site was sent in the 10 ms from `first` on.
std::span<const std::int16_t> part(std::span<const std::int16_t> far_end, std::size_t first, std::size_t samples) {
  return far_end.empty() ? std::span(kSilence).first(samples) : far_end.subspan(first, samples);
}

}  // namespace

Status Source::configure(const ReceiverConfig& config) noexcept {
  has_levels = config.audio_level_id > 0;
  gate = enhance::NoiseGate(config.frame_ms);
  return voice_activity.configure(config.sample_rate_hz, config.frame_ms);
}

Status Source::cancel_echo(const aec::Config& config) noexcept try {
  echo_canceller = std::make_unique<aec::EchoCanceller>();
  echo_frame_samples = static_cast<std::size_t>(config.sample_rate_hz) / 100;
  return echo_canceller->configure(config);
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void Source::expect_echo_after(std::int64_t round_trip_ns) noexcept {
  // of the site's jitter buffer and sound card; what it takes to fill its packets our far end is late by
  constexpr std::int64_t kSiteNs = 60'000'000;
  if (echo_canceller == nullptr || round_trip_ns < 0) return;
  const std::int64_t delay_ns = round_trip_ns + kSiteNs + receiver.statistics().playout_delay_ns;
  echo_canceller->set_delay_prior_ms(static_cast<float>(delay_ns) * 1e-6F);
}

void Source::pull(std::int64_t now_ns, std::span<std::int16_t> row, std::span<const std::int16_t> far_end) noexcept {
  playout = receiver.pull(now_ns, row);
  has_frame = true;
  if (echo_canceller != nullptr) take_away_echo(row, far_end);
  listen(row);
}

void Source::skip(std::int64_t now_ns, std::span<std::int16_t> row, std::span<const std::int16_t> far_end) noexcept {
  playout = receiver.skip(now_ns);
  if (echo_canceller != nullptr) pass_over_echo(row.size(), far_end);
  ++frames_not_decoded;
  if (has_frame) std::ranges::fill(row, std::int16_t{0});  // once: the rows of all legs are more than a cache
  has_frame = false;
  is_open = false;
  voice = {};
}

void Source::take_away_echo(std::span<std::int16_t> row, std::span<const std::int16_t> far_end) noexcept {
  echo_canceller->near_end_shifted(receiver.take_shift_samples());  // both: positive where something was put in
  for (std::size_t first = 0; first < row.size(); first += echo_frame_samples) {
    const std::span<std::int16_t> frame = row.subspan(first, echo_frame_samples);
    (void)echo_canceller->process(frame, part(far_end, first, echo_frame_samples), frame);
  }
}

void Source::pass_over_echo(std::size_t samples, std::span<const std::int16_t> far_end) noexcept {
  echo_canceller->near_end_shifted(receiver.take_shift_samples());
  for (std::size_t first = 0; first < samples; first += echo_frame_samples)
    (void)echo_canceller->skip(part(far_end, first, echo_frame_samples));
}

void Source::listen(std::span<const std::int16_t> row) noexcept {
  if (playout == Playout::silence) {
    voice = {};
    is_open = false;
    return;
  }
  voice = voice_activity.update(row);
  is_open = gate.update(voice);
}

}  // namespace mixminus::conference
