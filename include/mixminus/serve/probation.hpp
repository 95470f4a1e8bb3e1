// Probation: a source is believed when two of its packets have come in sequence (RFC 3550 A.1).
#pragma once

#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/serve/endpoint.hpp"
#include "mixminus/serve/endpoint_table.hpp"

namespace mixminus::serve {

/// A quarter of all random datagrams look like RTP; without this each of them would be a new site. The
/// oldest sources are forgotten when there are more than the capacity.
class MIXMINUS_API Probation {
 public:
  Status configure(std::int32_t capacity, std::uint64_t hash_key) noexcept;

  /// Whether this packet follows the last one of the same source.
  bool passes(const Endpoint& source, std::uint16_t sequence_number) noexcept;

 private:
  struct Candidate {
    Endpoint source{};
    std::uint16_t expected = 0;
  };

  EndpointTable table_;
  std::vector<Candidate> candidates_;
  std::size_t next_ = 0;  // the one to be forgotten
};

}  // namespace mixminus::serve
