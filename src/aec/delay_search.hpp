// DelaySearch: by how many blocks the near end follows the far end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "aec/spectrum.hpp"

namespace mixminus::aec {

class DelaySearch {
 public:
  void configure(std::size_t lags, std::size_t bins);
  void reset() noexcept;
  /// Spectra of the newest window of each end.
  void update(const Spectrum& far, const Spectrum& near, bool is_far_active) noexcept;

  [[nodiscard]] int best() const noexcept { return best_; }       // -1: none found
  [[nodiscard]] float score(std::size_t lag) const noexcept { return scores_[lag]; }
  [[nodiscard]] float seen() const noexcept { return seen_; }

  static constexpr std::size_t kFirstBin = 4;
  static constexpr std::size_t kSearched = 80;
  static constexpr std::size_t kSlices = 4;

 private:
  struct Band {
    float re[kSearched]{};
    float im[kSearched]{};
  };
  void whiten(const Spectrum& in, float* mean, Band& out) const noexcept;

  std::size_t lags_ = 0;
  std::size_t used_ = 0;
  std::vector<Band> far_{};
  std::vector<Band> c_{};
  std::vector<float> scores_{};
  std::vector<float> counts_{};
  std::size_t head_ = 0;
  std::size_t slice_ = 0;
  float far_mean_[kSearched]{};
  float near_mean_[kSearched]{};
  float seen_ = 0.0F;
  int best_ = -1;
  int candidate_ = -1;
  int streak_ = 0;
};

}  // namespace mixminus::aec
