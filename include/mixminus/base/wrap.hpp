// Counters that wrap: RTP sequence numbers (16 bit) and timestamps (32 bit) made 64 bit, in one place.
#pragma once

#include <cstdint>
#include <type_traits>

namespace mixminus {

/// Signed distance from `from` to `to` on the circle of an unsigned type: in [-half, half).
template <typename Word>
constexpr std::make_signed_t<Word> wrapped_distance(Word from, Word to) noexcept {
  static_assert(std::is_unsigned_v<Word>);
  return static_cast<std::make_signed_t<Word>>(static_cast<Word>(to - from));
}

/// Extends a wrapping counter to 64 bit: each value is read as the one nearest to the newest before it
/// (RFC 3550 appendix A.1 counts cycles; this also takes reordering across the wrap).
template <typename Word>
class Unwrapper {
 public:
  /// The extended value; moves the reference when `value` is ahead of it.
  std::int64_t unwrap(Word value) noexcept {
    const std::int64_t extended = peek(value);
    if (!is_started_ || extended > newest_) newest_ = extended;
    is_started_ = true;
    return extended;
  }

  /// The extended value that unwrap() would return; remembers nothing.
  [[nodiscard]] std::int64_t peek(Word value) const noexcept {
    if (!is_started_) return value;
    return newest_ + wrapped_distance(static_cast<Word>(newest_), value);
  }

  /// The largest value that unwrap() has returned; 0 before the first.
  [[nodiscard]] std::int64_t newest() const noexcept { return newest_; }

  void reset() noexcept { *this = {}; }

  /// Takes `extended` for the newest value, so that values before it need not be negative.
  void start(std::int64_t extended) noexcept {
    newest_ = extended;
    is_started_ = true;
  }

 private:
  std::int64_t newest_ = 0;
  bool is_started_ = false;
};

using SequenceUnwrapper = Unwrapper<std::uint16_t>;
using TimestampUnwrapper = Unwrapper<std::uint32_t>;

}  // namespace mixminus
