// Fails when conferences joined by trunks allocate: voices and hellos in a ring, a chair, a trunk that is cut.
#include <array>
#include <cstdio>

#include "malloc_counter.hpp"
#include "site.hpp"

using mixminus::Status;
using native::Site;
namespace conference = mixminus::conference;
namespace mix = mixminus::mix;

static constexpr std::uint32_t kWarmTicks = 100;
static constexpr std::uint32_t kTicks = 1000;
static constexpr std::size_t kConferences = 3;

struct Ring {
  std::array<conference::Conference, kConferences> hosts;
  std::array<conference::LegId, kConferences> to_next;
  std::array<conference::LegId, kConferences> to_last;
  std::array<std::array<Site, 4>, kConferences> sites;
  std::uint64_t packets = 0;
  std::uint64_t reports = 0;

  bool set_up() {
    const conference::LegConfig trunk{.codec = native::codec_of(0), .role = mix::Role::trunk};
    for (std::size_t i = 0; i < kConferences; ++i) {
      const auto id = static_cast<std::uint32_t>(i + 1);
      const Status status =
          hosts[i].configure({.capacity = 24, .loudest = 3, .threads = 1 + static_cast<int>(i % 2), .id = id});
      if (status != Status::ok || hosts[i].add_leg(trunk, {}, to_next[i]) != Status::ok ||
          hosts[i].add_leg(trunk, {}, to_last[i]) != Status::ok)
        return false;
      for (std::uint32_t site = 0; site < sites[i].size(); ++site)
        if (!sites[i][site].join(hosts[i], site)) sites[i][site].join(hosts[i], 0);
    }
    return true;
  }

  void carry(std::size_t from, conference::LegId end, std::size_t to, conference::LegId far_end, std::int64_t now_ns,
             bool is_up) noexcept {
    for (; !hosts[from].packet(end).empty(); hosts[from].take_packet(end), ++packets)
      if (is_up) hosts[to].receive(far_end, hosts[from].packet(end), now_ns);
    for (; !hosts[from].report(end).empty(); hosts[from].take_report(end), ++reports)
      if (is_up) hosts[to].receive(far_end, hosts[from].report(end), now_ns);
  }

  void run(std::uint32_t begin, std::uint32_t end) noexcept {
    for (std::uint32_t tick = begin; tick < end; ++tick) {
      const std::int64_t now_ns = tick * native::kTickNs;
      for (std::size_t i = 0; i < kConferences; ++i) {
        for (std::uint32_t site = 0; site < sites[i].size(); ++site)
          if ((tick / 40 + site + i) % 4 < 2) sites[i][site].send(hosts[i], tick);
        const conference::TalkerId talker = hosts[i].talker_at(sites[i][tick / 60 % 4].id().slot);
        if (tick % 60 == 0) hosts[i].give_floor(tick / 60 % 2 == 0 ? talker : conference::TalkerId{});
        if (tick % 90 == 0) hosts[i].lecture(tick / 90 % 2 == 0 ? talker : conference::TalkerId{});
        hosts[i].tick(now_ns);
        for (const Site& site : sites[i])
          for (; !hosts[i].packet(site.id()).empty();) hosts[i].take_packet(site.id());
      }
      for (std::size_t i = 0; i < kConferences; ++i) {
        const std::size_t next = (i + 1) % kConferences;
        const bool is_up = i > 0 || tick / 100 % 2 == 0;
        carry(i, to_next[i], next, to_last[next], now_ns, is_up);
        carry(next, to_last[next], i, to_next[i], now_ns, is_up);
      }
    }
  }
};

int main() {
  Ring ring;
  bool is_set_up = false;
  const int at_set_up = malloc_counter::allocations_of([&] { is_set_up = ring.set_up(); });
  if (!is_set_up || at_set_up == 0) return 1;
  ring.run(0, kWarmTicks);
  const int count = malloc_counter::allocations_of([&] { ring.run(kWarmTicks, kTicks); });
  const auto packets = static_cast<unsigned long long>(ring.packets);
  std::printf("allocations of a ring of conferences: %d, %llu packets on trunks\n", count, packets);
  return count == 0 && ring.packets > kTicks && ring.reports > kTicks / 2 ? 0 : 1;
}
