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

/// What all passive listeners of one audience are sent in one format.
struct SharedStream {
  StreamEncoder encoder{};
  bool was_used = false;  ///< in the tick before this one
  bool is_used = false;
};

/// One codec and one set of settings.
struct StreamFormat {
  codec::Config codec{};
  std::vector<SharedStream> shared{};  ///< by audience
  std::vector<StreamEncoder> lanes{};  ///< of the talkers that trunks are sent; none before the first trunk
  std::int32_t legs = 0;               ///< in the conference with this format
  std::uint32_t planned_lanes = 0;     ///< in this tick, a bit each
};

struct EncoderBankConfig {
  std::int32_t sample_rate_hz = 48'000;
  std::int32_t frame_samples = 960;
  std::int32_t capacity = 256;  ///< legs
  std::int32_t audiences = 1;
  std::int32_t lanes = 0;
  bool shares = true;  ///< one encode for all who hear the same
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

  Status configure(const EncoderBankConfig& config) noexcept;

  /// Gives `leg` its encoders. `codec`: the caller's own; null: one made from leg.config.codec.
  Status add(Leg& leg, std::unique_ptr<codec::Codec> codec) noexcept;
  /// The same for a leg that is sent talkers on lanes.
  Status add_trunk(Leg& leg) noexcept;
  void remove(Leg& leg) noexcept;

  void start_plan() noexcept;
  /// Chooses leg.encoder; once per leg and tick. `audience`: whose shared mix that row is; -1: it is the leg's own.
  void plan(Leg& leg, std::int32_t mix, std::int32_t audience) noexcept;
  /// Who talks on that lane of that format is row `mix`; more than once changes nothing.
  void plan_lane(StreamFormat& format, std::size_t lane, std::int32_t mix) noexcept;
  void end_plan() noexcept;

  /// One job per encode of this tick; they share nothing and may run at once.
  [[nodiscard]] std::span<const EncodeJob> jobs() const noexcept { return jobs_; }

 private:
  Status make_encoder(const codec::Config& codec, StreamEncoder& encoder) const noexcept;
  Status make_format(const codec::Config& codec);
  Status join_format(Leg& leg) noexcept;
  void use_own(Leg& leg, std::int32_t mix) noexcept;
  void use_shared(Leg& leg, SharedStream& stream, std::int32_t mix) noexcept;

  EncoderBankConfig config_{};
  std::vector<std::unique_ptr<StreamFormat>> formats_;
  std::vector<EncodeJob> jobs_;
};

}  // namespace mixminus::conference
