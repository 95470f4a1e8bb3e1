// Which legs share an encode this tick, and how a leg moves between streams.
#include "mixminus/conference/encoder_bank.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace mixminus::conference {

Status EncoderBank::configure(std::int32_t sample_rate_hz, std::int32_t frame_samples, std::int32_t capacity,
                              bool shares) noexcept try {
  sample_rate_hz_ = sample_rate_hz;
  frame_samples_ = frame_samples;
  shares_ = shares;
  formats_.clear();
  formats_.reserve(static_cast<std::size_t>(capacity));
  jobs_.reserve(2 * static_cast<std::size_t>(capacity));  // an own and a shared one each, at the worst
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status EncoderBank::add(Leg& leg, std::unique_ptr<codec::Codec> codec) noexcept {
  const bool is_callers_own = codec != nullptr;
  Status status = Status::ok;
  if (!is_callers_own) status = codec::make_codec(leg.config.codec, codec);
  if (status == Status::ok) status = leg.own_encoder.configure(std::move(codec), sample_rate_hz_, frame_samples_);
  if (status == Status::ok && shares_ && !is_callers_own) status = join_format(leg);
  return status;
}

Status EncoderBank::join_format(Leg& leg) noexcept try {
  auto format = std::find_if(formats_.begin(), formats_.end(),
                             [&](const auto& candidate) { return candidate->codec == leg.config.codec; });
  if (format == formats_.end()) {
    auto made = std::make_unique<StreamFormat>();
    std::unique_ptr<codec::Codec> codec;
    made->codec = leg.config.codec;
    Status status = codec::make_codec(leg.config.codec, codec);
    if (status == Status::ok) status = made->shared.configure(std::move(codec), sample_rate_hz_, frame_samples_);
    if (status != Status::ok) return status;
    format = formats_.insert(formats_.end(), std::move(made));
  }
  leg.format = format->get();
  ++leg.format->legs;
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

void EncoderBank::remove(Leg& leg) noexcept {
  if (leg.format == nullptr || --leg.format->legs > 0) return;
  std::erase_if(formats_, [&](const auto& format) { return format.get() == leg.format; });
}

void EncoderBank::start_plan() noexcept {
  jobs_.clear();
  for (const auto& format : formats_) format->is_used = false;
}

void EncoderBank::plan(Leg& leg, std::int32_t mix) noexcept {
  if (leg.format == nullptr) return use_own(leg, mix);
  if (mix > 0) {
    if (leg.own_frames_left == 0) leg.own_encoder.continue_from(leg.format->shared);
    leg.own_frames_left = kWarmFrames;
    return use_own(leg, mix);
  }
  if (leg.own_frames_left > 0) {
    --leg.own_frames_left;
    return use_own(leg, mix);
  }
  use_shared(leg);
}

void EncoderBank::use_own(Leg& leg, std::int32_t mix) noexcept {
  leg.encoder = &leg.own_encoder;
  jobs_.push_back({&leg.own_encoder, mix});
}

void EncoderBank::use_shared(Leg& leg) noexcept {
  StreamFormat& format = *leg.format;
  if (!format.is_used) {
    // nobody listened to the shared stream: it resumes where this leg comes from
    if (!format.was_used && leg.encoder == &leg.own_encoder) format.shared.continue_from(leg.own_encoder);
    jobs_.push_back({&format.shared, 0});
  }
  format.is_used = true;
  leg.encoder = &format.shared;
}

void EncoderBank::end_plan() noexcept {
  for (const auto& format : formats_) format->was_used = format->is_used;
}

}  // namespace mixminus::conference
