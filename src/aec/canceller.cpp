#include "aec/canceller.hpp"

#include <algorithm>
#include <cmath>

namespace mixminus::aec {
namespace {

constexpr float kSpeechPower = 1e-6F;     // -60 dBov: the far end says something
constexpr int kReverberationBlocks = 60;  // behind the filter's end
constexpr int kStartBlocks = 100;         // of the far end's speech, in which everything may be echo
constexpr int kUndecidedBlocks = 300;     // and after which no echo was found
constexpr float kFound = 0.3F;            // likelihood
constexpr float kAbsent = 0.05F;
constexpr float kLost = 0.15F;            // of an echo that was found once
constexpr float kLeastEchoPower = 1e-7F;  // of a block, to be compared with
constexpr float kSlipping = 0.15F;
constexpr int kSettlingBlocks = 10;      // after a jump, before the next is looked for
constexpr int kWholeOverlap = 2;         // blocks until nothing of before is in the output
constexpr double kLeadBlocks = 2.0;      // before what was found the filter begins
constexpr double kHintLeadBlocks = 4.0;  // and before a hint
constexpr double kRoomBlocks = 8.0;      // so late in the filter an echo may be found and left there
constexpr double kNowhere = -1e9;
constexpr float kMisfitNoise = 0.03F;  // process noise per misfit
constexpr float kSlipWeight = 3.0F;    // of a slip against a misfit

}  // namespace

Status Canceller::configure(const Config& config, std::size_t block) {
  config_ = config;
  block_ = block;
  const auto lags = static_cast<std::size_t>(config.max_delay_ms / 10 + 1);
  search_.configure(lags, block + 1);
  slip_.configure(block);
  residual_.configure(block);
  suppressor_.configure(block, config.suppression_db, config.has_comfort_noise);
  Status status = filter_.configure(static_cast<std::size_t>((config.tail_length_ms + 9) / 10), block);
  if (status == Status::ok) status = alignment_.configure(block);
  if (status == Status::ok) status = stft_.configure(block);
  if (status != Status::ok) return status;
  place_.configure(filter_, block, lags);
  reset();
  return Status::ok;
}

void Canceller::reset() noexcept {
  search_.reset();
  filter_.reset();
  place_.reset();
  alignment_.reset();
  slip_.reset();
  residual_.reset();
  suppressor_.reset();
  stft_.reset();
  meter_.reset();
  near_ = far_ = echo_ = {};
  active_blocks_left_ = active_blocks_ = settling_blocks_ = 0;
  near_power_ = rest_power_ = likelihood_ = misfit_ = slip_extent_ = slipping_ = 0.0F;
  is_known_ = is_absent_ = is_search_resting_ = false;
  peak_ = kNowhere;
  transparent_blocks_ = kWholeOverlap;
}

void Canceller::skip(std::span<const float> far) noexcept {
  hear(far);
  Spectrum spectrum;
  stft_.analyse(far_, spectrum);
  search_.update(spectrum, {}, false);
  near_ = echo_ = {};
  stft_.reset();
  transparent_blocks_ = kWholeOverlap;
}

bool Canceller::process(std::span<const float> near, std::span<const float> far, std::span<float> out) noexcept {
  hear(far);
  near_.push(near);
  Spectrum near_spectrum, echo_spectrum{};
  stft_.analyse(near_, near_spectrum);
  search(near_spectrum);
  float echo[kMaxBlock]{};
  if (is_active()) cancel(near, std::span(echo, block_));
  echo_.push(std::span<const float>(echo, block_));
  if (is_active() || transparent_blocks_ == 0) stft_.analyse(echo_, echo_spectrum);
  follow(echo_spectrum, near_spectrum);
  if (is_absent_) echo_spectrum = {};
  const bool is_exact = suppress(near_spectrum, echo_spectrum, out);
  measure(echo_spectrum, out);
  return is_exact;
}

void Canceller::hear(std::span<const float> far) noexcept {
  far_.push(far);
  place_.hear(far);
  const bool is_speech = power_of(far) > kSpeechPower;
  const int reach = place_.blocks() + static_cast<int>(filter_.partitions());
  active_blocks_left_ = is_speech ? reach + kReverberationBlocks : std::max(0, active_blocks_left_ - 1);
  active_blocks_ += is_speech && active_blocks_ < kUndecidedBlocks ? 1 : 0;
}

void Canceller::search(const Spectrum& near) noexcept {
  Spectrum far;
  stft_.analyse(far_, far);
  const bool is_trusted = is_known_ && (slipping_ < kSlipping || peak_ == kNowhere);
  is_search_resting_ = is_trusted && !is_search_resting_;  // every other block
  search_.update(far, near, is_active() && !is_search_resting_);
  if (search_.best() < 0) return;
  if (is_trusted)
    peak_ = search_.best() * static_cast<double>(block_) - place_.start();
  else
    seat();
}

/// Puts the filter where the search found the echo.
void Canceller::seat() noexcept {
  const auto block = static_cast<double>(block_);
  const double found = search_.best() * block;
  if (is_known_ && likelihood_ < kLost) start_anew();
  if (is_known_) {  // the room is the same, its echo has jumped
    const double by = found - peak_ - place_.start();
    if (std::abs(by) < 1.5 * block) return;
    relocate(by);
    peak_ = found - place_.start();
    ++meter_.metrics.delay_changes;
    return;
  }
  const double start = place_.start();
  const double third = static_cast<double>(filter_.partitions()) / 3.0;
  const double room = block * std::clamp(third, kLeadBlocks + 1.0, kRoomBlocks);
  const bool is_within = found <= start + room && (found > start || start == 0.0);
  if (!is_within) place_.put(found - kLeadBlocks * block);
}

/// The search hears an echo of which the filter knows nothing, neither here nor elsewhere.
void Canceller::start_anew() noexcept {
  is_known_ = false;
  misfit_ = slip_extent_ = 0.0F;
  peak_ = kNowhere;
  filter_.forget();
  alignment_.reset();
}

void Canceller::cancel(std::span<const float> near, std::span<float> echo) noexcept {
  float samples[kMaxBlock];
  const std::span<float> rest(samples, block_);
  filter_.predict(echo);
  for (std::size_t i = 0; i < block_; ++i) rest[i] = near[i] - echo[i];
  filter_.adapt(rest, config_.process_noise + kMisfitNoise * misfit_);
  const float near_power = power_of(near);
  const float rest_power = power_of(rest);
  weigh(near_power, rest_power);
  const bool is_worse = rest_power > 4.0F * near_power + kLeastEchoPower;
  meter_.count_divergence(is_worse);
  if (is_worse) std::ranges::fill(echo, 0.0F);
}

void Canceller::weigh(float near_power, float rest_power) noexcept {
  near_power_ += 0.05F * (near_power - near_power_);
  rest_power_ += 0.05F * (rest_power - rest_power_);
  const bool is_reduced = active_blocks_ > 10 && rest_power_ < 0.25F * near_power_;
  if (is_reduced || (active_blocks_ >= kStartBlocks && likelihood_ > kFound)) is_known_ = true;
  is_absent_ = active_blocks_ >= kUndecidedBlocks && likelihood_ < kAbsent && !is_known_;
}

/// Whether the echo is where and as the filter expects it.
void Canceller::follow(const Spectrum& echo, const Spectrum& near) noexcept {
  slip_extent_ = 0.0F;
  if (power_of(std::span<const float>(echo_.samples + block_, block_)) < kLeastEchoPower) return;
  slip_.update(echo, near);
  const bool is_predicted = slip_.factor() > 0.3F && slip_.deviation() < 0.15F;
  likelihood_ += 0.01F * ((is_predicted ? 1.0F : 0.0F) - likelihood_);
  if (!is_known_) return;
  alignment_.update(echo, near);
  slip_extent_ = alignment_.is_ready() ? slip_.extent() : 0.0F;
  const bool was_slipping = slipping_ > kSlipping;
  slipping_ += 0.1F * (slip_extent_ - slipping_);
  if (slipping_ > kSlipping && !was_slipping) search_.doubt();
  misfit_ = alignment_.misfit();
  meter_.count_misfit(misfit_);
  settling_blocks_ = std::max(0, settling_blocks_ - 1);
  const int jump = settling_blocks_ == 0 && slipping_ > kSlipping ? alignment_.jump() : 0;
  if (jump == 0) return place_.correct(alignment_);
  shift(jump);
  ++meter_.metrics.delay_changes;
  settling_blocks_ = kSettlingBlocks;
}

void Canceller::shift(double samples) noexcept {
  const auto block = static_cast<double>(block_);
  const long before = std::lround(place_.start() / block);
  relocate(samples);
  search_.move(static_cast<int>(std::lround(place_.start() / block) - before));
}

void Canceller::relocate(double samples) noexcept {
  place_.move(samples);
  alignment_.reset();
  misfit_ = slipping_ = 0.0F;
}

void Canceller::set_delay_prior(double samples) noexcept {
  if (is_known_ || search_.best() >= 0 || !(samples >= 0.0 && samples <= place_.most())) return;
  const auto block = static_cast<double>(block_);
  const double start = std::max(0.0, std::floor(samples / block) - kHintLeadBlocks) * block;
  if (std::abs(start - place_.start()) > kHintLeadBlocks * block) place_.put(start);  // else what is learned is kept
}

bool Canceller::suppress(const Spectrum& near, const Spectrum& echo, std::span<float> out) noexcept {
  Spectrum rest;
  for (std::size_t k = 0; k <= block_; ++k) {
    rest.re[k] = near.re[k] - echo.re[k];
    rest.im[k] = near.im[k] - echo.im[k];
  }
  residual_.update(rest, echo, filter_,
                   {.is_far_active = is_active(),
                    .misfit = misfit_,
                    .slip = kSlipWeight * slip_extent_,
                    .noise = alignment_.noise()});
  const bool is_starting = is_active() && !is_known_ && active_blocks_ < kStartBlocks;
  is_absent_ ? suppressor_.pass() : suppressor_.process(rest, echo, residual_, is_starting);
  stft_.synthesise(rest, out);
  const bool has_echo = !is_absent_ && power_of(std::span<const float>(echo_.samples, 2 * block_)) > 0.0F;
  const bool is_transparent = suppressor_.is_transparent() && !has_echo;
  transparent_blocks_ = is_transparent ? std::min(transparent_blocks_ + 1, kWholeOverlap) : 0;
  const bool is_exact = transparent_blocks_ == kWholeOverlap;
  if (is_exact) std::copy_n(near_.samples, block_, out.begin());
  return meter_.metrics.is_bypassed = is_exact;
}

void Canceller::measure(const Spectrum& echo, std::span<const float> out) noexcept {
  if (!is_active()) return;
  Metrics& metrics = meter_.metrics;
  metrics.echo_likelihood = likelihood_;
  metrics.has_converged = is_known_;
  metrics.drift_ppm = static_cast<float>(place_.drift() * 1e6);
  if (!is_known_) return;
  const double delay = place_.start() + static_cast<double>(filter_.strongest());
  metrics.delay_ms = static_cast<float>(10.0 * delay / static_cast<double>(block_));
  float echo_power = 0.0F;
  for (std::size_t k = 0; k <= block_; ++k) echo_power += echo.power(k);
  constexpr float kHeard = 1e-3F;
  constexpr float kAlone = 0.2F;
  if (echo_power < kHeard || residual_.presence() > kAlone) return;
  const auto before = [&](const Blocks& blocks) { return std::span<const float>(blocks.samples, block_); };
  meter_.observe_echo(before(place_.seen()), before(near_), out);
}

}  // namespace mixminus::aec
