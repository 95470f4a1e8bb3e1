// TalkerId: who somebody is, wherever in a cascade of conferences he is heard.
#pragma once

#include <cstdint>

namespace mixminus::conference {

/// The conference where a talker is a leg, and his number there, which is given to nobody else.
struct TalkerId {
  std::uint32_t conference = 0;
  std::uint32_t number = 0;  ///< from 1; 0: nobody
  [[nodiscard]] bool is_somebody() const noexcept { return number != 0; }
  friend bool operator==(const TalkerId&, const TalkerId&) = default;
};

}  // namespace mixminus::conference
