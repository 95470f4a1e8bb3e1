// A tick: measure, choose, add up each audience once, and take away from each mix what its leg must not hear.
#include <algorithm>
#include <cmath>

#include "kernels/table.hpp"
#include "mixminus/dsp/level.hpp"
#include "mixminus/mix/mixer.hpp"

namespace mixminus::mix {
namespace {

float dbov(float power) noexcept {
  constexpr float kDbPerOctave = 3.0102999566F;
  return power > 0.0F ? std::max(kDbPerOctave * std::log2(power), dsp::kSilenceDbov) : dsp::kSilenceDbov;
}

bool is_speaking_role(Role role) noexcept { return role != Role::listener && role != Role::tap; }

std::int32_t rounded(float value) noexcept { return static_cast<std::int32_t>(std::lrint(value)); }

}  // namespace

std::int32_t Mixer::tick() noexcept {
  if (kernels_ == nullptr) return 0;
  for (std::size_t slot = 0; slot < end_; ++slot)
    if (legs_[slot].is_used) measure(slot);
  if (config_.selection.places > 0) loudest_.choose(end_);
  heard_.clear();
  busy_.clear();
  for (std::size_t slot = 0; slot < end_; ++slot)
    if (legs_[slot].is_used) aim(slot);
  for (Exception& exception : exceptions_) aim(exception);
  for (const std::int32_t slot : busy_) prepare_mix(static_cast<std::size_t>(slot));
  filled_rows_ = 0;
  finish_audiences();
  for (const std::int32_t slot : busy_) {
    const auto index = static_cast<std::size_t>(slot);
    mix_of_[index] = make_mix(index);
  }
  if (solos_ > 0) make_solos();
  advance();
  has_ticked_ = true;
  return filled_rows_;
}

void Mixer::measure(std::size_t slot) noexcept {
  Leg& leg = legs_[slot];
  constexpr float kFullScalePower = 32768.0F * 32768.0F;
  const auto squares = static_cast<float>(kernels_->energy(row(slot), samples_));
  const float power = squares / (static_cast<float>(samples_) * kFullScalePower);
  levels_dbov_[slot] = dbov(power);
  if (leg.has_voice) leveller_.update(leg.leveller, power);
  if (config_.selection.places == 0 || leg.settings.role == Role::announcer) return;
  const float gain = open_gain(leg);
  loudest_.update(slot, {.power = power,
                         .power_gain = gain * gain,
                         .has_voice = leg.has_voice,
                         .priority = leg.settings.priority,
                         .room = leg.speaks_to});
}

void Mixer::aim(std::size_t slot) noexcept {
  Leg& leg = legs_[slot];
  if (is_silent(leg)) leg.speaks_to = leg.settings.speaks_to;
  const bool has_place =
      config_.selection.places == 0 || leg.settings.role == Role::announcer || loudest_.is_chosen(slot);
  const bool stays = leg.speaks_to == leg.settings.speaks_to;
  const float gain = has_place && stays ? open_gain(leg) : 0.0F;
  for (std::size_t channel = 0; channel < channels(); ++channel) {
    const float wanted = gain * pan_gain(leg, channel);
    has_ticked_ ? leg.faders[channel].fade_to(wanted, curve_) : leg.faders[channel].jump_to(wanted);
  }
  change_audience(leg);
  audience_of_[slot] = leg.settings.role == Role::announcer ? -1 : leg.audience;
  const bool is_heard = !is_silent(leg);
  if (is_heard) heard_.push_back(static_cast<std::int32_t>(slot));
  if (is_heard || !shares_mix(leg)) busy_.push_back(static_cast<std::int32_t>(slot));
}

void Mixer::aim(Exception& exception) noexcept {
  const Leg& listener = legs_[static_cast<std::size_t>(exception.listener)];
  const Leg& talker = legs_[static_cast<std::size_t>(exception.talker)];
  const float gain = exception.is_leaving ? usual_gain(talker, listener.audience) : exception.gain;
  has_ticked_ ? exception.fader.fade_to(gain, curve_) : exception.fader.jump_to(gain);
}

void Mixer::change_audience(Leg& leg) noexcept {
  if (leg.previous >= 0 && leg.arriving.is_settled()) leave_audience(leg.previous);
  if (leg.previous >= 0 || leg.audience == leg.wanted) return;
  if (has_ticked_) {
    leg.previous = leg.audience;
    leg.arriving.jump_to(0.0F);
    leg.arriving.fade_to(1.0F, curve_);
  } else {
    leave_audience(leg.audience);
  }
  leg.audience = leg.wanted;
  ++audiences_[static_cast<std::size_t>(leg.audience)].holders;
}

/// Whether the leg has a mix of its own this tick. It takes over what the shared one remembers, and goes
/// back when both remember the same; failing that, over a cross-fade.
void Mixer::prepare_mix(std::size_t slot) noexcept {
  Leg& leg = legs_[slot];
  const bool is_needed = is_in(slot, leg.audience) || leg.previous >= 0 || leg.exceptions > 0;
  const std::int32_t from = leg.previous >= 0 ? leg.previous : leg.audience;
  const Bus& shared = audiences_[static_cast<std::size_t>(from)].bus;
  Bus& own = buses_[slot];
  if (is_needed) {
    if (leg.sharing.is_unity()) {
      own.limiter = shared.limiter;
      for (std::size_t channel = 0; channel < channels(); ++channel)
        std::ranges::copy(shared.waiting[channel], own.waiting[channel].begin());
      leg.sharing.jump_to(0.0F);
    }
    leg.sharing.fade_to(0.0F, curve_);
    leg.flush_samples = delay_;
  } else if (leg.flush_samples > 0) {
    leg.flush_samples -= std::min(leg.flush_samples, samples_);
  } else if (!leg.sharing.is_unity()) {
    own.limiter == shared.limiter ? leg.sharing.jump_to(1.0F) : leg.sharing.fade_to(1.0F, curve_);
  }
  leg.has_own_mix = !leg.sharing.is_unity() && leg.settings.role != Role::announcer;
}

/// Makes the mixes of those who are not in them, who are most.
void Mixer::finish_audiences() noexcept {
  for (std::size_t index = 0; index < audiences_.size(); ++index) {
    Audience& audience = audiences_[index];
    if (audience.holders == 0) continue;
    sum_up(audience);
    for (std::size_t channel = 0; channel < channels(); ++channel)
      std::ranges::copy(audience.sums[channel], planes_[channel].begin() + static_cast<std::ptrdiff_t>(delay_));
    limit(audience.bus, next_row(audience_rows_[index]));
  }
  for (std::size_t slot = 0; slot < end_; ++slot)
    mix_of_[slot] = audience_of_[slot] < 0 ? -1 : audience_rows_[static_cast<std::size_t>(audience_of_[slot])];
}

void Mixer::sum_up(Audience& audience) noexcept {
  for (std::size_t channel = 0; channel < channels(); ++channel) {
    std::int32_t* const sums = audience.sums[channel].data();
    audience.tails[channel].play(audience.sums[channel]);
    unity_rows_.clear();
    for (const std::int32_t heard : heard_) {
      const auto slot = static_cast<std::size_t>(heard);
      if (!is_audible(legs_[slot], audience.hears)) continue;
      if (legs_[slot].faders[channel].is_unity())
        unity_rows_.push_back(row(slot));
      else
        kernels_->add_faded(faded_row(slot, channel), sums, samples_);
    }
    kernels_->add_rows(unity_rows_.data(), unity_rows_.size(), sums, samples_);
  }
}

std::int32_t Mixer::make_mix(std::size_t slot) noexcept {
  Leg& leg = legs_[slot];
  if (leg.settings.role == Role::announcer) return -1;
  const std::int32_t shared = mix_of_[slot];
  std::int32_t index = shared;
  if (leg.settings.follows >= 0) {
    std::int16_t* const out = next_row(index);
    const std::int16_t* const followed = row(static_cast<std::size_t>(leg.settings.follows));
    for (std::size_t i = 0; i < samples_; ++i)
      for (std::size_t channel = 0; channel < channels(); ++channel) out[i * channels() + channel] = followed[i];
  } else if (leg.has_own_mix) {
    for (std::size_t channel = 0; channel < channels(); ++channel) make_own_sums(slot, channel);
    std::int16_t* const out = next_row(index);
    limit(buses_[slot], out);
    if (!leg.sharing.is_silent()) blend(leg.sharing, mix(shared).data(), out);
  }
  return index;
}

void Mixer::make_own_sums(std::size_t slot, std::size_t channel) noexcept {
  const Leg& leg = legs_[slot];
  std::int32_t* const sums = planes_[channel].data() + delay_;
  take_away_own(slot, audiences_[static_cast<std::size_t>(leg.audience)], channel, sums);
  if (leg.previous >= 0) {
    take_away_own(slot, audiences_[static_cast<std::size_t>(leg.previous)], channel, earlier_.data());
    const float* const curve = curve_.at(leg.arriving.position_samples());
    for (std::size_t i = 0; i < samples_; ++i) {
      const float share = leg.arriving.start() + leg.arriving.step() * curve[i];
      sums[i] = earlier_[i] + rounded(static_cast<float>(sums[i] - earlier_[i]) * share);
    }
  }
  if (leg.exceptions > 0) add_exceptions(slot, channel, sums);
}

void Mixer::take_away_own(std::size_t slot, const Audience& audience, std::size_t channel,
                          std::int32_t* rest) noexcept {
  const std::int32_t* from = audience.sums[channel].data();
  const auto take_away = [&](std::size_t talker) {
    if (is_silent(legs_[talker]) || !is_audible(legs_[talker], audience.hears)) return;
    if (legs_[talker].faders[channel].is_unity())
      kernels_->minus_row(from, row(talker), rest, samples_);
    else
      kernels_->minus_faded(from, faded_row(talker, channel), rest, samples_);
    from = rest;
  };
  take_away(slot);
  if (legs_[slot].settings.role == Role::trunk)
    for (const std::int32_t talker : heard_)
      if (legs_[static_cast<std::size_t>(talker)].settings.via == static_cast<std::int32_t>(slot))
        take_away(static_cast<std::size_t>(talker));
  if (from != rest) std::copy_n(from, samples_, rest);
}

void Mixer::add_exceptions(std::size_t slot, std::size_t channel, std::int32_t* sums) noexcept {
  const Leg& listener = legs_[slot];
  for (const Exception& exception : exceptions_) {
    const auto talker = static_cast<std::size_t>(exception.talker);
    if (exception.listener != static_cast<std::int32_t>(slot) || is_silent(legs_[talker])) continue;
    const kernels::FadedRow said = faded_row(talker, channel);
    const float* const curve = curve_.at(exception.fader.position_samples());
    const float* const arriving = curve_.at(listener.arriving.position_samples());
    const float now = usual_gain(legs_[talker], listener.audience);
    const float before = listener.previous >= 0 ? usual_gain(legs_[talker], listener.previous) : now;
    for (std::size_t i = 0; i < samples_; ++i) {
      const float share = listener.arriving.start() + listener.arriving.step() * arriving[i];
      const float held = before + (now - before) * share;  // in the sum; replaced by what shall be in it
      const float wanted = exception.fader.start() + exception.fader.step() * curve[i];
      product_[i] = (said.gain + said.step * said.curve[i]) * (wanted - held);
    }
    kernels_->add_faded({said.samples, product_.data(), 0.0F, 1.0F}, sums, samples_);
  }
}

void Mixer::limit(Bus& bus, std::int16_t* row) noexcept {
  std::array<const std::int32_t*, kMaxChannels> planes{};
  std::array<std::int16_t*, kMaxChannels> out{};
  for (std::size_t channel = 0; channel < channels(); ++channel) {
    std::ranges::copy(bus.waiting[channel], planes_[channel].begin());
    planes[channel] = planes_[channel].data();
    out[channel] = channels() == 1 ? row : limited_[channel].data();
  }
  limiter_.process(bus.limiter, std::span(planes).first(channels()), std::span(out).first(channels()));
  for (std::size_t channel = 0; channel < channels(); ++channel) {
    std::copy_n(planes_[channel].end() - static_cast<std::ptrdiff_t>(delay_), delay_, bus.waiting[channel].begin());
    if (channels() == 1) continue;
    for (std::size_t i = 0; i < samples_; ++i) row[i * channels() + channel] = limited_[channel][i];
  }
}

/// Fades `row` into `to`.
void Mixer::blend(const Fader& fader, const std::int16_t* to, std::int16_t* row) noexcept {
  const float* const curve = curve_.at(fader.position_samples());
  for (std::size_t i = 0; i < samples_ * channels(); ++i) {
    const float share = fader.start() + fader.step() * curve[i / channels()];
    row[i] = static_cast<std::int16_t>(row[i] + rounded(static_cast<float>(to[i] - row[i]) * share));
  }
}

void Mixer::make_solos() noexcept {
  std::ranges::fill(solo_of_, -1);
  for (std::size_t i = 0; i < std::min(heard_.size(), solos_); ++i) {
    const auto slot = static_cast<std::size_t>(heard_[i]);
    std::int16_t* const out = next_row(solo_of_[slot]);
    for (std::size_t channel = 0; channel < channels(); ++channel) {
      std::ranges::fill(earlier_, 0);
      kernels_->add_faded(faded_row(slot, channel), earlier_.data(), samples_);
      kernels_->narrow(earlier_.data(), limited_[channel].data(), samples_);
      for (std::size_t s = 0; s < samples_; ++s) out[s * channels() + channel] = limited_[channel][s];
    }
  }
}

void Mixer::advance() noexcept {
  for (const std::int32_t slot : heard_)
    for (std::size_t channel = 0; channel < channels(); ++channel)
      legs_[static_cast<std::size_t>(slot)].faders[channel].advance(samples_, curve_);
  for (const std::int32_t slot : busy_) {
    legs_[static_cast<std::size_t>(slot)].arriving.advance(samples_, curve_);
    legs_[static_cast<std::size_t>(slot)].sharing.advance(samples_, curve_);
  }
  for (Exception& exception : exceptions_) {
    exception.fader.advance(samples_, curve_);
    if (exception.is_over()) --legs_[static_cast<std::size_t>(exception.listener)].exceptions;
  }
  std::erase_if(exceptions_, [](const Exception& one) { return one.is_over(); });
}

bool Mixer::is_silent(const Leg& leg) const noexcept {
  return std::all_of(leg.faders.begin(), leg.faders.begin() + config_.channels,
                     [](const Fader& fader) { return fader.is_silent(); });
}

/// Whether a leg that is not heard has nothing to do but hear what its audience hears.
bool Mixer::shares_mix(const Leg& leg) const noexcept {
  return leg.sharing.is_unity() && leg.audience == leg.wanted && leg.previous < 0 && leg.exceptions == 0 &&
         leg.settings.follows < 0 && leg.settings.role != Role::trunk;
}

bool Mixer::is_audible(const Leg& talker, Groups hears) const noexcept { return (talker.speaks_to & hears) != 0; }

/// With what an audience hears a leg that is heard.
float Mixer::usual_gain(const Leg& talker, std::int32_t audience) const noexcept {
  return is_audible(talker, audiences_[static_cast<std::size_t>(audience)].hears) ? 1.0F : 0.0F;
}

/// The same, of the last sample that was played: the listener may be on the way between two audiences.
float Mixer::usual_gain_now(const Leg& talker, const Leg& listener) const noexcept {
  const float now = usual_gain(talker, listener.audience);
  if (listener.previous < 0) return now;
  const float before = usual_gain(talker, listener.previous);
  return before + (now - before) * listener.arriving.now(curve_);
}

/// Whether the sum of that audience holds something of the leg, or of who came via it.
bool Mixer::is_in(std::size_t slot, std::int32_t audience) const noexcept {
  const Groups hears = audiences_[static_cast<std::size_t>(audience)].hears;
  if (!is_silent(legs_[slot]) && is_audible(legs_[slot], hears)) return true;
  return legs_[slot].settings.role == Role::trunk && std::ranges::any_of(heard_, [&](std::int32_t talker) {
           const Leg& other = legs_[static_cast<std::size_t>(talker)];
           return other.settings.via == static_cast<std::int32_t>(slot) && is_audible(other, hears);
         });
}

float Mixer::open_gain(const Leg& leg) const noexcept {
  return is_speaking_role(leg.settings.role) && !leg.is_muted ? leg.gain * leg.leveller.gain : 0.0F;
}

float Mixer::pan_gain(const Leg& leg, std::size_t channel) const noexcept {
  if (channels() == 1) return 1.0F;
  constexpr float kQuarterTurn = 0.78539816F;
  const float angle = (leg.settings.pan + 1.0F) * kQuarterTurn;
  return channel == 0 ? std::cos(angle) : std::sin(angle);
}

kernels::FadedRow Mixer::faded_row(std::size_t slot, std::size_t channel) const noexcept {
  const Fader& fader = legs_[slot].faders[channel];
  return {row(slot), curve_.at(fader.position_samples()), fader.start(), fader.step()};
}

}  // namespace mixminus::mix
