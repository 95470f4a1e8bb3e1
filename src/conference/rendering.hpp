// Rendering: turns the decisions of the jitter buffer into samples at the rate of the conference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "conference/recent_packets.hpp"
#include "mixminus/codec/codec.hpp"
#include "mixminus/conference/audio_receiver.hpp"
#include "mixminus/dsp/comfort_noise.hpp"
#include "mixminus/dsp/drift_corrector.hpp"
#include "mixminus/dsp/resampler.hpp"
#include "mixminus/jitter/concealment.hpp"
#include "mixminus/jitter/jitter_buffer.hpp"
#include "mixminus/jitter/quiet_detector.hpp"
#include "mixminus/jitter/tempo.hpp"
#include "mixminus/jitter/time_scale.hpp"
#include "mixminus/rtp/burst_gap.hpp"

namespace mixminus::conference {

/// Decodes when samples are needed and keeps at most the rest of one packet.
///
/// Asleep it counts samples instead of making them: every decision and every counter is the same, with the level
/// that the sender claims in the place of the measured one.
class Rendering {
 public:
  /// Allocates. The codec is used, not owned.
  Status configure(codec::Codec& codec, std::int32_t sample_rate_hz, std::size_t frame_samples,
                   std::size_t max_payload_bytes);

  /// Appends the samples of one step; none when it only changes what comes next.
  void render(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept;
  /// Appends `ticks` of concealment whatever the jitter buffer says.
  void bridge(std::int64_t ticks, bool is_playing) noexcept;

  void fall_asleep() noexcept { is_asleep_ = true; }
  /// Decodes the last packets that were skipped, so that the decoder knows where it is.
  void wake() noexcept;

  [[nodiscard]] std::size_t available() const noexcept { return end_ - begin_; }
  void take(std::span<std::int16_t> out) noexcept;
  void drop(std::size_t samples) noexcept;  ///< as if they had been taken

  /// See AudioReceiver.
  [[nodiscard]] std::int64_t take_shift_samples() noexcept;

  /// The loudest level claimed for what was played since the last call, see AudioReceiver.
  [[nodiscard]] std::int8_t take_claim_dbov() noexcept;

  /// The place on the sender's time line (JitterBuffer::media_ns_of) of what is played at `now_ns`; false while
  /// nothing was.
  bool media_at(std::int64_t now_ns, std::int64_t& media_ns) const noexcept;

  [[nodiscard]] std::int64_t ticks_of(std::size_t output_samples) const noexcept;
  [[nodiscard]] Playout playout() const noexcept { return playout_; }
  [[nodiscard]] ReceiverStatistics statistics() const noexcept;

 private:
  void forget() noexcept;
  void play(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept;
  void decode(const jitter::Step& step, const jitter::JitterBuffer& jitter) noexcept;
  [[nodiscard]] std::int32_t samples_of_packet(const jitter::Step& step) noexcept;
  [[nodiscard]] bool is_quiet(const jitter::Step& step, std::span<const std::int16_t> frame) noexcept;
  void count_shift(const jitter::Step& step) noexcept;
  void count_emitted(const jitter::Step& step, std::size_t samples, const jitter::JitterBuffer& jitter) noexcept;
  void count_interruption(std::uint64_t output_samples) noexcept;
  bool decode_again(Bytes payload, std::size_t wanted) noexcept;
  void conceal(const jitter::Step& step) noexcept;
  void resume(const jitter::Step& step) noexcept;
  void put_aside() noexcept;
  bool conceal_ahead() noexcept;
  bool bridge_aside(std::size_t samples) noexcept;
  bool recover(const jitter::Step& step) noexcept;
  bool conceal_whole(const jitter::Step& step) noexcept;
  bool decode_copy(Bytes payload, std::size_t samples) noexcept;
  void conceal_samples(std::size_t samples, bool is_counted) noexcept;
  [[nodiscard]] bool is_concealment_silent() const noexcept;
  void comfort(std::size_t samples, bool may_be_loss) noexcept;

  void append_retimed(const jitter::Step& step, std::span<std::int16_t> frame, bool is_unbroken) noexcept;
  void cut(std::span<std::int16_t> frame, std::size_t samples) noexcept;
  void pad(std::span<std::int16_t> frame, std::size_t samples) noexcept;
  void accelerate(std::span<std::int16_t> frame, std::size_t most, const jitter::Step& step) noexcept;
  void decelerate(std::span<std::int16_t> frame, std::size_t most, const jitter::Step& step) noexcept;
  void append_frame(std::span<std::int16_t> frame) noexcept;
  void make_tail() noexcept;
  void make_noise_tail() noexcept;
  void append_noise(std::span<std::int16_t> frame) noexcept;
  void append_silence(std::size_t samples) noexcept;
  void join(std::span<std::int16_t> frame, bool may_wait = false) noexcept;
  void observe(std::span<const std::int16_t> frame) noexcept;
  void fade_in(std::span<std::int16_t> out) noexcept;
  void pad_front(std::size_t samples) noexcept;
  void append(std::span<const std::int16_t> frame) noexcept;
  [[nodiscard]] std::span<std::int16_t> mono(std::size_t samples) noexcept;
  [[nodiscard]] std::size_t samples_of(std::int64_t ticks) const noexcept;
  [[nodiscard]] std::size_t samples_of_ns(std::int64_t ns) const noexcept;
  [[nodiscard]] std::uint64_t output_of(std::size_t samples) const noexcept;
  void count_concealed(std::uint64_t output_samples, bool is_silent) noexcept;
  void settle_pending(bool was_pause) noexcept;

  codec::Codec* codec_ = nullptr;
  std::int32_t sample_rate_hz_ = 0;
  std::int32_t codec_rate_hz_ = 0;  // asked once: a sleeping codec stays out of the cache
  std::int32_t rtp_clock_hz_ = 0;
  std::int32_t channels_ = 0;
  jitter::Concealment concealment_{};
  jitter::QuietDetector quiet_{};
  jitter::TimeScale time_scale_{};
  jitter::Tempo tempo_{};
  dsp::ComfortNoise noise_{};
  std::uint32_t quiet_frames_ = 0;
  dsp::DriftCorrector drift_corrector_{};
  dsp::Resampler resampler_{};
  std::vector<std::int16_t> pcm_{};    // one packet as decoded, at the codec's rate
  std::vector<std::int16_t> extra_{};  // noise put in, or the tail of what was left out
  std::vector<std::int16_t> concealed_ahead_{};
  std::span<std::int16_t> ahead_{};        // of it: concealed while the decoder is aside, not heard yet
  std::size_t aside_samples_ = 0;          // heard since it is aside
  std::size_t packet_samples_ = 0;         // of the last packet
  std::vector<std::int16_t> corrected_{};  // pcm_, as long as our clock says
  std::vector<std::int16_t> output_{};     // [begin_, end_) waits to be taken
  std::vector<std::int16_t> tail_{};       // how the signal would have gone on: the next frame is joined to it
  std::size_t tail_samples_ = 0;
  std::size_t join_samples_ = 0;  // cross-fade
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t concealed_run_ = 0;  // samples since the last decoded one
  RecentPackets skipped_{};
  std::size_t invented_samples_ = 0;  // last ones of the output, which were only counted
  std::size_t fade_samples_ = 0;      // of the fade under way, 0: none
  std::size_t faded_samples_ = 0;
  std::int8_t claim_dbov_ = kNoClaim;
  bool is_asleep_ = false;
  bool is_forgotten_ = false;  // a new stream began asleep
  bool is_aside_ = false;      // the decoder conceals while its state is kept for a packet that may come
  bool has_begun_ = false;
  bool is_concealing_ = false;
  bool is_pause_ = true;                  // what was heard last was no speech
  std::int64_t offset_ns_ = 0;            // on the time line of the sender
  std::int64_t shift_ns_ = 0;             // of it, not yet told
  std::uint64_t concealed_in_a_row_ = 0;  // output samples
  rtp::BurstGap bursts_{};
  std::uint64_t pending_ = 0;  // bridged in a pause: loss or silence, the next packet tells
  Playout playout_ = Playout::silence;
  ReceiverStatistics statistics_{};
};

}  // namespace mixminus::conference
