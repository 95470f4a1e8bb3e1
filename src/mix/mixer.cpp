// Legs come and go here; a tick measures, chooses, adds up and takes everybody's own voice away.
#include "mixminus/mix/mixer.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <type_traits>

#include "kernels/table.hpp"
#include "mixminus/dsp/level.hpp"

namespace mixminus::mix {
namespace {

bool is_valid(const Config& config) noexcept {
  const bool is_frame =
      config.frame_ms == 10 || config.frame_ms == 20 || config.frame_ms == 40 || config.frame_ms == 60;
  return config.sample_rate_hz >= 8'000 && config.sample_rate_hz <= 48'000 && is_frame &&
         config.sample_rate_hz * config.frame_ms % 1000 == 0 && config.capacity >= 1 && config.capacity <= kMaxLegs &&
         config.loudest >= 0 && config.loudest <= kMaxLegs;
}

template <typename Lines>
auto first_sample(Lines& lines) noexcept {
  using Sample = std::conditional_t<std::is_const_v<Lines>, const std::int16_t, std::int16_t>;
  return reinterpret_cast<Sample*>(lines.data());
}

bool is_gain(float gain_db) noexcept { return gain_db <= kMaxGainDb; }  // false for NaN

float linear(float gain_db) noexcept {
  return gain_db < kMinGainDb ? 0.0F : static_cast<float>(std::pow(10.0, gain_db / 20.0));
}

float dbov(float power) noexcept {
  constexpr float kDbPerOctave = 3.0102999566F;
  return power > 0.0F ? std::max(kDbPerOctave * std::log2(power), dsp::kSilenceDbov) : dsp::kSilenceDbov;
}

}  // namespace

Status Mixer::configure(const Config& config) noexcept try {
  if (!is_valid(config)) return Status::out_of_range;
  kernels_ = nullptr;
  config_ = config;
  samples_ = static_cast<std::size_t>(config.sample_rate_hz * config.frame_ms / 1000);
  end_ = 0;
  has_ticked_ = false;
  const auto capacity = static_cast<std::size_t>(config.capacity);
  const auto lines = [this](std::size_t rows) {
    constexpr std::size_t kLine = sizeof(Line) / sizeof(std::int16_t);
    return (rows * samples_ + kLine - 1) / kLine;
  };
  curve_.configure(config.sample_rate_hz, samples_);
  loudest_.configure(capacity, config.loudest, config.frame_ms);
  legs_.assign(capacity, {});
  frames_.assign(lines(capacity), {});
  mixes_.assign(lines(capacity + 1), {});
  mix_of_.assign(capacity, -1);
  levels_dbov_.assign(capacity, dsp::kSilenceDbov);
  heard_.clear();
  heard_.reserve(capacity);
  unity_rows_.reserve(capacity);
  sums_.assign(samples_, 0);
  tail_.configure(config.sample_rate_hz, curve_);
  silence_.assign(samples_, 0);
  kernels_ = &kernels::active();  // last: what could not be configured refuses to work
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Mixer::add(Role role, float gain_db, std::int32_t& slot) noexcept {
  if (kernels_ == nullptr) return Status::not_configured;
  if (!is_gain(gain_db)) return Status::out_of_range;
  const auto free = std::find_if(legs_.begin(), legs_.end(), [](const Leg& leg) { return !leg.is_used; });
  if (free == legs_.end()) return Status::capacity_reached;
  *free = {.is_used = true, .role = role, .gain = linear(gain_db), .fader = {}};
  const auto index = static_cast<std::size_t>(free - legs_.begin());
  end_ = std::max(end_, index + 1);
  mix_of_[index] = 0;
  slot = static_cast<std::int32_t>(index);
  return Status::ok;
}

Status Mixer::remove(std::int32_t slot) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  const auto index = static_cast<std::size_t>(slot);
  if (!leg->fader.is_silent()) tail_.add(frame(slot), leg->fader, curve_);
  loudest_.forget(index);
  std::ranges::fill(frame(slot), std::int16_t{0});
  *leg = {};
  mix_of_[index] = -1;
  levels_dbov_[index] = dsp::kSilenceDbov;
  std::erase(heard_, slot);
  while (end_ > 0 && !legs_[end_ - 1].is_used) --end_;
  return Status::ok;
}

Status Mixer::set_gain_db(std::int32_t slot, float gain_db) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  if (!is_gain(gain_db)) return Status::out_of_range;
  leg->gain = linear(gain_db);
  return Status::ok;
}

Status Mixer::set_muted(std::int32_t slot, bool is_muted) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  leg->is_muted = is_muted;
  return Status::ok;
}

