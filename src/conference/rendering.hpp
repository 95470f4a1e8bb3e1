// Rendering: turns the decisions of the jitter buffer into samples at the rate of the conference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/codec/codec.hpp"
#include "mixminus/conference/audio_receiver.hpp"
#include "mixminus/dsp/comfort_noise.hpp"
#include "mixminus/dsp/resampler.hpp"
#include "mixminus/jitter/concealment.hpp"
#include "mixminus/jitter/jitter_buffer.hpp"
#include "mixminus/jitter/quiet_detector.hpp"

namespace mixminus::conference {

/// Decodes when samples are needed and keeps at most the rest of one packet.
class Rendering {
 public:
  /// Allocates. The codec is used, not owned.
  Status configure(codec::Codec& codec, std::int32_t sample_rate_hz, std::size_t frame_samples);

  /// Appends the samples of one step; none when it only changes what comes next.
  void render(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept;
  /// Appends `ticks` of concealment whatever the jitter buffer says.
  void bridge(std::int64_t ticks, bool is_playing) noexcept;

  [[nodiscard]] std::size_t available() const noexcept { return end_ - begin_; }
  void take(std::span<std::int16_t> out) noexcept;

  [[nodiscard]] std::int64_t ticks_of(std::size_t output_samples) const noexcept;
  [[nodiscard]] Playout playout() const noexcept { return playout_; }
  [[nodiscard]] const ReceiverStatistics& statistics() const noexcept { return statistics_; }

 private:
  void play(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept;
  void decode(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept;
  void conceal(const jitter::Step& step) noexcept;
  bool recover(const jitter::Step& step) noexcept;
  void conceal_samples(std::size_t samples, bool is_counted) noexcept;
  void comfort(std::size_t samples, bool may_be_loss) noexcept;

  std::span<std::int16_t> shorten(std::span<std::int16_t> frame, std::int64_t excess_ns, std::int64_t step_ns) noexcept;
  void lengthen(std::span<std::int16_t> frame, std::int64_t step_ns) noexcept;
  void make_tail() noexcept;
  void append_noise(std::span<std::int16_t> frame) noexcept;
  void append_silence(std::size_t samples) noexcept;
  void join(std::span<std::int16_t> frame) noexcept;
  void append(std::span<const std::int16_t> frame) noexcept;
  [[nodiscard]] std::span<std::int16_t> mono(std::size_t samples) noexcept;
  [[nodiscard]] std::size_t samples_of(std::int64_t ticks) const noexcept;
  [[nodiscard]] std::size_t samples_of_ns(std::int64_t ns) const noexcept;
  [[nodiscard]] std::uint64_t output_of(std::size_t samples) const noexcept;
  void count_concealed(std::uint64_t output_samples, bool is_silent) noexcept;
  void settle_pending(bool was_pause) noexcept;

  codec::Codec* codec_ = nullptr;
  std::int32_t sample_rate_hz_ = 0;
  jitter::Concealment concealment_{};
  jitter::QuietDetector quiet_{};
  dsp::ComfortNoise noise_{};
  dsp::Resampler resampler_{};
  std::vector<std::int16_t> pcm_{};     // one packet as decoded, at the codec's rate
  std::vector<std::int16_t> extra_{};   // noise put in, or the tail of what was left out
  std::vector<std::int16_t> output_{};  // [begin_, end_) waits to be taken
  std::vector<std::int16_t> tail_{};    // how the signal would have gone on: the next frame is joined to it
  std::size_t tail_samples_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t concealed_run_ = 0;  // samples since the last decoded one
  bool has_begun_ = false;
  bool is_concealing_ = false;
  bool is_pause_ = true;       // what was heard last was no speech
  std::uint64_t pending_ = 0;  // bridged in a pause: loss or silence, the next packet tells
  Playout playout_ = Playout::silence;
  ReceiverStatistics statistics_{};
};

}  // namespace mixminus::conference
