// PCMU and PCMA: ITU-T G.711, by tables that the compiler fills from the definitions of ITU-T G.191.
#include <algorithm>
#include <array>
#include <bit>

#include "codec/makers.hpp"

namespace mixminus::codec {
namespace {

constexpr std::int32_t kRateHz = 8'000;

// Unsigned in libstdc++ 12, int in later ones (LWG 3656).
constexpr std::int32_t bit_width(std::int32_t value) {
  return static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(value)));
}

constexpr std::uint8_t compress_mu(std::int32_t sample) {
  const std::int32_t magnitude = std::min((sample < 0 ? ~sample : sample) / 4 + 33, 0x1FFF);
  const std::int32_t segment = bit_width(magnitude) - 5;  // 1..8
  const std::int32_t code = (8 - segment) << 4 | (0xF - (magnitude >> segment & 0xF));
  return static_cast<std::uint8_t>(sample < 0 ? code : code | 0x80);
}

constexpr std::int16_t expand_mu(std::uint8_t code) {
  const std::int32_t exponent = ~code >> 4 & 7;
  const std::int32_t magnitude = (((~code & 0xF) * 2 + 33) << (exponent + 2)) - 4 * 33;
  return static_cast<std::int16_t>(code < 0x80 ? -magnitude : magnitude);
}

constexpr std::uint8_t compress_a(std::int32_t sample) {
  std::int32_t code = (sample < 0 ? ~sample : sample) / 16;
  if (code > 15) {
    const std::int32_t exponent = bit_width(code) - 4;
    code = ((code >> (exponent - 1)) - 16) | exponent << 4;
  }
  return static_cast<std::uint8_t>((sample < 0 ? code : code | 0x80) ^ 0x55);
}

constexpr std::int16_t expand_a(std::uint8_t code) {
  const std::int32_t bits = (code ^ 0x55) & 0x7F;
  const std::int32_t exponent = bits >> 4;
  std::int32_t magnitude = (((bits & 0xF) + (exponent > 0 ? 16 : 0)) << 4) + 8;
  if (exponent > 1) magnitude <<= exponent - 1;
  return static_cast<std::int16_t>(code & 0x80 ? magnitude : -magnitude);
}

// The two lowest bits of a sample change no code: a quarter of the table says all.
constexpr int kIndexShift = 2;
using Compressed = std::array<std::uint8_t, ((1 << 16) >> kIndexShift)>;
using Expanded = std::array<std::int16_t, 256>;

template <typename Compress>
constexpr Compressed tabulate(Compress compress) {
  Compressed table{};
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(table.size()); ++i)
    table[static_cast<std::size_t>(i)] = compress(i * (1 << kIndexShift) + INT16_MIN);
  return table;
}

template <typename Expand>
constexpr Expanded tabulate_codes(Expand expand) {
  Expanded table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = expand(static_cast<std::uint8_t>(i));
  return table;
}

struct Law {
  Compressed compressed;
  Expanded expanded;
};

constexpr Law kMu{tabulate(compress_mu), tabulate_codes(expand_mu)};
constexpr Law kA{tabulate(compress_a), tabulate_codes(expand_a)};

class G711 final : public Codec {
 public:
  explicit G711(const Law& law) noexcept : law_(law) {}

  std::int32_t sample_rate_hz() const noexcept override { return kRateHz; }
  std::int32_t rtp_clock_hz() const noexcept override { return kRateHz; }
  std::int32_t channels() const noexcept override { return 1; }

  std::int32_t duration(Bytes payload) const noexcept override {
    return payload.empty() ? kFailed : static_cast<std::int32_t>(payload.size());
  }

  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    if (payload.empty() || payload.size() > pcm.size()) return kFailed;
    std::transform(payload.begin(), payload.end(), pcm.begin(), [&](std::uint8_t code) { return law_.expanded[code]; });
    return static_cast<std::int32_t>(payload.size());
  }

  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    if (pcm.empty() || pcm.size() > payload.size()) return kFailed;
    std::transform(pcm.begin(), pcm.end(), payload.begin(), [&](std::int16_t sample) {
      return law_.compressed[static_cast<std::size_t>((sample - INT16_MIN) >> kIndexShift)];
    });
    return static_cast<std::int32_t>(pcm.size());
  }

  void reset_decoder() noexcept override {}
  bool continue_from(const Codec&) noexcept override { return true; }  // no state

 private:
  const Law& law_;
};

}  // namespace

Status make_g711(const Config& config, std::unique_ptr<Codec>& codec) {
  if (config.sample_rate_hz != kRateHz || config.channels != 1) return Status::unsupported_codec;
  codec = std::make_unique<G711>(config.kind == Kind::pcmu ? kMu : kA);
  return Status::ok;
}

}  // namespace mixminus::codec