Status Mixer::set_role(std::int32_t slot, Role role) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  leg->role = role;
  return Status::ok;
}

std::int32_t Mixer::tick() noexcept {
  if (kernels_ == nullptr) return 0;
  for (std::size_t slot = 0; slot < end_; ++slot) measure(slot);
  if (config_.loudest > 0) loudest_.choose(end_);
  heard_.clear();
  for (std::size_t slot = 0; slot < end_; ++slot) aim(slot);
  tail_.play(sums_);
  add_heard();
  subtract_own();
  for (const std::int32_t slot : heard_) legs_[static_cast<std::size_t>(slot)].fader.advance(samples_, curve_);
  has_ticked_ = true;
  return static_cast<std::int32_t>(1 + heard_.size());
}

void Mixer::measure(std::size_t slot) noexcept {
  const Leg& leg = legs_[slot];
  if (!leg.is_used) return;
  constexpr float kFullScalePower = 32768.0F * 32768.0F;
  const auto squares = static_cast<float>(kernels_->dot_product(row(slot), row(slot), samples_));
  const float power = squares / (static_cast<float>(samples_) * kFullScalePower);
  levels_dbov_[slot] = dbov(power);
  const float gain = open_gain(leg);
  if (config_.loudest > 0) loudest_.update(slot, power, gain * gain);
}

void Mixer::aim(std::size_t slot) noexcept {
  Leg& leg = legs_[slot];
  if (!leg.is_used) return;
  const bool has_place = config_.loudest == 0 || loudest_.is_chosen(slot);
  const float gain = has_place ? open_gain(leg) : 0.0F;
  has_ticked_ ? leg.fader.fade_to(gain, curve_) : leg.fader.jump_to(gain);
  mix_of_[slot] = 0;
  if (leg.fader.is_silent()) return;
  heard_.push_back(static_cast<std::int32_t>(slot));
  mix_of_[slot] = static_cast<std::int32_t>(heard_.size());
}

void Mixer::add_heard() noexcept {
  unity_rows_.clear();
  for (const std::int32_t heard : heard_) {
    const auto slot = static_cast<std::size_t>(heard);
    if (legs_[slot].fader.is_unity())
      unity_rows_.push_back(row(slot));
    else
      kernels_->add_faded(faded_row(slot), sums_.data(), samples_);
  }
  kernels_->add_rows(unity_rows_.data(), unity_rows_.size(), sums_.data(), samples_);
}

void Mixer::subtract_own() noexcept {
  std::int16_t* mix = first_sample(mixes_);
  kernels_->minus_row(sums_.data(), silence_.data(), mix, samples_);
  for (const std::int32_t heard : heard_) {
    const auto slot = static_cast<std::size_t>(heard);
    mix += samples_;
    if (legs_[slot].fader.is_unity())
      kernels_->minus_row(sums_.data(), row(slot), mix, samples_);
    else
      kernels_->minus_faded(sums_.data(), faded_row(slot), mix, samples_);
  }
}

Mixer::Leg* Mixer::find(std::int32_t slot) noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= end_) return nullptr;
  Leg& leg = legs_[static_cast<std::size_t>(slot)];
  return leg.is_used ? &leg : nullptr;
}

float Mixer::open_gain(const Leg& leg) const noexcept {
  return leg.role == Role::talker && !leg.is_muted ? leg.gain : 0.0F;
}

kernels::FadedRow Mixer::faded_row(std::size_t slot) const noexcept {
  const Fader& fader = legs_[slot].fader;
  return {row(slot), curve_.at(fader.position_samples()), fader.start(), fader.step()};
}

const std::int16_t* Mixer::row(std::size_t slot) const noexcept { return first_sample(frames_) + slot * samples_; }

std::span<std::int16_t> Mixer::frames() noexcept {
  return {first_sample(frames_), static_cast<std::size_t>(config_.capacity) * samples_};
}

std::span<std::int16_t> Mixer::frame(std::int32_t slot) noexcept {
  return frames().subspan(static_cast<std::size_t>(slot) * samples_, samples_);
}

std::span<const std::int16_t> Mixer::mixes() const noexcept {
  return {first_sample(mixes_), static_cast<std::size_t>(config_.capacity + 1) * samples_};
}

std::span<const std::int16_t> Mixer::mix(std::int32_t index) const noexcept {
  return mixes().subspan(static_cast<std::size_t>(index) * samples_, samples_);
}

std::span<const std::int32_t> Mixer::mix_of() const noexcept { return mix_of_; }

std::span<const float> Mixer::levels_dbov() const noexcept { return levels_dbov_; }

std::span<const std::int32_t> Mixer::heard() const noexcept { return heard_; }

}  // namespace mixminus::mix
