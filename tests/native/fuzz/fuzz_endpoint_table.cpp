// Any sequence of insert, erase and find: EndpointTable equals a std::map, or says that it is full.
#include <cstdlib>
#include <map>

#include "mixminus/serve/endpoint_table.hpp"

using mixminus::serve::Endpoint;

static Endpoint endpoint_of(std::uint8_t byte) {
  Endpoint endpoint{.port = static_cast<std::uint16_t>(byte & 3), .ssrc = byte & 0x3CU};
  endpoint.address[15] = static_cast<std::uint8_t>(byte & 0xC0);
  return endpoint;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kCapacity = 40;
  mixminus::serve::EndpointTable table;
  if (table.configure(kCapacity, size) != mixminus::Status::ok) std::abort();
  std::map<std::uint8_t, std::int32_t> expected;
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    const Endpoint endpoint = endpoint_of(data[i + 1]);
    const auto found = expected.find(data[i + 1]);
    if (table.find(endpoint) != (found == expected.end() ? -1 : found->second)) std::abort();
    if (data[i] % 3 == 0) {
      table.erase(endpoint);
      expected.erase(data[i + 1]);
      continue;
    }
    const bool fits = found != expected.end() || expected.size() < kCapacity;
    if ((table.insert(endpoint, data[i]) == mixminus::Status::ok) != fits) std::abort();
    if (fits) expected[data[i + 1]] = data[i];
  }
  if (table.size() != static_cast<std::int32_t>(expected.size())) std::abort();
  for (const auto& [byte, value] : expected)
    if (table.find(endpoint_of(byte)) != value) std::abort();
  return 0;
}
