// Legs come, go and change here; the tick is in tick.cpp.
#include "mixminus/mix/mixer.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <type_traits>
#include <utility>

#include "kernels/table.hpp"
#include "mixminus/dsp/level.hpp"

namespace mixminus::mix {
namespace {

template <typename T>
bool is_within(T value, T low, T high) noexcept {
  return value >= low && value <= high;  // false for NaN
}

bool is_valid(const SelectionConfig& config) noexcept {
  return is_within(config.places, 0, kMaxLegs) && is_within(config.gate_dbov, -127.0F, 0.0F) &&
         is_within(config.hysteresis_db, 0.0F, 40.0F) && is_within(config.hold_ms, 0, 60'000) &&
         is_within(config.idle_ms, 0, 3'600'000);
}

bool is_valid(const LimiterConfig& config) noexcept {
  const std::int32_t look_ahead = config.look_ahead_ms;
  return (look_ahead == 0 || look_ahead == 5 || look_ahead == 10) && is_within(config.release_ms, 20, 5'000);
}

bool is_valid(const LevellerConfig& config) noexcept {
  return is_within(config.target_dbov, -60.0F, 0.0F) && is_within(config.range_db, 0.0F, kMaxGainDb) &&
         is_within(config.slew_db_per_s, 0.1F, 60.0F);
}

bool has_blocks(const Config& config) noexcept {
  const auto samples = static_cast<std::size_t>(config.sample_rate_hz * config.frame_ms / 1000);
  return Limiter::block_samples(config.sample_rate_hz, samples) > 0;
}

bool is_valid(const Config& config) noexcept {
  const bool is_frame =
      config.frame_ms == 10 || config.frame_ms == 20 || config.frame_ms == 40 || config.frame_ms == 60;
  return is_frame && is_within(config.sample_rate_hz, 8'000, 48'000) &&
         config.sample_rate_hz * config.frame_ms % 1000 == 0 && has_blocks(config) &&
         is_within(config.capacity, 1, kMaxLegs) &&
         is_within(config.channels, 1, static_cast<std::int32_t>(kMaxChannels)) &&
         is_within(config.audiences, 1, kMaxAudiences) && is_within(config.exceptions, 0, 65'536) &&
         is_within(config.solos, 0, kMaxLegs) && is_valid(config.selection) && is_valid(config.limiter) &&
         is_valid(config.leveller);
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

}  // namespace

Status Mixer::configure(const Config& config) noexcept try {
  if (!is_valid(config)) return Status::out_of_range;
  kernels_ = nullptr;
  config_ = config;
  samples_ = static_cast<std::size_t>(config.sample_rate_hz * config.frame_ms / 1000);
  end_ = 0;
  has_ticked_ = false;
  filled_rows_ = 0;
  const auto capacity = static_cast<std::size_t>(config.capacity);
  const auto lines = [](std::size_t samples) {
    constexpr std::size_t kLine = sizeof(Line) / sizeof(std::int16_t);
    return (samples + kLine - 1) / kLine;
  };
  curve_.configure(config.sample_rate_hz, samples_);
  loudest_.configure(config.selection, capacity, config.frame_ms);
  leveller_.configure(config.leveller, config.frame_ms);
  limiter_.configure(config.limiter, config.sample_rate_hz, samples_);
  continuation_.configure(config.sample_rate_hz, curve_);
  delay_ = limiter_.delay_samples();
  Bus bus{.limiter = limiter_.idle_state(), .waiting = {}};
  for (std::size_t channel = 0; channel < channels(); ++channel) bus.waiting[channel].assign(delay_, 0);
  Audience audience{.bus = bus, .tails = {}, .sums = {}};
  for (std::size_t channel = 0; channel < channels(); ++channel) {
    audience.tails[channel].configure(curve_);
    audience.sums[channel].assign(samples_, 0);
    planes_[channel].assign(delay_ + samples_, 0);
    limited_[channel].assign(samples_, 0);
  }
  legs_.assign(capacity, {});
  buses_.assign(capacity, bus);
  audiences_.assign(static_cast<std::size_t>(config.audiences), audience);
  audiences_[0].hears = 1;
  audiences_[0].holders = 1;  // there is always a mix of everybody
  exceptions_.clear();
  exceptions_.reserve(static_cast<std::size_t>(config.exceptions));
  frames_.assign(lines(capacity * samples_), {});
  mixes_.assign(lines(static_cast<std::size_t>(rows()) * channels() * samples_), {});
  mix_of_.assign(capacity, -1);
  solo_of_.assign(capacity, -1);
  solos_ = static_cast<std::size_t>(config.solos);
  levels_dbov_.assign(capacity, dsp::kSilenceDbov);
  heard_.clear();
  heard_.reserve(capacity);
  busy_.clear();
  busy_.reserve(capacity);
  audience_of_.assign(capacity, -1);
  audience_rows_.assign(audiences_.size(), -1);
  unity_rows_.reserve(capacity);
  earlier_.assign(samples_, 0);
  product_.assign(samples_, 0.0F);
  kernels_ = &kernels::active();  // last: what could not be configured refuses to work
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Mixer::check(const LegSettings& settings) const noexcept {
  if (!is_gain(settings.gain_db) || !is_within(settings.pan, -1.0F, 1.0F)) return Status::out_of_range;
  const auto is_nobody_or_there = [this](std::int32_t slot) { return slot == -1 || find(slot) != nullptr; };
  if (!is_nobody_or_there(settings.via) || !is_nobody_or_there(settings.follows)) return Status::unknown_leg;
  const bool is_tap = settings.role == Role::tap;
  return settings.follows >= 0 && !is_tap ? Status::out_of_range : Status::ok;
}

Status Mixer::add(const LegSettings& settings, std::int32_t& slot) noexcept {
  if (kernels_ == nullptr) return Status::not_configured;
  if (const Status status = check(settings); status != Status::ok) return status;
  const auto free = std::find_if(legs_.begin(), legs_.end(), [](const Leg& leg) { return !leg.is_used; });
  if (free == legs_.end()) return Status::capacity_reached;
  const std::int32_t audience = join_audience(settings.hears);
  if (audience < 0) return Status::capacity_reached;
  *free = {.is_used = true, .settings = settings, .gain = linear(settings.gain_db)};
  free->speaks_to = settings.speaks_to;
  free->audience = audience;
  free->wanted = join_audience(settings.hears);
  free->arriving.jump_to(1.0F);
  free->sharing.jump_to(1.0F);
  const auto index = static_cast<std::size_t>(free - legs_.begin());
  end_ = std::max(end_, index + 1);
  mix_of_[index] = settings.role == Role::announcer ? -1 : 0;
  slot = static_cast<std::int32_t>(index);
  return Status::ok;
}

Status Mixer::remove(std::int32_t slot) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  const auto index = static_cast<std::size_t>(slot);
  if (!is_silent(*leg)) play_out(index);
  drop_exceptions(slot);
  for (std::int32_t* held : {&leg->audience, &leg->wanted, &leg->previous}) leave_audience(*held);
  loudest_.forget(index);
  std::ranges::fill(frame(slot), std::int16_t{0});
  *leg = {};
  mix_of_[index] = solo_of_[index] = audience_of_[index] = -1;
  levels_dbov_[index] = dsp::kSilenceDbov;
  std::erase(heard_, slot);
  for (Leg& other : legs_) {
    if (other.settings.via == slot) other.settings.via = -1;
    if (other.settings.follows == slot) other.settings.follows = -1;
  }
  while (end_ > 0 && !legs_[end_ - 1].is_used) --end_;
  return Status::ok;
}

/// Lets everybody who hears the leg hear it fade out.
void Mixer::play_out(std::size_t slot) noexcept {
  const std::span<const std::int16_t> continued = continuation_.after(frame(static_cast<std::int32_t>(slot)));
  for (Audience& audience : audiences_) {
    if (audience.holders == 0 || !is_audible(legs_[slot], audience.hears)) continue;
    for (std::size_t channel = 0; channel < channels(); ++channel)
      audience.tails[channel].add(continued, legs_[slot].faders[channel], curve_);
  }
}

std::int32_t Mixer::join_audience(Groups hears) noexcept {
  const auto is_same = [&](const Audience& audience) { return audience.holders > 0 && audience.hears == hears; };
  auto found = std::ranges::find_if(audiences_, is_same);
  if (found == audiences_.end()) {
    found = std::ranges::find_if(audiences_, [](const Audience& audience) { return audience.holders == 0; });
    if (found == audiences_.end()) return -1;
    found->hears = hears;
    found->bus.limiter = limiter_.idle_state();
    for (auto& waiting : found->bus.waiting) std::ranges::fill(waiting, 0);
    for (Tail& tail : found->tails) tail.clear();
  }
  ++found->holders;
  return static_cast<std::int32_t>(found - audiences_.begin());
}

void Mixer::leave_audience(std::int32_t& audience) noexcept {
  if (audience >= 0) --audiences_[static_cast<std::size_t>(audience)].holders;
  audience = -1;
}

Status Mixer::set_gain_db(std::int32_t slot, float gain_db) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  if (!is_gain(gain_db)) return Status::out_of_range;
  leg->settings.gain_db = gain_db;
  leg->gain = linear(gain_db);
  return Status::ok;
}

Status Mixer::set_pan(std::int32_t slot, float pan) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  if (!is_within(pan, -1.0F, 1.0F)) return Status::out_of_range;
  leg->settings.pan = pan;
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
  if (leg->settings.follows >= 0 && role != Role::tap) return Status::out_of_range;
  leg->settings.role = role;
  return Status::ok;
}

Status Mixer::set_priority(std::int32_t slot, std::int32_t priority) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  leg->settings.priority = priority;
  return Status::ok;
}

Status Mixer::set_voice(std::int32_t slot, bool has_voice) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  leg->has_voice = has_voice;
  return Status::ok;
}

Status Mixer::set_speaks_to(std::int32_t slot, Groups groups) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  leg->settings.speaks_to = groups;
  return Status::ok;
}

