// Runs argv[1] ticks of a mixer with 162 legs; two runs' difference in instructions is the cost of the ticks.
#include <algorithm>
#include <cstdlib>

#include "mixminus/mix/mixer.hpp"

int main(int argc, char** argv) {
  const int ticks = argc > 1 ? std::atoi(argv[1]) : 10;
  mixminus::mix::Mixer mixer;
  if (mixer.configure({.capacity = 162, .selection = {.places = 5}}) != mixminus::Status::ok) return 1;
  std::int32_t slot = 0;
  for (int leg = 0; leg < 162; ++leg) {
    if (mixer.add({}, slot) != mixminus::Status::ok) return 1;
    std::ranges::fill(mixer.frame(slot), static_cast<std::int16_t>(leg));
  }
  int mixes = 0;
  for (int tick = 0; tick < ticks; ++tick) mixes = mixer.tick();
  return mixes == 6 ? 0 : 1;
}
