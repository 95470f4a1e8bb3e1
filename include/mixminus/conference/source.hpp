// Source: whatever fills a row of the mixer: a site, or one talker who comes through a trunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "mixminus/aec/echo_canceller.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/base/voice.hpp"
#include "mixminus/conference/audio_receiver.hpp"
#include "mixminus/enhance/noise_gate.hpp"
#include "mixminus/enhance/voice_activity.hpp"
#include "mixminus/mix/mixer.hpp"

namespace mixminus::conference {

/// What each packet and each tick touches comes first: with many legs every line of it comes from memory.
struct Source {
  AudioReceiver receiver{};
  std::unique_ptr<aec::EchoCanceller> echo_canceller{};  ///< none: nothing of what it hears comes back
  std::size_t echo_frame_samples = 0;                    ///< 10 ms
  std::int32_t slot = -1;
  bool has_frame = false;    ///< its row of the mixer is not silent
  bool is_muted = false;     ///< by itself or its conference
  bool is_silenced = false;  ///< not in the mix, for whatever reason
  bool has_levels = false;   ///< its packets say how loud they are
  mix::Role role = mix::Role::talker;
  Playout playout = Playout::silence;  ///< what the last tick took from the receiver
  float gain_db = 0.0F;
  mix::Groups speaks_to = 1;
  std::int32_t priority = 0;
  std::int32_t lifted_priority = 0;  ///< what the mixer was told: the floor lifts it
  std::int32_t followers = 0;        ///< taps that record it alone
  std::uint64_t frames_not_decoded = 0;
  Voice voice{};  ///< of the last frame
  enhance::NoiseGate gate{};
  bool is_open = true;  ///< the gate is
  enhance::VoiceActivity voice_activity{};

  Status configure(const ReceiverConfig& config) noexcept;  ///< all but the receiver and the canceller
  Status cancel_echo(const aec::Config& config) noexcept;

  /// Where a canceller looks first. Negative: the round trip is not known.
  void expect_echo_after(std::int64_t round_trip_ns) noexcept;

  /// Plays or skips one frame. `row` is its row of the mixer, `far_end` the mix that the site was sent a frame
  /// ago; empty: none. What of it comes back is not there for whoever listens to the row.
  void pull(std::int64_t now_ns, std::span<std::int16_t> row, std::span<const std::int16_t> far_end) noexcept;
  void skip(std::int64_t now_ns, std::span<std::int16_t> row, std::span<const std::int16_t> far_end) noexcept;

 private:
  void take_away_echo(std::span<std::int16_t> row, std::span<const std::int16_t> far_end) noexcept;
  void pass_over_echo(std::size_t samples, std::span<const std::int16_t> far_end) noexcept;
  void listen(std::span<const std::int16_t> row) noexcept;
};

}  // namespace mixminus::conference
