// What every fuzz target of a packet parser checks.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "mixminus/base/packet_view.hpp"

namespace fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// A view may point anywhere when it is empty; otherwise it lies inside `whole`.
inline bool is_inside(mixminus::Bytes whole, mixminus::Bytes part) {
  const std::less_equal<const std::uint8_t*> before;
  return part.empty() ||
         (before(whole.data(), part.data()) && before(part.data() + part.size(), whole.data() + whole.size()));
}

inline bool same(mixminus::Bytes left, mixminus::Bytes right) { return std::ranges::equal(left, right); }

}  // namespace fuzz
