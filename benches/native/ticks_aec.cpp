// Runs argv[1] ticks of an echo canceller with an echo; two runs' difference in instructions is the cost of the ticks.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "mixminus/aec/echo_canceller.hpp"

int main(int argc, char** argv) {
  const int ticks = argc > 1 ? std::atoi(argv[1]) : 10;
  constexpr int kLearning = 100;
  mixminus::aec::EchoCanceller canceller;
  if (canceller.configure({}) != mixminus::Status::ok) return 1;
  std::vector<float> far(160), near(160);
  std::uint32_t random = 1;
  for (int tick = 0; tick < kLearning + ticks; ++tick) {
    for (std::size_t i = 0; i < far.size(); ++i) {
      near[i] = 0.5F * far[i];  // of the frame before
      random = random * 1664525U + 1013904223U;
      far[i] = 0.1F * (static_cast<float>(random >> 8) * 0x1p-23F - 1.0F);
    }
    if (canceller.process(near, far, near) != mixminus::Status::ok) return 1;
  }
  return canceller.metrics().has_converged ? 0 : 1;
}
