// Least squares over the lower envelope.
#include "mixminus/jitter/drift_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace mixminus::jitter {

namespace {

constexpr std::int64_t kWindowNs = 2'000'000'000;
constexpr std::int64_t kStepNs = 4'000'000;  // between two windows; 1000 ppm are half of it
constexpr std::size_t kLeastPoints = 10;
constexpr double kLeastPpm = 75.0;  // less is a step of 10 ms in two minutes, and a pause hides it
constexpr double kMostPpm = 1000.0;
constexpr double kSignificance = 5.0;  // standard errors

}  // namespace

void DriftEstimator::observe(std::int64_t arrival_ns, std::int64_t transit_ns) noexcept {
  if (is_open_ && arrival_ns >= window_ends_ns_) close_window();
  if (!is_open_) {
    window_ends_ns_ = arrival_ns + kWindowNs;
    lowest_ = {arrival_ns, transit_ns};
    is_open_ = true;
  } else if (transit_ns < lowest_.transit_ns) {
    lowest_ = {arrival_ns, transit_ns};
  }
}

void DriftEstimator::close_window() noexcept {
  is_open_ = false;
  if (added_ > 0 && std::abs(lowest_.transit_ns - point(0).transit_ns) > kStepNs) added_ = 0;
  points_[added_ % kPoints] = lowest_;
  ++added_;
  fit();
}

void DriftEstimator::fit() noexcept {
  const std::size_t count = std::min(added_, kPoints);
  if (count < kLeastPoints) return;
  double mean_s = 0.0;
  double mean_us = 0.0;
  const Point& origin = point(0);
  const auto x = [&](std::size_t age) { return static_cast<double>(point(age).at_ns - origin.at_ns) * 1e-9; };
  const auto y = [&](std::size_t age) { return static_cast<double>(point(age).transit_ns - origin.transit_ns) * 1e-3; };
  for (std::size_t i = 0; i < count; ++i) {
    mean_s += x(i) / static_cast<double>(count);
    mean_us += y(i) / static_cast<double>(count);
  }
  double spread = 0.0;
  double product = 0.0;
  double energy = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    spread += (x(i) - mean_s) * (x(i) - mean_s);
    product += (x(i) - mean_s) * (y(i) - mean_us);
    energy += (y(i) - mean_us) * (y(i) - mean_us);
  }
  if (spread <= 0.0) return;
  const double slope_ppm = product / spread;  // us a second
  const double residual = std::max(energy - slope_ppm * product, 0.0);
  const double error_ppm = std::sqrt(residual / static_cast<double>(count - 2) / spread);
  const bool is_known = std::abs(slope_ppm) <= kMostPpm && std::abs(slope_ppm) >= kLeastPpm &&
                        std::abs(slope_ppm) >= kSignificance * error_ppm;
  // once it is known, it is followed as long as the line is straight
  const bool is_straight = kSignificance * error_ppm < kLeastPpm && std::abs(slope_ppm) <= kMostPpm;
  if (is_known || (drift_ppm_ != 0.0F && is_straight)) drift_ppm_ = static_cast<float>(slope_ppm);
}

}  // namespace mixminus::jitter
