// StreamEncoder: frames at the rate of the conference in, payloads of one codec out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/codec/codec.hpp"
#include "mixminus/dsp/resampler.hpp"

namespace mixminus::conference {

/// One encoder and, where its rate is not that of the conference, the resampler before it.
class MIXMINUS_API StreamEncoder {
 public:
  /// `frame_samples` mono samples at `sample_rate_hz` come in with each encode().
  Status configure(std::unique_ptr<codec::Codec> codec, std::int32_t sample_rate_hz,
                   std::int32_t frame_samples) noexcept;

  /// Encodes one frame into payload(). What cannot be encoded leaves an empty payload and is counted.
  void encode(std::span<const std::int16_t> frame) noexcept;

  /// Of the last encode(); empty: nothing is to be sent (DTX).
  [[nodiscard]] Bytes payload() const noexcept { return {payload_.data(), payload_bytes_}; }

  /// Goes on where `other`, of the same settings, stands: a receiver moved between them hears no splice.
  void continue_from(const StreamEncoder& other) noexcept;

  void expect_loss(std::int32_t percent) noexcept { codec_->expect_loss(percent); }
  [[nodiscard]] std::uint32_t timestamp_step() const noexcept { return timestamp_step_; }  ///< RTP units a frame
  [[nodiscard]] std::size_t max_payload_bytes() const noexcept { return payload_.size(); }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

 private:
  std::unique_ptr<codec::Codec> codec_;
  dsp::Resampler resampler_;
  bool resamples_ = false;
  std::vector<std::int16_t> pcm_;  // what the codec is given: its rate, its channels
  std::vector<std::uint8_t> payload_;
  std::size_t payload_bytes_ = 0;
  std::uint32_t timestamp_step_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace mixminus::conference
