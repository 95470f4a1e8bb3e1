#include "mixminus/aec/echo_canceller.hpp"

#include <algorithm>

namespace mixminus::aec {

struct EchoCanceller::State {
  Config config{};
};

EchoCanceller::EchoCanceller() noexcept = default;
EchoCanceller::~EchoCanceller() = default;
EchoCanceller::EchoCanceller(EchoCanceller&&) noexcept = default;
EchoCanceller& EchoCanceller::operator=(EchoCanceller&&) noexcept = default;

Status EchoCanceller::configure(const Config& config) noexcept {
  state_ = std::make_unique<State>(config);
  return Status::ok;
}
Status EchoCanceller::process(std::span<const float> near_end, std::span<const float> far_end,
                              std::span<float> out) noexcept {
  if (near_end.size() != out.size() || far_end.size() != out.size()) return Status::shape_mismatch;
  std::ranges::copy(near_end, out.begin());
  return Status::ok;
}
Status EchoCanceller::process(std::span<const std::int16_t> near_end, std::span<const std::int16_t> far_end,
                              std::span<std::int16_t> out) noexcept {
  if (near_end.size() != out.size() || far_end.size() != out.size()) return Status::shape_mismatch;
  std::ranges::copy(near_end, out.begin());
  return Status::ok;
}
Status EchoCanceller::skip(std::span<const std::int16_t> far_end) noexcept {
  return far_end.empty() ? Status::shape_mismatch : Status::ok;
}
void EchoCanceller::near_end_shifted(std::int64_t /*samples*/) noexcept {}
void EchoCanceller::set_delay_prior_ms(float /*delay_ms*/) noexcept {}
Metrics EchoCanceller::metrics() const noexcept { return {}; }
std::int32_t EchoCanceller::delay_samples() const noexcept { return 0; }
void EchoCanceller::reset() noexcept {}

}  // namespace mixminus::aec
