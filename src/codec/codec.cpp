// Which codecs this build has, and what RFC 3551 and RFC 7587 say about each.
#include "mixminus/codec/codec.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "codec/factories.hpp"

namespace mixminus::codec {
namespace {

constexpr std::array kAvailable{
#ifdef MIXMINUS_HAS_OPUS
    Kind::opus,
#endif
    Kind::pcmu, Kind::pcma,
#ifdef MIXMINUS_HAS_G722
    Kind::g722,
#endif
    Kind::l16};

constexpr std::array kOpusRatesHz{8'000, 12'000, 16'000, 24'000, 48'000};

constexpr std::int32_t nearest_opus_rate_hz(std::int32_t wanted_hz) noexcept {
  const auto* const rate = std::ranges::lower_bound(kOpusRatesHz, wanted_hz);
  return rate == kOpusRatesHz.end() ? kOpusRatesHz.back() : *rate;
}

}  // namespace

bool Codec::has_fec(Bytes) const noexcept { return false; }
std::int32_t Codec::decode_fec(Bytes, std::span<std::int16_t>) noexcept { return kFailed; }
std::int32_t Codec::conceal(std::span<std::int16_t>) noexcept { return kFailed; }
bool Codec::save_decoder() noexcept { return false; }
void Codec::restore_decoder() noexcept {}
void Codec::expect_loss(std::int32_t) noexcept {}

Status make_codec(const Config& config, std::unique_ptr<Codec>& codec) noexcept try {
  switch (config.kind) {
    case Kind::pcmu:
    case Kind::pcma:
      return make_g711(config, codec);
    case Kind::l16:
      return make_l16(config, codec);
#ifdef MIXMINUS_HAS_OPUS
    case Kind::opus:
      return make_opus(config, codec);
#endif
#ifdef MIXMINUS_HAS_G722
    case Kind::g722:
      return make_g722(config, codec);
#endif
    default:
      return Status::unsupported_codec;
  }
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::int32_t native_rate_hz(Kind kind, std::int32_t wanted_hz) noexcept {
  switch (kind) {
    case Kind::opus:
      return nearest_opus_rate_hz(wanted_hz);
    case Kind::g722:
      return 16'000;
    case Kind::l16:
      return std::clamp(wanted_hz, 8'000, 48'000);
    default:
      return 8'000;
  }
}

std::int32_t default_payload_type(Kind kind, std::int32_t sample_rate_hz, std::int32_t channels) noexcept {
  constexpr std::int32_t kUsualOpus = 111;  // dynamic (RFC 7587 section 7); what browsers offer
  switch (kind) {
    case Kind::opus:
      return kUsualOpus;
    case Kind::pcmu:
      return 0;
    case Kind::pcma:
      return 8;
    case Kind::g722:
      return 9;
    case Kind::l16:
      break;
  }
  if (sample_rate_hz != 44'100) return -1;
  return channels == 2 ? 10 : 11;
}

const char* name(Kind kind) noexcept {
  constexpr std::array kNames{"opus", "pcmu", "pcma", "g722", "l16"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::span<const Kind> available() noexcept { return kAvailable; }

#ifndef MIXMINUS_HAS_OPUS
const char* opus_version() noexcept { return nullptr; }
#endif

}  // namespace mixminus::codec
