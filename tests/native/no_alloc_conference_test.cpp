// Fails when a whole conference allocates between joins: receiving, ticks, and the taking of packets and reports.
#include <cstdio>

#include "malloc_counter.hpp"
#include "site.hpp"

using mixminus::Status;
using native::Site;

static constexpr std::uint32_t kWarmTicks = 50;
static constexpr std::uint32_t kTicks = 1500;  // half a minute: each leg reports, and so does each site

struct Sent {
  std::uint64_t packets = 0;
  std::uint64_t reports = 0;
};

// Every site talks half of the time, so legs move between shared and own encoders and displace each other. A
// quarter has its echo cancelled.
static void run(mixminus::conference::Conference& host, std::vector<Site>& sites, std::uint32_t begin,
                std::uint32_t end, Sent& sent) {
  for (std::uint32_t tick = begin; tick < end; ++tick) {
    for (std::uint32_t i = 0; i < sites.size(); ++i)
      if ((tick / 40 + i) % 4 < 2) sites[i].send(host, tick);
    host.tick(tick * native::kTickNs);
    for (const Site& site : sites) {
      for (; !host.packet(site.id()).empty(); host.take_packet(site.id())) ++sent.packets;
      for (; !host.report(site.id()).empty(); host.take_report(site.id())) ++sent.reports;
    }
  }
}

static int allocations_with(std::int32_t threads) {
  mixminus::conference::Conference host;
  Status status{};
  const int at_set_up = malloc_counter::allocations_of(
      [&] { status = host.configure({.capacity = 12, .loudest = 3, .threads = threads}); });
  if (status != Status::ok || at_set_up == 0) return -1;  // the library's allocations are counted too
  std::vector<Site> sites(12);
  for (std::uint32_t i = 0; i < sites.size(); ++i)
    if (!sites[i].join(host, i)) sites[i].join(host, 0);  // a build without that codec
  Sent sent;
  run(host, sites, 0, kWarmTicks, sent);
  const int count = malloc_counter::allocations_of([&] { run(host, sites, kWarmTicks, kTicks, sent); });
  const bool is_busy = sent.packets == sites.size() * kTicks && sent.reports >= 3 * sites.size();
  return is_busy && host.distinct_mixes() > 1 ? count : -1;
}

int main() {
  int worst = 0;
  for (const std::int32_t threads : {1, 2}) {
    const int count = allocations_with(threads);
    std::printf("allocations of a conference with %d threads: %d\n", threads, count);
    worst = count == 0 ? worst : 1;
  }
  return worst;
}
