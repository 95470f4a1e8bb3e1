// PCMU and PCMA: the two logarithmic laws of ITU-T G.711, with the rounding of the ITU-T G.191 tool library.
#include <algorithm>
#include <array>
#include <bit>

#include "codec/factories.hpp"

namespace mixminus::codec {
namespace {

// Samples are 16 bit here. G.711 codes 14 bits (mu-law) or 13 (A-law), one's complement: what is negative
// is inverted, which mirrors it at -1/2. A code is sign, 3 bits of segment, 4 bits of step in the segment.

constexpr int bits_of(std::int32_t magnitude) noexcept {
  return static_cast<int>(std::bit_width(static_cast<std::uint32_t>(magnitude)));
}

struct MuLaw {
  // tables 2a and 2b of G.711: segments start at 33 * 2^n - 33; all bits but the sign are sent inverted
  static constexpr std::int32_t kBias = 33;
  static constexpr std::int32_t kLargest = 0x1FFF;

  static constexpr std::uint8_t encode(std::int32_t sample) noexcept {
    const std::int32_t magnitude = std::min(((sample < 0 ? ~sample : sample) >> 2) + kBias, kLargest);
    const int segment = bits_of(magnitude) - 6;  // 33 has 6 bits
    const std::int32_t step = (magnitude >> (segment + 1)) & 0xF;
    return static_cast<std::uint8_t>((sample < 0 ? 0x7F : 0xFF) ^ (segment << 4 | step));
  }

  static constexpr std::int16_t decode(std::uint32_t code) noexcept {
    const std::uint32_t inverted = ~code;
    const std::uint32_t segment = inverted >> 4 & 7;
    const auto middle = static_cast<std::int32_t>((2 * (inverted & 0xF) + 33) << segment);
    const std::int32_t magnitude = (middle - kBias) << 2;
    return static_cast<std::int16_t>(code & 0x80 ? magnitude : -magnitude);
  }
};

struct ALaw {
  // tables 1a and 1b of G.711: the first two segments have one step size; even bits are sent inverted
  static constexpr std::uint32_t kEvenBits = 0x55;

  static constexpr std::uint8_t encode(std::int32_t sample) noexcept {
    const std::int32_t magnitude = (sample < 0 ? ~sample : sample) >> 4;
    const int segment = std::max(bits_of(magnitude) - 4, 0);
    const std::int32_t step = (magnitude >> std::max(segment - 1, 0)) & 0xF;
    const auto code = static_cast<std::uint32_t>((sample < 0 ? 0 : 0x80) | segment << 4 | step);
    return static_cast<std::uint8_t>(code ^ kEvenBits);
  }

  static constexpr std::int16_t decode(std::uint32_t code) noexcept {
    const std::uint32_t segment = (code ^ kEvenBits) >> 4 & 7;
    const std::uint32_t step = (code ^ kEvenBits) & 0xF;
    const std::uint32_t middle = segment == 0 ? 2 * step + 1 : (2 * step + 33) << (segment - 1);
    const auto magnitude = static_cast<std::int32_t>(middle << 3);
    return static_cast<std::int16_t>(code & 0x80 ? magnitude : -magnitude);
  }
};

template <typename Law>
constexpr std::array<std::int16_t, 256> decoded() noexcept {
  std::array<std::int16_t, 256> table{};
  for (std::uint32_t code = 0; code < table.size(); ++code) table[code] = Law::decode(code);
  return table;
}

template <typename Law>
class G711 final : public Codec {
 public:
  std::int32_t sample_rate_hz() const noexcept override { return 8'000; }
  std::int32_t rtp_clock_hz() const noexcept override { return 8'000; }
  std::int32_t channels() const noexcept override { return 1; }

  std::int32_t duration(Bytes payload) const noexcept override {
    return is_plausible(payload.size()) ? static_cast<std::int32_t>(payload.size()) : kFailed;
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    static constexpr std::array kDecoded = decoded<Law>();
    if (!is_plausible(payload.size()) || payload.size() > pcm.size()) return kFailed;
    std::ranges::transform(payload, pcm.begin(), [](std::uint8_t code) { return kDecoded[code]; });
    return static_cast<std::int32_t>(payload.size());
  }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    if (!is_plausible(pcm.size()) || pcm.size() > payload.size()) return kFailed;
    std::ranges::transform(pcm, payload.begin(), Law::encode);
    return static_cast<std::int32_t>(pcm.size());
  }

  void reset_decoder() noexcept override {}
  bool continue_from(const Codec& other) noexcept override { return dynamic_cast<const G711*>(&other) != nullptr; }
};

}  // namespace

Status make_g711(const Config& config, std::unique_ptr<Codec>& codec) {
  if (config.sample_rate_hz != 8'000 || config.channels != 1) return Status::unsupported_codec;
  if (config.kind == Kind::pcmu) {
    codec = std::make_unique<G711<MuLaw>>();
  } else {
    codec = std::make_unique<G711<ALaw>>();
  }
  return Status::ok;
}

}  // namespace mixminus::codec
