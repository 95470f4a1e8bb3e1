// A ring of the sources heard of last, found through the table.
#include "mixminus/serve/probation.hpp"

#include <new>

namespace mixminus::serve {

Status Probation::configure(std::int32_t capacity, std::uint64_t hash_key) noexcept try {
  const Status status = table_.configure(capacity, hash_key);
  if (status != Status::ok) return status;
  candidates_.assign(static_cast<std::size_t>(capacity), Candidate{});
  next_ = 0;
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

bool Probation::passes(const Endpoint& source, std::uint16_t sequence_number) noexcept {
  if (candidates_.empty()) return false;
  const std::int32_t found = table_.find(source);
  const std::size_t index = found < 0 ? next_ : static_cast<std::size_t>(found);
  Candidate& candidate = candidates_[index];
  const bool is_next = found >= 0 && candidate.expected == sequence_number;
  if (found < 0) {
    table_.erase(candidate.source);
    (void)table_.insert(source, static_cast<std::int32_t>(index));  // there is room: one went
    next_ = (next_ + 1) % candidates_.size();
  }
  candidate = {source, static_cast<std::uint16_t>(sequence_number + 1)};
  return is_next;
}

}  // namespace mixminus::serve
