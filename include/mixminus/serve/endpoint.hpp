// Endpoint: where a site sends from, which is where it is answered (symmetric RTP, RFC 4961).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

#include "mixminus/base/export.hpp"

namespace mixminus::serve {

/// An UDP address and the SSRC that comes from it: one site may send several streams from one port.
struct Endpoint {
  std::array<std::uint8_t, 16> address{};  ///< IPv6, or IPv4 mapped into it (RFC 4291 section 2.5.5.2)
  std::uint16_t port = 0;                  ///< host order
  std::uint32_t ssrc = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// The address to send to, in the form that a socket of `family` takes. 0: that family cannot reach it.
MIXMINUS_API socklen_t write_endpoint(const Endpoint& endpoint, int family, sockaddr_storage& to) noexcept;

/// False when `from` is neither IPv4 nor IPv6, or has port 0, where nobody can be answered.
MIXMINUS_API bool read_endpoint(const sockaddr_storage& from, std::uint32_t ssrc, Endpoint& endpoint) noexcept;

}  // namespace mixminus::serve
