// Fails when moving datagrams between a socket and a conference allocates.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "malloc_counter.hpp"
#include "mixminus/rtp/packet.hpp"
#include "mixminus/serve/switchboard.hpp"

using mixminus::Status;
namespace conference = mixminus::conference;
namespace serve = mixminus::serve;

static constexpr std::int64_t kTickNs = 20'000'000;
static constexpr std::uint32_t kSites = 8;

static int open_socket(sockaddr_in& bound) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  bound = {};
  bound.sin_family = AF_INET;
  bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof bound;
  const bool is_open = descriptor >= 0 && bind(descriptor, reinterpret_cast<sockaddr*>(&bound), bytes) == 0 &&
                       getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &bytes) == 0;
  return is_open ? descriptor : -1;
}

struct Client {
  int descriptor = -1;
  std::uint32_t ssrc = 0;
  std::uint64_t answers = 0;

  void send(const sockaddr_in& server, std::uint32_t tick) {
    std::uint8_t packet[172] = {};
    (void)mixminus::rtp::write_header(
        {.ssrc = ssrc, .sequence_number = static_cast<std::uint16_t>(tick), .rtp_timestamp = tick * 160}, packet);
    (void)sendto(descriptor, packet, sizeof packet, 0, reinterpret_cast<const sockaddr*>(&server), sizeof server);
  }

  void receive() {
    std::uint8_t packet[2048];
    while (recv(descriptor, packet, sizeof packet, 0) > 0) ++answers;
  }
};

int main() {
  sockaddr_in server{}, own{};
  const int listening = open_socket(server);
  conference::Conference host;
  serve::Switchboard board;
  if (listening < 0 || host.configure({.capacity = kSites, .threads = 1}) != Status::ok ||
      board.configure(listening, kSites, 1) != Status::ok)
    return std::puts("cannot be set up"), 1;
  std::vector<Client> clients(kSites + 1);  // one more than fits stays a stranger
  for (std::uint32_t i = 0; i < clients.size(); ++i) clients[i] = {open_socket(own), 100 + i, 0};

  const auto tick = [&](std::uint32_t index) {
    for (Client& client : clients) client.send(server, index);
    const auto strangers = board.receive(host, index * kTickNs, 0);
    host.tick(index * kTickNs);
    board.send(host);
    for (Client& client : clients) client.receive();
    return strangers;
  };
  for (std::uint32_t index = 0; index < 10; ++index) {
    for (const serve::Stranger& stranger : tick(index)) {
      conference::LegId leg;
      const conference::LegConfig config{.codec = {.kind = mixminus::codec::Kind::pcmu, .sample_rate_hz = 8'000}};
      if (host.add_leg(config, {}, leg) == Status::ok) (void)board.connect(stranger.endpoint, leg, index * kTickNs);
    }
  }
  for (Client& client : clients) client.answers = 0;
  const int count = malloc_counter::allocations_of([&] {
    for (std::uint32_t index = 10; index < 510; ++index) (void)tick(index);
  });
  bool is_answered = clients.back().answers == 0;
  for (std::uint32_t i = 0; i < kSites; ++i) is_answered &= clients[i].answers == 500;
  for (const Client& client : clients) close(client.descriptor);
  close(listening);
  std::printf("allocations of a switchboard in 500 ticks: %d%s\n", count, is_answered ? "" : ", but not all answered");
  return count == 0 && is_answered ? 0 : 1;
}
