#include "aec/canceller.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {
namespace {

constexpr float kSpeechPower = 1e-6F;     // -60 dBov: the far end says something
constexpr int kReverberationBlocks = 60;  // behind the filter's end
constexpr int kStartBlocks = 200;         // of speech from the far end, in which everything may be echo
constexpr int kUndecidedBlocks = 300;     // and after which no echo was found
constexpr float kFound = 0.3F;            // likelihood
constexpr float kAbsent = 0.05F;
constexpr float kLost = 0.15F;            // of an echo that was found once
constexpr float kLeastEchoPower = 1e-7F;  // of a block, to be compared with
constexpr double kNowhere = -1e9;
constexpr int kSettlingBlocks = 50;
constexpr int kLeadBlocks = 2;         // before the strongest echo the filter begins
constexpr float kMisfitNoise = 0.03F;  // process noise per misfit
constexpr float kSlipWeight = 3.0F;    // a slip as a misfit
constexpr double kOffsetGain = 0.02;   // of the loop that follows drift: of its phase, a block
constexpr double kDriftGain = 1e-4;    // and of its frequency
constexpr double kMostDrift = 1e-3;
constexpr float kDrifting = 0.02F;  // samples of mean offset

float power_of(std::span<const float> block) {
  float sum = 0.0F;
  for (const float sample : block) sum += sample * sample;
  return sum / static_cast<float>(block.size());
}

void subtract(const Spectrum& a, const Spectrum& b, std::size_t bins, Spectrum& rest) {
  for (std::size_t k = 0; k < bins; ++k) {
    rest.re[k] = a.re[k] - b.re[k];
    rest.im[k] = a.im[k] - b.im[k];
  }
}

float decibels(float ratio) { return 10.0F * std::log10(ratio); }

}  // namespace

Status Canceller::configure(const Config& config, std::size_t block) {
  config_ = config;
  block_ = block;
  peak_ = kNowhere;
  const auto partitions = static_cast<std::size_t>((config.tail_length_ms + 9) / 10);
  const auto lags = static_cast<std::size_t>(config.max_delay_ms / 10 + 1);
  most_delay_ = static_cast<double>(lags * block);
  far_end_.configure((lags + partitions + 2) * block);
  search_.configure(lags, block + 1);
  slip_.configure(block);
  residual_.configure(block);
  suppressor_.configure(block, config.suppression_db, config.has_comfort_noise);
  Status status = filter_.configure(partitions, block);
  if (status == Status::ok) status = alignment_.configure(block);
  if (status == Status::ok) status = stft_.configure(block);
  return status;
}

void Canceller::reset() noexcept {
  far_end_.reset();
  search_.reset();
  filter_.reset();
  alignment_.reset();
  slip_.reset();
  residual_.reset();
  suppressor_.reset();
  stft_.reset();
  near_ = far_ = seen_ = echo_ = {};
  start_ = drift_ = 0.0;
  peak_ = kNowhere;
  is_known_ = is_absent_ = drifts_ = was_worse_ = was_misfit_ = false;
  active_blocks_left_ = active_blocks_ = settling_ = 0;
  near_power_ = rest_power_ = likelihood_ = misfit_ = extent_ = mean_offset_ = 0.0F;
  echo_power_in_ = echo_power_out_ = far_power_ = 0.0F;
  transparent_blocks_ = 2;
  metrics_ = {};
}

void Canceller::skip(std::span<const float> far) noexcept {
  hear(far);
  search_.update({}, {}, false);
  near_ = echo_ = {};
  stft_.reset();
  transparent_blocks_ = 2;
}

bool Canceller::process(std::span<const float> near, std::span<const float> far, std::span<float> out) noexcept {
  hear(far);
  near_.push(near);
  Spectrum near_spectrum, far_spectrum, echo_spectrum{}, rest;
  stft_.analyse(near_, near_spectrum);
  stft_.analyse(far_, far_spectrum);
  search_.update(far_spectrum, near_spectrum, active_blocks_left_ > 0);
  const bool is_trusted = is_known_ && misfit_ < 0.05F && alignment_.fit() > 0.6F;
  if (search_.best() >= 0)
    is_trusted || (is_known_ && peak_ == kNowhere) ? void(peak_ = search_.best() * static_cast<double>(block_) - start_)
                                                   : seat(search_.best());

  float echo[kMaxBlock]{};
  if (active_blocks_left_ > 0) cancel(near, std::span(echo, block_));
  echo_.push(std::span<const float>(echo, block_));
  if (active_blocks_left_ > 0 || transparent_blocks_ == 0) stft_.analyse(echo_, echo_spectrum);
  follow(echo_spectrum, near_spectrum);
  if (is_absent_) echo_spectrum = {};
  subtract(near_spectrum, echo_spectrum, block_ + 1, rest);
  const bool is_exact = emit(rest, echo_spectrum, out);
  measure(echo_spectrum, out);
  return is_exact;
}

