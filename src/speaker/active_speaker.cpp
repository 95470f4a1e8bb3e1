// Evidence for each leg, and what it takes to win the floor.
#include "mixminus/speaker/active_speaker.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace mixminus::speaker {
namespace {

constexpr float kShortMemoryMs = 300.0F;
constexpr float kLongMemoryMs = 1200.0F;
constexpr float kAudibleDb = 8.0F;    // above the noise
constexpr float kDropDb = 20.0F;      // below its own speech, a leg counts as silent
constexpr float kAliveMs = 40.0F;     // nobody wins the floor by what he has said
constexpr float kPauseMs = 200.0F;    // silence of the holder after which the short evidence counts
constexpr float kTurnEndMs = 620.0F;  // silence after which any word will do
constexpr float kPauseEvidenceMs = 250.0F;
constexpr float kTurnEvidenceMs = 45.0F;
constexpr float kFirstEvidenceMs = 90.0F;
constexpr float kTakeOverMs = 500.0F;  // evidence against a holder who goes on
constexpr float kTakeOverRatio = 1.5F;
constexpr float kRankedMs = 1.0F;

bool is_finite(const Voice& voice) noexcept {
  return std::isfinite(voice.level_dbov) && std::isfinite(voice.noise_dbov) && std::isfinite(voice.speech_probability);
}

}  // namespace

Status ActiveSpeaker::configure(const Config& config) noexcept try {
  const std::int32_t ms = config.frame_ms;
  if (config.capacity < 1 || config.capacity > kMaxLegs || (ms != 10 && ms != 20 && ms != 40 && ms != 60) ||
      config.min_hold_ms < 0 || config.min_hold_ms > 60'000)
    return Status::out_of_range;
  config_ = config;
  frame_ms_ = static_cast<float>(ms);
  short_decay_ = std::exp(-frame_ms_ / kShortMemoryMs);
  long_decay_ = std::exp(-frame_ms_ / kLongMemoryMs);
  holder_ = given_ = -1;
  held_ms_ = 0.0F;
  legs_.assign(static_cast<std::size_t>(config.capacity), {});
  ranking_.clear();
  ranking_.reserve(legs_.size());
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::int32_t ActiveSpeaker::update(std::span<const Voice> voices) noexcept {
  for (std::size_t slot = 0; slot < legs_.size(); ++slot)
    take_in(legs_[slot], slot < voices.size() && is_finite(voices[slot]) ? voices[slot] : Voice{});
  held_ms_ += frame_ms_;
  if (const std::int32_t next = challenger(); next >= 0 && next != holder_) {
    holder_ = next;
    held_ms_ = 0.0F;
  }
  rank();
  return dominant();
}

void ActiveSpeaker::take_in(Leg& leg, const Voice& voice) const noexcept {
  const float probability = std::clamp(voice.speech_probability, 0.0F, 1.0F);
  leg.short_ms = leg.short_ms * short_decay_ + probability * frame_ms_;
  leg.long_ms = leg.long_ms * long_decay_ + probability * frame_ms_;
  if (leg.long_ms < 1e-3F) leg.short_ms = leg.long_ms = 0.0F;
  if (probability > 0.5F) {
    const bool is_louder = voice.level_dbov > leg.speech_dbov;
    leg.speech_dbov += (voice.level_dbov - leg.speech_dbov) * (is_louder ? 0.3F : 0.02F);
  }
  const bool is_audible =
      voice.level_dbov > voice.noise_dbov + kAudibleDb && voice.level_dbov > leg.speech_dbov - kDropDb;
  leg.silent_ms = is_audible ? 0.0F : leg.silent_ms + frame_ms_;
}

/// Of those who are talking now and do not have the floor; -1: nobody.
std::int32_t ActiveSpeaker::strongest(float Leg::* evidence) const noexcept {
  std::int32_t best = -1;
  for (std::size_t slot = 0; slot < legs_.size(); ++slot) {
    const Leg& leg = legs_[slot];
    if (leg.silent_ms >= kAliveMs || leg.*evidence <= 0.0F || static_cast<std::int32_t>(slot) == holder_) continue;
    if (best < 0 || leg.*evidence > legs_[static_cast<std::size_t>(best)].*evidence)
      best = static_cast<std::int32_t>(slot);
  }
  return best;
}

/// Short evidence that wins the floor now.
float ActiveSpeaker::needed_ms() const noexcept {
  if (holder_ < 0) return kFirstEvidenceMs;
  const float silent_ms = legs_[static_cast<std::size_t>(holder_)].silent_ms;
  const float share = std::clamp((silent_ms - kPauseMs) / (kTurnEndMs - kPauseMs), 0.0F, 1.0F);
  return kPauseEvidenceMs + (kTurnEvidenceMs - kPauseEvidenceMs) * share;
}

std::int32_t ActiveSpeaker::challenger() const noexcept {
  if (holder_ >= 0 && held_ms_ < static_cast<float>(config_.min_hold_ms)) return -1;
  const auto leg = [this](std::int32_t slot) -> const Leg& { return legs_[static_cast<std::size_t>(slot)]; };
  const bool has_paused = holder_ < 0 || leg(holder_).silent_ms >= kPauseMs;
  if (const std::int32_t slot = strongest(&Leg::short_ms); has_paused && slot >= 0 && leg(slot).short_ms > needed_ms())
    return slot;
  const std::int32_t slot = strongest(&Leg::long_ms);
  if (holder_ < 0 || slot < 0) return -1;
  const float needed = std::max(kTakeOverMs, kTakeOverRatio * leg(holder_).long_ms);
  return leg(slot).long_ms > needed ? slot : -1;
}

void ActiveSpeaker::rank() noexcept {
  ranking_.clear();
  for (std::size_t slot = 0; slot < legs_.size(); ++slot)
    if (legs_[slot].long_ms > kRankedMs || static_cast<std::int32_t>(slot) == dominant())
      ranking_.push_back(static_cast<std::int32_t>(slot));
  std::ranges::sort(ranking_, [this](std::int32_t a, std::int32_t b) {
    if ((a == dominant()) != (b == dominant())) return a == dominant();
    const float left = legs_[static_cast<std::size_t>(a)].long_ms;
    const float right = legs_[static_cast<std::size_t>(b)].long_ms;
    return left != right ? left > right : a < b;
  });
}

float ActiveSpeaker::confidence() const noexcept {
  float all = 0.0F;
  for (const Leg& leg : legs_) all += leg.long_ms;
  return all > 0.0F && dominant() >= 0 ? legs_[static_cast<std::size_t>(dominant())].long_ms / all : 0.0F;
}

Status ActiveSpeaker::set_floor(std::int32_t slot) noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= legs_.size()) return Status::unknown_leg;
  given_ = slot;
  holder_ = slot;
  held_ms_ = 0.0F;
  return Status::ok;
}

Status ActiveSpeaker::reset(std::int32_t slot) noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= legs_.size()) return Status::unknown_leg;
  legs_[static_cast<std::size_t>(slot)] = {};
  if (given_ == slot) given_ = -1;
  std::erase(ranking_, slot);
  if (holder_ == slot) holder_ = ranking_.empty() ? -1 : ranking_.front();
  return Status::ok;
}

}  // namespace mixminus::speaker
