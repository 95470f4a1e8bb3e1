// DelaySearch: by how many blocks the near end follows the far end.
#pragma once

#include <cstddef>
#include <vector>

#include "aec/spectrum.hpp"
#include "kernels/table.hpp"
#include "mixminus/base/export.hpp"

namespace mixminus::aec {

/// The coherence of both ends at every delay in question, averaged over some 0.6 s of whitened spectra (the
/// generalised cross-correlation of Knapp & Carter 1976, kept per bin so that chance shows as the square of one
/// over the averages). A quarter of the delays is looked at in each block.
class MIXMINUS_API DelaySearch {
 public:
  void configure(std::size_t lags, std::size_t bins);  ///< allocates
  void reset() noexcept;

  /// Spectra of the newest blocks of each end.
  void update(const Spectrum& far, const Spectrum& near, bool is_far_active) noexcept;

  /// What was heard so far is perhaps no longer true.
  void doubt() noexcept;

  /// The echo comes that many blocks later, and the search is told.
  void move(int blocks) noexcept;

  [[nodiscard]] int best() const noexcept { return best_; }                         ///< blocks; -1: none stands out
  [[nodiscard]] std::span<const float> scores() const noexcept { return scores_; }  ///< 0..1 of each delay

 private:
  static constexpr std::size_t kBins = 40;  // from 200 Hz on: 2 kHz
  struct Band {
    float re[kBins]{};
    float im[kBins]{};
  };
  void whiten(const Spectrum& in, float* mean, Band& out) const noexcept;
  void correlate(const Band& near) noexcept;
  void elect() noexcept;

  const kernels::Table* kernels_ = nullptr;
  std::size_t bins_ = 0;
  std::vector<Band> far_{};  // ring
  std::vector<Band> sums_{};
  std::vector<float> weights_{};
  std::vector<float> scores_{};
  std::size_t head_ = 0;
  std::size_t slice_ = 0;
  float far_mean_[kBins]{};
  float near_mean_[kBins]{};
  int best_ = -1;
  int candidate_ = -1;
  int streak_ = 0;
};

}  // namespace mixminus::aec
