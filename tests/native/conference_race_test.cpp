// Joins, leaves and changes between ticks: the same packets with one thread and with three, clean under
// ThreadSanitizer.
#include <cstdio>

#include "site.hpp"

using native::Site;

static constexpr std::uint32_t kSites = 9;
static constexpr std::uint32_t kTicks = 300;

// FNV-1a
static std::uint64_t digest(std::uint64_t hash, mixminus::Bytes bytes) {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3U;
  return hash;
}

static bool change(mixminus::conference::Conference& host, Site& site, std::uint32_t tick) {
  using mixminus::Status;
  switch (tick % 4) {
    case 0:
      return host.remove_leg(site.id()) == Status::ok && (site.join(host, tick / 4) || site.join(host, 0));
    case 1:
      return host.set_muted(site.id(), tick % 8 == 1) == Status::ok;
    case 2:
      return host.set_gain_db(site.id(), static_cast<float>(tick % 9) - 4.0F) == Status::ok;
    default:
      return true;
  }
}

static std::uint64_t play(std::int32_t threads) {
  mixminus::conference::Conference host;
  if (host.configure({.capacity = kSites, .loudest = 3, .threads = threads}) != mixminus::Status::ok) return 0;
  std::vector<Site> sites(kSites);
  bool is_ok = true;
  for (std::uint32_t i = 0; i < kSites; ++i) is_ok &= sites[i].join(host, i) || sites[i].join(host, 0);
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::uint32_t tick = 0; is_ok && tick < kTicks; ++tick) {
    for (std::uint32_t i = 0; i < kSites; ++i)
      if ((tick / 20 + i) % 3 < 2) sites[i].send(host, tick);
    host.tick(tick * native::kTickNs);
    for (const Site& site : sites) {
      hash = digest(hash, host.packet(site.id()));
      host.take_packet(site.id());
    }
    is_ok = change(host, sites[tick * 7 % kSites], tick);
  }
  return is_ok ? hash : 0;
}

int main() {
  const std::uint64_t one = play(1), three = play(3);
  if (one == 0 || one != three) return std::puts("three threads sent other packets than one"), 1;
  return 0;
}