/// The far end's newest block, and what of it the filter sees.
void Canceller::hear(std::span<const float> far) noexcept {
  far_end_.push(far);
  far_.push(far);
  const bool is_speech = power_of(far) > kSpeechPower;
  const int reach = static_cast<int>(start_) / static_cast<int>(block_) + static_cast<int>(filter_.partitions());
  active_blocks_left_ = is_speech ? reach + kReverberationBlocks : std::max(0, active_blocks_left_ - 1);
  active_blocks_ += is_speech && active_blocks_ < kUndecidedBlocks ? 1 : 0;
  start_ += drift_ * static_cast<double>(block_);
  if (drift_ != 0.0) clamp_start();
  float seen[kMaxBlock];
  far_end_.read(start_, std::span(seen, block_));
  seen_.push(std::span<const float>(seen, block_));
  filter_.push(seen_);
}

void Canceller::cancel(std::span<const float> near, std::span<float> echo) noexcept {
  float rest[kMaxBlock];
  filter_.predict(echo);
  for (std::size_t i = 0; i < block_; ++i) rest[i] = near[i] - echo[i];
  const float near_power = power_of(near);
  const float rest_power = power_of(std::span<const float>(rest, block_));
  filter_.adapt(std::span<const float>(rest, block_), config_.process_noise + kMisfitNoise * misfit_);
  weigh(near_power, rest_power);
  const bool is_worse = rest_power > 4.0F * near_power + kLeastEchoPower;
  metrics_.divergences += is_worse && !was_worse_ ? 1U : 0U;
  was_worse_ = is_worse;
  if (is_worse) std::ranges::fill(echo, 0.0F);
}

void Canceller::weigh(float near_power, float rest_power) noexcept {
  near_power_ += 0.05F * (near_power - near_power_);
  rest_power_ += 0.05F * (rest_power - rest_power_);
  const bool is_reduced = active_blocks_ > 10 && rest_power_ < 0.25F * near_power_;
  if (is_reduced || (active_blocks_ >= kStartBlocks && likelihood_ > kFound)) is_known_ = true;
  is_absent_ = active_blocks_ >= kUndecidedBlocks && likelihood_ < kAbsent && !is_known_;
}

/// Where the echo has moved to, and by how much the filter is to doubt itself.
void Canceller::follow(const Spectrum& echo, const Spectrum& near) noexcept {
  extent_ = 0.0F;
  const std::size_t n = block_;
  if (power_of(std::span<const float>(echo_.samples + n, n)) < kLeastEchoPower) return;
  slip_.update(echo, near);
  const bool is_predicted = slip_.factor() > 0.3F && slip_.deviation() < 0.15F;
  likelihood_ += 0.01F * ((is_predicted ? 1.0F : 0.0F) - likelihood_);
  if (!is_known_) return;
  alignment_.update(echo, near);
  extent_ = alignment_.is_ready() ? slip_.extent() : 0.0F;
  misfit_ = alignment_.misfit();
  metrics_.path_changes += misfit_ > 0.1F && !was_misfit_ ? 1U : 0U;
  was_misfit_ = misfit_ > (was_misfit_ ? 0.02F : 0.1F);
  settling_ -= settling_ > 0 ? 1 : 0;
  if (const int samples = settling_ == 0 ? alignment_.jump() : 0; samples != 0) {
    shift(samples);
    ++metrics_.delay_changes;
    settling_ = kSettlingBlocks / 5;
    return;
  }
  correct_drift();
}

/// A phase-locked loop on the echo's offset: it moves the place at which the far end is read.
void Canceller::correct_drift() noexcept {
  const float offset = alignment_.offset();
  if (!alignment_.is_settled() || alignment_.fit() < 0.5F || std::abs(offset) > 3.0F) return;
  mean_offset_ += 0.01F * (offset - mean_offset_);
  if (std::abs(mean_offset_) > kDrifting && active_blocks_ >= kStartBlocks) drifts_ = true;
  if (!drifts_) return;
  drift_ = std::clamp(drift_ + kDriftGain * offset / static_cast<double>(block_), -kMostDrift, kMostDrift);
  start_ += kOffsetGain * offset;
  clamp_start();
}

