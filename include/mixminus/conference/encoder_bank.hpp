// EncoderBank: one encode per distinct mix, however many legs hear it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/status.hpp"
#include "mixminus/codec/codec.hpp"
#include "mixminus/conference/leg.hpp"
#include "mixminus/conference/stream_encoder.hpp"

namespace mixminus::conference {

/// What all passive listeners of one codec and one set of settings are sent.
struct StreamFormat {
  codec::Config codec{};
  StreamEncoder shared{};
  std::int32_t legs = 0;  ///< in the conference with this format
  bool was_used = false;  ///< in the tick before this one
  bool is_used = false;
};

struct EncodeJob {
  StreamEncoder* encoder = nullptr;
  std::int32_t mix = 0;  ///< row of Mixer::mixes()
};

/// Plans the encodes of a tick. A leg that hears what everybody hears is sent the shared stream of its
/// format. When it starts to talk its own encoder first takes over the state of the shared one, so the
/// receiver's decoder notices nothing; when it has fallen silent both are fed the same mix for
/// kWarmFrames until their states have grown together, and only then it moves back.
class EncoderBank {
 public:
  static constexpr std::int32_t kWarmFrames = 5;

  Status configure(std::int32_t sample_rate_hz, std::int32_t frame_samples, std::int32_t capacity,
                   bool shares) noexcept;

  /// Gives `leg` its encoders. `codec`: the caller's own; null: one made from leg.config.codec.
  Status add(Leg& leg, std::unique_ptr<codec::Codec> codec) noexcept;
  void remove(Leg& leg) noexcept;

  void start_plan() noexcept;
  void plan(Leg& leg, std::int32_t mix) noexcept;  ///< chooses leg.encoder; once per leg and tick
  void end_plan() noexcept;

  /// One job per encode of this tick; they share nothing and may run at once.
  [[nodiscard]] std::span<const EncodeJob> jobs() const noexcept { return jobs_; }

 private:
  Status join_format(Leg& leg) noexcept;
  void use_own(Leg& leg, std::int32_t mix) noexcept;
  void use_shared(Leg& leg) noexcept;

  std::int32_t sample_rate_hz_ = 0;
  std::int32_t frame_samples_ = 0;
  bool shares_ = true;
  std::vector<std::unique_ptr<StreamFormat>> formats_;
  std::vector<EncodeJob> jobs_;
};

}  // namespace mixminus::conference
