// A C++ server of one leg: a packet in, a packet out.
#include <mixminus/conference/conference.hpp>

int main() {
  using namespace mixminus;
  conference::Conference conference;
  conference::LegId leg;
  if (conference.configure({.capacity = 4}) != Status::ok) return 1;
  if (conference.add_leg({.codec = {.kind = codec::Kind::pcmu, .sample_rate_hz = 8000}}, {}, leg) != Status::ok)
    return 1;
  conference.tick(0);
  return conference.packet(leg).size() == 12 + 160 ? 0 : 1;
}