bool Canceller::emit(Spectrum& rest, const Spectrum& echo, std::span<float> out) noexcept {
  const bool is_active = active_blocks_left_ > 0;
  const bool is_starting = is_active && !is_known_ && active_blocks_ < kStartBlocks;
  residual_.update(
      rest, echo, filter_,
      {.is_far_active = is_active, .misfit = std::max(misfit_, kSlipWeight * extent_), .noise = alignment_.noise()});
  is_absent_ ? suppressor_.pass() : suppressor_.process(rest, echo, residual_, is_starting);
  const bool has_echo = !is_absent_ && power_of(std::span<const float>(echo_.samples, 2 * block_)) > 0.0F;
  const bool is_transparent = suppressor_.is_transparent() && !has_echo;
  transparent_blocks_ = is_transparent ? std::min(transparent_blocks_ + 1, 2) : 0;
  stft_.synthesise(rest, out);
  metrics_.is_bypassed = transparent_blocks_ >= 2;
  if (metrics_.is_bypassed) std::copy_n(near_.samples, block_, out.begin());
  return metrics_.is_bypassed;
}

/// Puts the filter where the search found the echo.
void Canceller::seat(int lag) noexcept {
  const auto block = static_cast<double>(block_);
  const double found = lag * block;
  if (is_known_ && likelihood_ < kLost) lose();
  if (is_known_) {  // the room is the same, its echo has jumped
    const double by = found - peak_ - start_;
    if (std::abs(by) < 1.5 * block) return;
    relocate(by);
    ++metrics_.delay_changes;
    return;
  }
  const double room = block * std::clamp(static_cast<double>(filter_.partitions()) / 3.0, 1.0 * kLeadBlocks, 8.0);
  if (found <= start_ + room && (found > start_ || start_ == 0.0)) return;
  start_ = std::max(0.0, found - kLeadBlocks * block);
  filter_.forget();
  look_again();
}

/// The search hears an echo of which the filter knows nothing, neither here nor elsewhere.
void Canceller::lose() noexcept {
  is_known_ = false;
  misfit_ = extent_ = 0.0F;
  peak_ = kNowhere;
  filter_.forget();
  alignment_.reset();
}

void Canceller::shift(double samples) noexcept {
  const auto block = static_cast<double>(block_);
  const double before = start_;
  relocate(samples);
  search_.move(static_cast<int>(std::lround(start_ / block) - std::lround(before / block)));
}

void Canceller::relocate(double samples) noexcept {
  start_ += std::clamp(samples, -most_delay_, most_delay_);
  clamp_start();
  look_again();
  alignment_.reset();
  misfit_ = 0.0F;
}

void Canceller::set_delay_prior(double samples) noexcept {
  if (is_known_ || search_.best() >= 0 || !(samples >= 0.0 && samples <= most_delay_)) return;
  const auto block = static_cast<double>(block_);  // the filter learns its first partitions at once, later ones late
  start_ = std::max(0.0, std::floor(samples / block) - kLeadBlocks) * block;
  look_again();
}

/// The filter's first partition cannot look into the future, nor its last beyond what is kept.
void Canceller::clamp_start() noexcept {
  const auto block = static_cast<double>(block_);
  while (start_ < 0.0) {
    start_ += block;
    filter_.move(1);
  }
  while (start_ > most_delay_) {
    start_ -= block;
    filter_.move(-1);
  }
}

void Canceller::look_again() noexcept {
  Blocks seen;
  float block[kMaxBlock];
  for (std::size_t p = filter_.partitions() + 1; p-- > 0;) {
    far_end_.read(start_ + static_cast<double>(p * block_), std::span(block, block_));
    seen.push(std::span<const float>(block, block_));
    if (p < filter_.partitions()) filter_.replace(p, seen);
  }
  seen_ = seen;
}

void Canceller::measure(const Spectrum& echo, std::span<const float> out) noexcept {
  if (active_blocks_left_ == 0) return;
  metrics_.echo_likelihood = likelihood_;
  metrics_.has_converged = is_known_;
  metrics_.drift_ppm = static_cast<float>(drift_ * 1e6);
  if (is_known_)
    metrics_.delay_ms =
        10.0F * static_cast<float>((start_ + static_cast<double>(filter_.strongest())) / static_cast<double>(block_));
  if (residual_.presence() > 0.2F || !is_known_) return;
  float echo_power = 0.0F;
  for (std::size_t k = 0; k <= block_; ++k) echo_power += echo.power(k);
  if (echo_power < 1e-3F) return;
  echo_power_in_ += 0.01F * (power_of(std::span<const float>(near_.samples, block_)) - echo_power_in_);
  echo_power_out_ += 0.01F * (power_of(out) - echo_power_out_);
  far_power_ += 0.01F * (power_of(std::span<const float>(seen_.samples, block_)) - far_power_);
  metrics_.erle_db = decibels((echo_power_in_ + 1e-10F) / (echo_power_out_ + 1e-10F));
  metrics_.erl_db = decibels((far_power_ + 1e-10F) / (echo_power_in_ + 1e-10F));
}

}  // namespace mixminus::aec
