// Which legs share an encode this tick, and how a leg moves between streams.
#include "mixminus/conference/encoder_bank.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace mixminus::conference {

Status EncoderBank::configure(const EncoderBankConfig& config) noexcept try {
  config_ = config;
  const auto capacity = static_cast<std::size_t>(config.capacity);
  formats_.clear();
  formats_.reserve(capacity);
  // at the worst an own and a shared one for each leg, and all lanes in as many formats
  jobs_.reserve((2 + static_cast<std::size_t>(config.lanes)) * capacity);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status EncoderBank::add(Leg& leg, std::unique_ptr<codec::Codec> codec) noexcept {
  const bool is_callers_own = codec != nullptr;
  Status status = Status::ok;
  if (!is_callers_own) status = codec::make_codec(leg.config.codec, codec);
  if (status == Status::ok)
    status = leg.own_encoder.configure(std::move(codec), config_.sample_rate_hz, config_.frame_samples);
  if (status == Status::ok && config_.shares && !is_callers_own) status = join_format(leg);
  return status;
}

Status EncoderBank::add_trunk(Leg& leg) noexcept try {
  Status status = join_format(leg);
  if (status != Status::ok) return status;
  std::vector<StreamEncoder>& lanes = leg.format->lanes;
  if (!lanes.empty()) return Status::ok;
  std::vector<StreamEncoder> made(static_cast<std::size_t>(config_.lanes));
  for (StreamEncoder& lane : made)
    if (status == Status::ok) status = make_encoder(leg.config.codec, lane);
  if (status == Status::ok)
    lanes = std::move(made);
  else
    remove(leg);
  return status;
} catch (const std::bad_alloc&) {
  remove(leg);
  return Status::capacity_reached;
}

Status EncoderBank::make_encoder(const codec::Config& codec, StreamEncoder& encoder) const noexcept {
  std::unique_ptr<codec::Codec> made;
  const Status status = codec::make_codec(codec, made);
  return status == Status::ok ? encoder.configure(std::move(made), config_.sample_rate_hz, config_.frame_samples)
                              : status;
}

Status EncoderBank::make_format(const codec::Config& codec) {
  auto format = std::make_unique<StreamFormat>();
  format->codec = codec;
  format->shared.resize(static_cast<std::size_t>(config_.audiences));
  for (SharedStream& stream : format->shared)
    if (const Status status = make_encoder(codec, stream.encoder); status != Status::ok) return status;
  formats_.push_back(std::move(format));
  return Status::ok;
}

Status EncoderBank::join_format(Leg& leg) noexcept try {
  const auto is_same = [&](const auto& format) { return format->codec == leg.config.codec; };
  if (std::ranges::none_of(formats_, is_same))
    if (const Status status = make_format(leg.config.codec); status != Status::ok) return status;
  leg.format = std::ranges::find_if(formats_, is_same)->get();
  ++leg.format->legs;
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void EncoderBank::remove(Leg& leg) noexcept {
  if (leg.format != nullptr && --leg.format->legs == 0)
    std::erase_if(formats_, [&](const auto& format) { return format.get() == leg.format; });
  leg.format = nullptr;
}

void EncoderBank::start_plan() noexcept {
  jobs_.clear();
  for (const auto& format : formats_) {
    for (SharedStream& stream : format->shared) stream.is_used = false;
    format->planned_lanes = 0;
  }
}

void EncoderBank::plan(Leg& leg, std::int32_t mix, std::int32_t audience) noexcept {
  if (leg.format == nullptr || !config_.shares) return use_own(leg, mix);
  if (audience < 0) {
    if (leg.own_frames_left == 0 && leg.encoder != nullptr) leg.own_encoder.continue_from(*leg.encoder);
    leg.own_frames_left = kWarmFrames;
    return use_own(leg, mix);
  }
  if (leg.own_frames_left > 0) {
    --leg.own_frames_left;
    return use_own(leg, mix);
  }
  use_shared(leg, leg.format->shared[static_cast<std::size_t>(audience)], mix);
}

void EncoderBank::use_own(Leg& leg, std::int32_t mix) noexcept {
  leg.encoder = &leg.own_encoder;
  jobs_.push_back({&leg.own_encoder, mix});
}

void EncoderBank::use_shared(Leg& leg, SharedStream& stream, std::int32_t mix) noexcept {
  if (!stream.is_used) {
    // nobody listened to the shared stream: it resumes where this leg comes from
    if (!stream.was_used && leg.encoder == &leg.own_encoder) stream.encoder.continue_from(leg.own_encoder);
    jobs_.push_back({&stream.encoder, mix});
  }
  stream.is_used = true;
  leg.encoder = &stream.encoder;
}

void EncoderBank::plan_lane(StreamFormat& format, std::size_t lane, std::int32_t mix) noexcept {
  const std::uint32_t bit = 1U << lane;
  if ((format.planned_lanes & bit) == 0) jobs_.push_back({&format.lanes[lane], mix});
  format.planned_lanes |= bit;
}

void EncoderBank::end_plan() noexcept {
  for (const auto& format : formats_)
    for (SharedStream& stream : format->shared) stream.was_used = stream.is_used;
}

}  // namespace mixminus::conference