Status Mixer::set_hears(std::int32_t slot, Groups groups) noexcept {
  Leg* const leg = find(slot);
  if (leg == nullptr) return Status::unknown_leg;
  const std::int32_t audience = join_audience(groups);
  if (audience < 0) return Status::capacity_reached;
  leave_audience(leg->wanted);
  leg->wanted = audience;
  leg->settings.hears = groups;
  return Status::ok;
}

Status Mixer::set_exception(std::int32_t listener, std::int32_t talker, float gain_db) noexcept {
  Leg* const leg = find(listener);
  const Leg* const other = find(talker);
  if (leg == nullptr || other == nullptr) return Status::unknown_leg;
  if (!is_gain(gain_db) || listener == talker || other->settings.via == listener) return Status::out_of_range;
  Exception* exception = find_exception(listener, talker);
  if (exception == nullptr) {
    if (exceptions_.size() == exceptions_.capacity()) return Status::capacity_reached;
    exception = &exceptions_.emplace_back(Exception{.listener = listener, .talker = talker});
    exception->fader.jump_to(usual_gain_now(*other, *leg));
    ++leg->exceptions;
  }
  exception->gain = linear(gain_db);
  exception->is_leaving = false;
  return Status::ok;
}

Status Mixer::clear_exception(std::int32_t listener, std::int32_t talker) noexcept {
  Exception* const exception = find_exception(listener, talker);
  if (exception == nullptr) return Status::unknown_leg;
  exception->is_leaving = true;
  return Status::ok;
}

