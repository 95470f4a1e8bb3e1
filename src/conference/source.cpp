// One frame of one source: played and listened to, or passed over.
#include "mixminus/conference/source.hpp"

#include <algorithm>

namespace mixminus::conference {

Status Source::configure(const ReceiverConfig& config) noexcept {
  has_levels = config.audio_level_id > 0;
  gate = enhance::NoiseGate(config.frame_ms);
  return voice_activity.configure(config.sample_rate_hz, config.frame_ms);
}

void Source::pull(std::int64_t now_ns, std::span<std::int16_t> row) noexcept {
  playout = receiver.pull(now_ns, row);
  has_frame = true;
  listen(row);
}

void Source::skip(std::int64_t now_ns, std::span<std::int16_t> row) noexcept {
  playout = receiver.skip(now_ns);
  ++frames_not_decoded;
  if (has_frame) std::ranges::fill(row, std::int16_t{0});  // once: the rows of all legs are more than a cache
  has_frame = false;
  is_open = false;
  voice = {};
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
