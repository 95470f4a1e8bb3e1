// Evidence for each leg, and what it takes to win the floor.
#include "mixminus/speaker/active_speaker.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace mixminus::speaker {
namespace {

constexpr float kRecentMemoryMs = 600.0F;
constexpr float kLastingMemoryMs = 1200.0F;
constexpr float kVoicedShare = 0.4F;  // of speech: vowels and what sounds like them
constexpr float kAudibleDb = 8.0F;    // above the noise
constexpr float kDropDb = 20.0F;      // below its own speech, a leg counts as silent
constexpr float kAliveMs = 40.0F;     // nobody wins the floor by what he has said
constexpr float kPauseMs = 200.0F;    // silence of the holder after which recent evidence counts
constexpr float kTurnEndMs = 680.0F;  // silence after which any word will do
constexpr float kPauseEvidenceMs = 460.0F;
constexpr float kTurnEvidenceMs = 110.0F;
constexpr float kTakeOverMs = 900.0F;  // evidence against a holder who goes on
constexpr float kTakeOverRatio = 1.5F;
constexpr float kRankedMs = 1.0F;
constexpr float kForgottenMs = 1e-3F;

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
  recent_decay_ = std::exp(-frame_ms_ / kRecentMemoryMs);
  lasting_decay_ = std::exp(-frame_ms_ / kLastingMemoryMs);
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

float ActiveSpeaker::Evidence::ms() const noexcept { return std::min(audible_ms, voiced_ms / kVoicedShare); }

void ActiveSpeaker::take_in(Leg& leg, const Voice& voice) const noexcept {
  const float probability = std::clamp(voice.speech_probability, 0.0F, 1.0F);
  if (probability > 0.5F) {
    const bool is_louder = voice.level_dbov > leg.speech_dbov;
    leg.speech_dbov += (voice.level_dbov - leg.speech_dbov) * (is_louder ? 0.3F : 0.02F);
  }
  const bool is_audible =
      voice.level_dbov > voice.noise_dbov + kAudibleDb && voice.level_dbov > leg.speech_dbov - kDropDb;
  leg.silent_ms = is_audible ? 0.0F : leg.silent_ms + frame_ms_;
  const auto add = [&](Evidence& evidence, float decay) {
    const auto leak = [decay](float ms) { return ms < kForgottenMs ? 0.0F : ms * decay; };
    evidence.audible_ms = leak(evidence.audible_ms) + (is_audible ? frame_ms_ : 0.0F);
    evidence.voiced_ms = leak(evidence.voiced_ms) + probability * frame_ms_;
  };
  add(leg.recent, recent_decay_);
  add(leg.lasting, lasting_decay_);
}

/// Of those who are talking now and do not have the floor; -1: nobody.
std::int32_t ActiveSpeaker::strongest(Evidence Leg::* evidence) const noexcept {
  std::int32_t best = -1;
  float most_ms = 0.0F;
  for (std::size_t slot = 0; slot < legs_.size(); ++slot) {
    const Leg& leg = legs_[slot];
    if (leg.silent_ms >= kAliveMs || static_cast<std::int32_t>(slot) == holder_) continue;
    const float ms = (leg.*evidence).ms();
    if (ms <= most_ms) continue;
    most_ms = ms;
    best = static_cast<std::int32_t>(slot);
  }
  return best;
}

/// Recent evidence that wins the floor now.
float ActiveSpeaker::needed_ms() const noexcept {
  if (holder_ < 0) return kTurnEvidenceMs;
  const float silent_ms = legs_[static_cast<std::size_t>(holder_)].silent_ms;
  const float share = std::clamp((silent_ms - kPauseMs) / (kTurnEndMs - kPauseMs), 0.0F, 1.0F);
  return kPauseEvidenceMs + (kTurnEvidenceMs - kPauseEvidenceMs) * share;
}

std::int32_t ActiveSpeaker::challenger() const noexcept {
  if (holder_ >= 0 && held_ms_ < static_cast<float>(config_.min_hold_ms)) return -1;
  const auto leg = [this](std::int32_t slot) -> const Leg& { return legs_[static_cast<std::size_t>(slot)]; };
  const bool has_paused = holder_ < 0 || leg(holder_).silent_ms >= kPauseMs;
  const std::int32_t recent = strongest(&Leg::recent);
  if (has_paused && recent >= 0 && leg(recent).recent.ms() > needed_ms()) return recent;
  const std::int32_t lasting = strongest(&Leg::lasting);
  if (holder_ < 0 || lasting < 0) return -1;
  const float needed = std::max(kTakeOverMs, kTakeOverRatio * leg(holder_).lasting.ms());
  return leg(lasting).lasting.ms() > needed ? lasting : -1;
}

void ActiveSpeaker::rank() noexcept {
  ranking_.clear();
  for (std::size_t slot = 0; slot < legs_.size(); ++slot)
    if (legs_[slot].lasting.ms() > kRankedMs || static_cast<std::int32_t>(slot) == dominant())
      ranking_.push_back(static_cast<std::int32_t>(slot));
  std::ranges::sort(ranking_, [this](std::int32_t a, std::int32_t b) {
    if ((a == dominant()) != (b == dominant())) return a == dominant();
    const float left = legs_[static_cast<std::size_t>(a)].lasting.ms();
    const float right = legs_[static_cast<std::size_t>(b)].lasting.ms();
    return left != right ? left > right : a < b;
  });
}

float ActiveSpeaker::confidence() const noexcept {
  float all = 0.0F;
  for (const Leg& leg : legs_) all += leg.lasting.ms();
  return all > 0.0F && dominant() >= 0 ? legs_[static_cast<std::size_t>(dominant())].lasting.ms() / all : 0.0F;
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