Status Mixer::set_solos(std::int32_t solos) noexcept {
  if (!is_within(solos, 0, config_.solos)) return Status::out_of_range;
  solos_ = static_cast<std::size_t>(solos);
  std::ranges::fill(solo_of_, -1);
  return Status::ok;
}

std::int32_t Mixer::audience_of(std::int32_t slot) const noexcept {
  const auto index = static_cast<std::size_t>(slot);
  const std::int32_t audience = audience_of_[index];
  return audience >= 0 && mix_of_[index] == audience_rows_[static_cast<std::size_t>(audience)] ? audience : -1;
}

Mixer::Exception* Mixer::find_exception(std::int32_t listener, std::int32_t talker) noexcept {
  const auto found = std::ranges::find_if(
      exceptions_, [&](const Exception& one) { return one.listener == listener && one.talker == talker; });
  return found == exceptions_.end() ? nullptr : &*found;
}

void Mixer::drop_exceptions(std::int32_t slot) noexcept {
  std::erase_if(exceptions_, [&](const Exception& one) {
    if (one.talker == slot) --legs_[static_cast<std::size_t>(one.listener)].exceptions;
    return one.listener == slot || one.talker == slot;
  });
}

const Mixer::Leg* Mixer::find(std::int32_t slot) const noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= end_) return nullptr;
  const Leg& leg = legs_[static_cast<std::size_t>(slot)];
  return leg.is_used ? &leg : nullptr;
}

Mixer::Leg* Mixer::find(std::int32_t slot) noexcept { return const_cast<Leg*>(std::as_const(*this).find(slot)); }

const std::int16_t* Mixer::row(std::size_t slot) const noexcept { return first_sample(frames_) + slot * samples_; }

std::span<std::int16_t> Mixer::frames() noexcept {
  return {first_sample(frames_), static_cast<std::size_t>(config_.capacity) * samples_};
}

std::span<std::int16_t> Mixer::frame(std::int32_t slot) noexcept {
  return frames().subspan(static_cast<std::size_t>(slot) * samples_, samples_);
}

std::int32_t Mixer::rows() const noexcept { return config_.capacity + config_.audiences + config_.solos; }

std::span<const std::int16_t> Mixer::mixes() const noexcept {
  return {first_sample(mixes_), static_cast<std::size_t>(rows()) * channels() * samples_};
}

std::span<const std::int16_t> Mixer::mix(std::int32_t index) const noexcept {
  return mixes().subspan(static_cast<std::size_t>(index) * channels() * samples_, channels() * samples_);
}

std::int16_t* Mixer::next_row(std::int32_t& index) noexcept {
  index = filled_rows_++;
  return first_sample(mixes_) + static_cast<std::size_t>(index) * channels() * samples_;
}

std::int32_t Mixer::delay_samples() const noexcept { return static_cast<std::int32_t>(delay_); }

}  // namespace mixminus::mix
