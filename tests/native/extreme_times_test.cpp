// No time that a caller can give overflows; UndefinedBehaviorSanitizer watches.
#include <cstdio>

#include "site.hpp"

int main() {
  mixminus::conference::Conference host;
  if (host.configure({.capacity = 2, .threads = 1}) != mixminus::Status::ok) return 1;
  std::array<native::Site, 2> sites;
  for (native::Site& site : sites)
    if (!site.join(host, 0)) return 1;
  std::uint32_t sent = 0;
  for (const std::int64_t jump_ns : {INT64_MIN, INT64_MAX, INT64_MIN, std::int64_t{0}, INT64_MAX}) {
    for (const std::uint32_t end = sent + 300; sent < end; ++sent) {  // playing, with reports, before each jump
      for (native::Site& site : sites) site.send(host, sent);
      host.tick(sent * native::kTickNs);
    }
    for (int burst = 0; burst < 3; ++burst, ++sent)  // waiting when the clock jumps
      for (native::Site& site : sites) site.send(host, sent);
    for (int tick = 0; tick < 5; ++tick) host.tick(jump_ns);
  }
  mixminus::conference::LegStatistics statistics;
  if (host.statistics(sites[0].id(), statistics) != mixminus::Status::ok) return 1;
  std::printf("sent %llu\n", static_cast<unsigned long long>(statistics.packets_sent));
  return statistics.packets_sent == 5 * 305 ? 0 : 1;
}
