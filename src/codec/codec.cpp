// Which codecs this build has, and at which rates.
#include "mixminus/codec/codec.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "codec/makers.hpp"

namespace mixminus::codec {
namespace {

constexpr std::array<std::int32_t, 5> kOpusRatesHz{8'000, 12'000, 16'000, 24'000, 48'000};  // RFC 6716 section 2

}  // namespace

bool Codec::has_fec(Bytes) const noexcept { return false; }
std::int32_t Codec::decode_fec(Bytes, std::span<std::int16_t>) noexcept { return kFailed; }
std::int32_t Codec::conceal(std::span<std::int16_t>) noexcept { return kFailed; }
void Codec::expect_loss(std::int32_t) noexcept {}

Status make_codec(const Config& config, std::unique_ptr<Codec>& codec) noexcept try {
  if (config.channels < 1 || config.channels > 2) return Status::out_of_range;
  switch (config.kind) {
    case Kind::pcmu:
    case Kind::pcma:
      return make_g711(config, codec);
    case Kind::l16:
      return make_l16(config, codec);
    case Kind::g722:
      return make_g722(config, codec);
    case Kind::opus:
      return make_opus(config, codec);
  }
  return Status::unsupported_codec;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::int32_t native_rate_hz(Kind kind, std::int32_t wanted_hz) noexcept {
  switch (kind) {
    case Kind::pcmu:
    case Kind::pcma:
      return 8'000;
    case Kind::g722:
      return 16'000;
    case Kind::l16:
      return wanted_hz;
    case Kind::opus:
      break;
  }
  const auto rate = std::lower_bound(kOpusRatesHz.begin(), kOpusRatesHz.end(), wanted_hz);
  return rate == kOpusRatesHz.end() ? kOpusRatesHz.back() : *rate;
}

std::int32_t default_payload_type(Kind kind, std::int32_t sample_rate_hz, std::int32_t channels) noexcept {
  switch (kind) {
    case Kind::pcmu:
      return 0;
    case Kind::pcma:
      return 8;
    case Kind::g722:
      return 9;
    case Kind::l16:
      return sample_rate_hz == 44'100 ? 12 - channels : -1;  // 10 is stereo, 11 mono: RFC 3551 table 4
    case Kind::opus:
      break;
  }
  return 111;
}

}  // namespace mixminus::codec
