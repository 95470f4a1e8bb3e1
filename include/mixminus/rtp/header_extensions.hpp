// Header extension elements, RFC 8285, and the audio levels that travel in them, RFC 6464 and RFC 6465.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/rtp/packet.hpp"

namespace mixminus::rtp {

/// RFC 8285 sections 4.2 and 4.3; the value is what Header::extension_profile says.
enum class ElementForm : std::uint16_t {
  one_byte = 0xBEDE,  ///< ids 1..14, 1..16 bytes
  two_byte = 0x1000,  ///< ids 1..255, 0..255 bytes; readers ignore the lowest 4 bits of the profile
};

struct Element {
  std::uint8_t id = 0;  ///< as negotiated, never 0
  Bytes data;
};

/// Walks the elements of one packet in order; as many steps as there are bytes, at most.
class MIXMINUS_API ElementReader {
 public:
  explicit ElementReader(const PacketView& packet) noexcept;

  /// False at the end: none is left, the rest is reserved (id 15, section 4.2), or is_malformed().
  bool next(Element& element) noexcept;

  /// An element reached beyond the extension. What came before it was good.
  [[nodiscard]] bool is_malformed() const noexcept { return is_malformed_; }

 private:
  bool read_head(Element& element, std::size_t& data_bytes) noexcept;

  Bytes rest_;
  bool is_two_byte_;
  bool is_malformed_ = false;
};

/// The first element with `id`; false when there is none.
MIXMINUS_API bool find_element(const PacketView& packet, std::uint8_t id, Element& element) noexcept;

/// Writes elements into a buffer of the caller's and pads them to whole words.
class MIXMINUS_API ElementWriter {
 public:
  ElementWriter(ElementForm form, std::span<std::uint8_t> out) noexcept : form_(form), out_(out) {}

  /// False, and nothing written: this form has no such id or size, or there is no room.
  bool add(std::uint8_t id, Bytes data) noexcept;

  /// What goes into Header::extension; points into the buffer.
  [[nodiscard]] Bytes body() const noexcept { return out_.first(size_bytes_); }
  [[nodiscard]] std::uint16_t profile() const noexcept { return static_cast<std::uint16_t>(form_); }

 private:
  ElementForm form_;
  std::span<std::uint8_t> out_;
  std::size_t size_bytes_ = 0;     ///< with padding
  std::size_t padding_bytes_ = 0;  ///< which the next element overwrites
};

inline constexpr std::int32_t kSilenceDbov = -127;  ///< lowest level of both RFCs

/// What a client says about its own packet, RFC 6464 section 3.
struct AudioLevel {
  std::int8_t level_dbov = kSilenceDbov;  ///< 0..-127
  bool voice = false;                     ///< the V bit
};

MIXMINUS_API bool find_audio_level(const PacketView& packet, std::uint8_t id, AudioLevel& level) noexcept;
MIXMINUS_API bool add_audio_level(ElementWriter& writer, std::uint8_t id, AudioLevel level) noexcept;

/// A contributing source and how loud it is in the mix.
struct SourceLevel {
  std::uint32_t ssrc = 0;
  std::int8_t level_dbov = kSilenceDbov;
};

/// What a mixer says about its CSRCs, RFC 6465 section 3: one level each, in their order. Returns how many were
/// written; 0 when there is no such element, or it does not hold exactly one level for each CSRC.
MIXMINUS_API std::size_t find_mixer_levels(const PacketView& packet, std::uint8_t id,
                                           std::span<SourceLevel, kMaxCsrcs> levels) noexcept;

/// `levels_dbov` in the order of Header::csrcs, 1..kMaxCsrcs of them.
MIXMINUS_API bool add_mixer_levels(ElementWriter& writer, std::uint8_t id,
                                   std::span<const std::int8_t> levels_dbov) noexcept;

/// Rounds to what the wire can say, 0..-127; what is no number becomes kSilenceDbov.
MIXMINUS_API std::int8_t wire_level_dbov(float level_dbov) noexcept;

}  // namespace mixminus::rtp
