// RFC 8285 elements and their audio levels.
#include "mixminus/rtp/header_extensions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mixminus::rtp {
namespace {

constexpr std::uint16_t kTwoByteMask = 0xFFF0;  // the rest is "appbits", RFC 8285 section 4.3
constexpr std::uint8_t kReservedId = 15;
constexpr std::size_t kMaxOneByteData = 16;
constexpr std::size_t kMaxTwoByteData = 255;
constexpr std::uint8_t kVoiceBit = 0x80;
constexpr std::uint8_t kLevelMask = 0x7F;

bool is_two_byte(std::uint16_t profile) noexcept {
  return (profile & kTwoByteMask) == static_cast<std::uint16_t>(ElementForm::two_byte);
}

bool has_elements(std::uint16_t profile) noexcept {
  return profile == static_cast<std::uint16_t>(ElementForm::one_byte) || is_two_byte(profile);
}

bool fits_form(ElementForm form, std::uint8_t id, std::size_t data_bytes) noexcept {
  if (form == ElementForm::two_byte) return id != 0 && data_bytes <= kMaxTwoByteData;
  return id != 0 && id < kReservedId && data_bytes != 0 && data_bytes <= kMaxOneByteData;
}

std::int8_t level_dbov(std::uint8_t byte) noexcept { return static_cast<std::int8_t>(-(byte & kLevelMask)); }

std::uint8_t level_byte(std::int8_t level_dbov) noexcept {
  return static_cast<std::uint8_t>(-std::clamp<std::int32_t>(level_dbov, kSilenceDbov, 0));
}

}  // namespace

ElementReader::ElementReader(const PacketView& packet) noexcept
    : rest_(has_elements(packet.extension_profile) ? packet.extension : Bytes{}),
      is_two_byte_(is_two_byte(packet.extension_profile)) {}

bool ElementReader::read_head(Element& element, std::size_t& data_bytes) noexcept {
  const std::uint8_t first = rest_[0];
  rest_ = rest_.subspan(1);
  if (is_two_byte_) {
    is_malformed_ = rest_.empty();
    if (is_malformed_) return false;
    element.id = first;
    data_bytes = rest_[0];
    rest_ = rest_.subspan(1);
    return true;
  }
  element.id = first >> 4;
  data_bytes = (first & 0x0FU) + std::size_t{1};
  return element.id != kReservedId && element.id != 0;  // 0 with a length ends the walk, as 15 does
}

bool ElementReader::next(Element& element) noexcept {
  const auto padding_end = std::ranges::find_if(rest_, [](std::uint8_t byte) { return byte != 0; });
  rest_ = rest_.subspan(static_cast<std::size_t>(padding_end - rest_.begin()));
  std::size_t data_bytes = 0;
  if (!rest_.empty() && read_head(element, data_bytes)) {
    is_malformed_ = data_bytes > rest_.size();
    if (!is_malformed_) {
      element.data = rest_.first(data_bytes);
      rest_ = rest_.subspan(data_bytes);
      return true;
    }
  }
  rest_ = {};
  return false;
}

bool find_element(const PacketView& packet, std::uint8_t id, Element& element) noexcept {
  ElementReader reader(packet);
  Element found;
  while (reader.next(found)) {
    if (found.id != id) continue;
    element = found;
    return true;
  }
  return false;
}

bool ElementWriter::add(std::uint8_t id, Bytes data) noexcept {
  const std::size_t head_bytes = form_ == ElementForm::two_byte ? 2 : 1;
  const std::size_t start = size_bytes_ - padding_bytes_;
  const std::size_t end = start + head_bytes + data.size();
  const std::size_t padded_end = (end + 3) / 4 * 4;
  if (!fits_form(form_, id, data.size()) || padded_end > out_.size()) return false;
  const auto size = static_cast<std::uint8_t>(data.size());
  if (form_ == ElementForm::two_byte) {
    out_[start] = id;
    out_[start + 1] = size;
  } else {
    out_[start] = static_cast<std::uint8_t>(id << 4 | (size - 1));
  }
  std::ranges::copy(data, out_.begin() + static_cast<std::ptrdiff_t>(start + head_bytes));
  std::ranges::fill(out_.subspan(end, padded_end - end), std::uint8_t{0});
  size_bytes_ = padded_end;
  padding_bytes_ = padded_end - end;
  return true;
}

bool find_audio_level(const PacketView& packet, std::uint8_t id, AudioLevel& level) noexcept {
  Element element;
  if (!find_element(packet, id, element) || element.data.size() != 1) return false;
  level = {.level_dbov = level_dbov(element.data[0]), .voice = (element.data[0] & kVoiceBit) != 0};
  return true;
}

bool add_audio_level(ElementWriter& writer, std::uint8_t id, AudioLevel level) noexcept {
  const auto byte = static_cast<std::uint8_t>(level_byte(level.level_dbov) | (level.voice ? kVoiceBit : 0));
  return writer.add(id, Bytes(&byte, 1));
}

std::size_t find_mixer_levels(const PacketView& packet, std::uint8_t id,
                              std::span<SourceLevel, kMaxCsrcs> levels) noexcept {
  Element element;
  const std::size_t count = csrc_count(packet);
  if (!find_element(packet, id, element) || element.data.size() != count) return 0;
  for (std::size_t i = 0; i < count; ++i) levels[i] = {csrc(packet, i), level_dbov(element.data[i])};
  return count;
}

bool add_mixer_levels(ElementWriter& writer, std::uint8_t id, std::span<const std::int8_t> levels_dbov) noexcept {
  std::array<std::uint8_t, kMaxCsrcs> bytes;
  if (levels_dbov.empty() || levels_dbov.size() > bytes.size()) return false;
  std::ranges::transform(levels_dbov, bytes.begin(), level_byte);
  return writer.add(id, Bytes(bytes).first(levels_dbov.size()));
}

std::int8_t wire_level_dbov(float level_dbov) noexcept {
  if (!(level_dbov > static_cast<float>(kSilenceDbov))) return static_cast<std::int8_t>(kSilenceDbov);
  return static_cast<std::int8_t>(std::lround(std::min(level_dbov, 0.0F)));
}

}  // namespace mixminus::rtp
