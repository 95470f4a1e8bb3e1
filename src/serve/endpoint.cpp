// Socket addresses as one fixed key, and back.
#include "mixminus/serve/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace mixminus::serve {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

bool read_endpoint(const sockaddr_storage& from, std::uint32_t ssrc, Endpoint& endpoint) noexcept {
  endpoint = {.ssrc = ssrc};
  if (from.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &from, sizeof v4);
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), endpoint.address.begin());
    std::memcpy(endpoint.address.data() + kMappedPrefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
    endpoint.port = ntohs(v4.sin_port);
    return endpoint.port != 0;
  }
  if (from.ss_family != AF_INET6) return false;
  sockaddr_in6 v6;
  std::memcpy(&v6, &from, sizeof v6);
  std::memcpy(endpoint.address.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
  endpoint.port = ntohs(v6.sin6_port);
  return endpoint.port != 0;
}

socklen_t write_endpoint(const Endpoint& endpoint, int family, sockaddr_storage& to) noexcept {
  to = {};
  if (family == AF_INET6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.data(), sizeof v6.sin6_addr);
    std::memcpy(&to, &v6, sizeof v6);
    return sizeof v6;
  }
  if (!std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), endpoint.address.begin())) return 0;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  std::memcpy(&v4.sin_addr, endpoint.address.data() + kMappedPrefix.size(), sizeof v4.sin_addr);
  std::memcpy(&to, &v4, sizeof v4);
  return sizeof v4;
}

}  // namespace mixminus::serve
