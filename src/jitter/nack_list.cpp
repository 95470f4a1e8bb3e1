// Missing numbers in order: noticed at the end, found by bisection.
#include "mixminus/jitter/nack_list.hpp"

#include <algorithm>
#include <utility>

namespace mixminus::jitter {

namespace {

constexpr std::int64_t kDefaultRoundTripNs = 100'000'000;
constexpr std::int64_t kLeastRoundTripNs = 10'000'000;  // timers at both ends are no finer
constexpr std::int64_t kMostRoundTripNs = 2'000'000'000;
constexpr std::int64_t kMostReorderingNs = 100'000'000;

}  // namespace

void NackList::configure(std::int64_t patience_ns) noexcept {
  *this = {};
  patience_ns_ = patience_ns;
  round_trip_ns_ = kDefaultRoundTripNs;
}

void NackList::reset() noexcept {
  size_ = 0;
  newest_ = kNothing;
  has_overflowed_ = false;
}

bool NackList::observe(std::int64_t number, std::int64_t arrival_ns) noexcept {
  if (newest_ == kNothing) newest_ = number;
  if (number > newest_) {
    open_gap(number, arrival_ns);
    return false;
  }
  const std::size_t index = find(number);
  if (index == size_) return false;
  const Missing found = missing_[index];
  erase(index, index + 1);
  learn(found, arrival_ns);
  return found.tries > 0;
}

void NackList::open_gap(std::int64_t number, std::int64_t arrival_ns) noexcept {
  const std::int64_t first = std::exchange(newest_, number) + 1;
  if (number - first > static_cast<std::int64_t>(kCapacity - size_)) {
    size_ = 0;
    has_overflowed_ = true;
    return;
  }
  for (std::int64_t missing = first; missing < number; ++missing)
    missing_[size_++] = {.number = missing, .noticed_ns = arrival_ns};
}

/// Sooner than any answer: it was overtaken. Else it was lost, and less waiting might have done.
void NackList::learn(const Missing& found, std::int64_t arrival_ns) noexcept {
  const bool is_answer = found.tries > 0 && arrival_ns - found.asked_ns >= round_trip_ns_ / 2;
  const std::int64_t late_ns = std::clamp<std::int64_t>(arrival_ns - found.noticed_ns, 0, kMostReorderingNs);
  if (is_answer)
    reordering_ns_ -= reordering_ns_ / 16;
  else
    reordering_ns_ = std::max(reordering_ns_ - reordering_ns_ / 16, late_ns + late_ns / 4);
}

std::size_t NackList::find(std::int64_t number) const noexcept {
  const auto end = missing_.begin() + static_cast<std::ptrdiff_t>(size_);
  const auto at = std::lower_bound(missing_.begin(), end, number,
                                   [](const Missing& each, std::int64_t wanted) { return each.number < wanted; });
  return at != end && at->number == number ? static_cast<std::size_t>(at - missing_.begin()) : size_;
}

void NackList::erase(std::size_t begin, std::size_t end) noexcept {
  std::copy(missing_.begin() + static_cast<std::ptrdiff_t>(end), missing_.begin() + static_cast<std::ptrdiff_t>(size_),
            missing_.begin() + static_cast<std::ptrdiff_t>(begin));
  size_ -= end - begin;
}

void NackList::forget_before(std::int64_t number) noexcept {
  std::size_t end = 0;
  while (end < size_ && missing_[end].number < number) ++end;
  erase(0, end);
  if (newest_ != kNothing) newest_ = std::max(newest_, number - 1);
}

/// How long after the last time, or after it was noticed, it has not failed to come.
std::int64_t NackList::patience_of(const Missing& missing) const noexcept {
  if (missing.tries == 0) return reordering_ns_;
  std::int64_t patience_ns = round_trip_ns_ + round_trip_ns_ / 4;
  for (std::int32_t i = 1; i < missing.tries; ++i) patience_ns += patience_ns / 2;
  return patience_ns;
}

bool NackList::may_be_asked(const Missing& missing, std::int64_t now_ns) const noexcept {
  return missing.tries < kMaxTries && now_ns - missing.noticed_ns <= patience_ns_ - round_trip_ns_;
}

std::size_t NackList::take(std::int64_t now_ns, std::int64_t round_trip_ns, std::span<std::uint16_t> numbers) noexcept {
  is_used_ = true;
  if (round_trip_ns > 0) round_trip_ns_ = std::clamp(round_trip_ns, kLeastRoundTripNs, kMostRoundTripNs);
  std::size_t count = 0;
  for (std::size_t i = 0; i < size_ && count < numbers.size(); ++i) {
    Missing& missing = missing_[i];
    const std::int64_t since_ns = now_ns - (missing.tries == 0 ? missing.noticed_ns : missing.asked_ns);
    if (since_ns < patience_of(missing) || !may_be_asked(missing, now_ns)) continue;
    ++missing.tries;
    missing.asked_ns = now_ns;
    numbers[count++] = static_cast<std::uint16_t>(missing.number);
  }
  return count;
}

bool NackList::is_expected(const Missing& missing, std::int64_t now_ns) const noexcept {
  if (is_used_ && may_be_asked(missing, now_ns)) return true;
  return now_ns - (missing.tries == 0 ? missing.noticed_ns : missing.asked_ns) < patience_of(missing);
}

bool NackList::is_expected(std::int64_t number, std::int64_t now_ns) const noexcept {
  const std::size_t index = find(number);
  return index < size_ && is_expected(missing_[index], now_ns);
}

bool NackList::is_any_expected(std::int64_t begin, std::int64_t end, std::int64_t now_ns) const noexcept {
  return std::any_of(missing_.begin(), missing_.begin() + static_cast<std::ptrdiff_t>(size_), [&](const Missing& each) {
    return each.number >= begin && each.number < end && is_expected(each, now_ns);
  });
}

bool NackList::take_overflow() noexcept { return std::exchange(has_overflowed_, false); }

}  // namespace mixminus::jitter
