// Correlation coarse, then fine.
#include "mixminus/jitter/period_search.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/table.hpp"

namespace mixminus::jitter {

namespace {
constexpr std::size_t kCoarseRateHz = 8000;
}

void PeriodSearch::configure(std::int32_t sample_rate_hz, std::size_t max_samples) {
  assert(sample_rate_hz >= 8000 && sample_rate_hz <= 48000);
  decimation_ = static_cast<std::size_t>(sample_rate_hz) / kCoarseRateHz;
  coarse_.assign(max_samples / decimation_, 0);
}

Likeness PeriodSearch::before(std::span<const std::int16_t> signal, std::size_t at, std::size_t length,
                              Lags lags) noexcept {
  assert(lags.most <= at && at + length <= signal.size());
  return search(signal, at, length, lags, Side::before);
}

Likeness PeriodSearch::after(std::span<const std::int16_t> signal, std::size_t length, Lags lags) noexcept {
  assert(lags.most + length <= signal.size());
  return search(signal, 0, length, lags, Side::after);
}

Likeness PeriodSearch::search(std::span<const std::int16_t> signal, std::size_t at, std::size_t length, Lags lags,
                              Side side) noexcept {
  // whole coarse samples, counted from the template, so that it begins with one
  const std::size_t skipped = at % decimation_;
  decimate(signal.subspan(skipped));
  const Lags coarse_lags{std::max<std::size_t>(lags.least / decimation_, 1), lags.most / decimation_};
  const Match coarse = best_of(coarse_.data() + at / decimation_, length / decimation_, coarse_lags, side);
  if (coarse.score <= 0.0F) return {};
  const std::size_t centre = coarse.lag * decimation_;
  const Lags fine_lags{std::max(centre - (decimation_ - 1), lags.least),
                       std::min(centre + (decimation_ - 1), lags.most)};
  const Match fine = best_of(signal.data() + at, length, fine_lags, side);
  if (fine.score <= 0.0F) return {};
  return {fine.lag, std::sqrt(fine.score), fine.mismatch};
}

PeriodSearch::Match PeriodSearch::best_of(const std::int16_t* at, std::size_t length, Lags lags, Side side) noexcept {
  const kernels::Table& kernels = kernels::active();
  const auto own = static_cast<float>(kernels.energy(at, length) + 1);
  Match best;
  for (std::size_t lag = lags.least; lag <= lags.most; ++lag) {
    const std::int16_t* const other = side == Side::before ? at - lag : at + lag;
    const auto product = static_cast<float>(kernels.dot_product(at, other, length));
    if (product <= 0.0F) continue;
    const auto energy = static_cast<float>(kernels.energy(other, length) + 1);
    const float score = (product / own) * (product / energy);
    if (score > best.score) best = {lag, score, own + energy - 2.0F * product};
  }
  return best;
}

void PeriodSearch::decimate(std::span<const std::int16_t> signal) noexcept {
  const std::size_t count = std::min(signal.size() / decimation_, coarse_.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < decimation_; ++k) sum += signal[i * decimation_ + k];
    coarse_[i] = static_cast<std::int16_t>(sum / static_cast<std::int32_t>(decimation_));
  }
}

}  // namespace mixminus::jitter
