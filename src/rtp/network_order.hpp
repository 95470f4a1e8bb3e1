// Big-endian words in byte strings; the caller has checked the bounds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mixminus::rtp {

template <typename Word>
Word load(const std::uint8_t* from) noexcept {
  Word word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) word = static_cast<Word>(word << 8 | from[i]);
  return word;
}

inline std::uint16_t load16(const std::uint8_t* from) noexcept { return load<std::uint16_t>(from); }
inline std::uint32_t load32(const std::uint8_t* from) noexcept { return load<std::uint32_t>(from); }
inline std::uint64_t load64(const std::uint8_t* from) noexcept { return load<std::uint64_t>(from); }

/// Writes the lowest `bytes` of `value`; returns where the next field goes.
inline std::uint8_t* store(std::uint8_t* to, std::uint64_t value, std::size_t bytes) noexcept {
  for (std::size_t i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
  return to + bytes;
}

inline std::uint8_t* store8(std::uint8_t* to, std::size_t value) noexcept { return store(to, value, 1); }
inline std::uint8_t* store16(std::uint8_t* to, std::size_t value) noexcept { return store(to, value, 2); }
inline std::uint8_t* store32(std::uint8_t* to, std::uint32_t value) noexcept { return store(to, value, 4); }
inline std::uint8_t* store64(std::uint8_t* to, std::uint64_t value) noexcept { return store(to, value, 8); }

}  // namespace mixminus::rtp
