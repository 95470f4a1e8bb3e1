// NackList: which packets are missing, and when to ask for them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"

namespace mixminus::jitter {

/// Sequence numbers that were passed over, by extended number. What packets overtake each other by is learned: so long
/// a missing one is only late. Then it is asked for (RFC 4585 section 6.2.1), again after a round trip and some, each
/// time half as long again, until it is pointless. Times are within base/time.hpp; fixed memory, bounded work.
class MIXMINUS_API NackList {
 public:
  static constexpr std::size_t kCapacity = 256;  ///< with more missing, asking costs more than a key frame
  static constexpr std::int32_t kMaxTries = 6;

  /// What takes longer than `patience_ns` from the gap to the answer is not asked for.
  void configure(std::int64_t patience_ns) noexcept;

  /// A packet came. True: it had been asked for.
  bool observe(std::int64_t number, std::int64_t arrival_ns) noexcept;

  /// Writes those to ask for at `now_ns`, ascending, and returns how many. `round_trip_ns` of 0: not known.
  std::size_t take(std::int64_t now_ns, std::int64_t round_trip_ns, std::span<std::uint16_t> numbers) noexcept;

  /// Whether this one is missing and may still come, by itself or because it was or will be asked for.
  [[nodiscard]] bool is_expected(std::int64_t number, std::int64_t now_ns) const noexcept;
  /// The same of any in [begin, end).
  [[nodiscard]] bool is_any_expected(std::int64_t begin, std::int64_t end, std::int64_t now_ns) const noexcept;

  void forget_before(std::int64_t number) noexcept;  ///< they can no longer be used
  void reset() noexcept;                             ///< another stream; what the network does stays known

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::int64_t reordering_ns() const noexcept { return reordering_ns_; }
  /// Whether a gap was larger than the list, which was given up: only a key frame helps. Says so once.
  bool take_overflow() noexcept;

 private:
  struct Missing {
    std::int64_t number = 0;
    std::int64_t noticed_ns = 0;
    std::int64_t asked_ns = 0;  // the last time
    std::int32_t tries = 0;
  };

  void open_gap(std::int64_t number, std::int64_t arrival_ns) noexcept;
  void learn(const Missing& found, std::int64_t arrival_ns) noexcept;
  void erase(std::size_t begin, std::size_t end) noexcept;
  [[nodiscard]] std::size_t find(std::int64_t number) const noexcept;
  [[nodiscard]] std::int64_t patience_of(const Missing& missing) const noexcept;
  [[nodiscard]] bool may_be_asked(const Missing& missing, std::int64_t now_ns) const noexcept;
  [[nodiscard]] bool is_expected(const Missing& missing, std::int64_t now_ns) const noexcept;

  std::array<Missing, kCapacity> missing_{};  // ascending
  std::size_t size_ = 0;
  std::int64_t newest_ = kNothing;
  std::int64_t patience_ns_ = 1'000'000'000;
  std::int64_t round_trip_ns_ = 0;
  std::int64_t reordering_ns_ = 0;
  bool is_used_ = false;  // somebody takes what is due
  bool has_overflowed_ = false;

  static constexpr std::int64_t kNothing = INT64_MIN;
};

}  // namespace mixminus::jitter
