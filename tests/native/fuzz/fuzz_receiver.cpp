// AudioReceiver: any datagrams at any times, any pulls and skips between them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "input.hpp"
#include "mixminus/conference/audio_receiver.hpp"

namespace {

using fuzz::Input;
using mixminus::Bytes;
using mixminus::codec::Kind;
using mixminus::conference::AudioReceiver;
using mixminus::conference::ReceiverConfig;

constexpr std::array kKinds{Kind::pcmu, Kind::l16, Kind::opus, Kind::g722};
constexpr std::array<std::int32_t, 4> kCodecRatesHz{8000, 16000, 48000, 16000};
constexpr std::int32_t kFrameSamples = 960;

// A header that is often right: sequence and timestamp near those before, so that the fuzzer gets far.
Bytes make_packet(Input& input, std::array<std::uint8_t, 300>& packet, std::uint16_t& sequence) noexcept {
  const std::uint8_t shape = input.byte();
  sequence = static_cast<std::uint16_t>(sequence + 1 + (shape & 8 ? static_cast<std::int8_t>(input.byte()) : 0));
  const std::uint32_t timestamp = std::uint32_t{sequence} * 160 + (shape & 16 ? std::uint32_t{input.byte()} << 14 : 0);
  constexpr std::array<std::uint8_t, 4> kTypes{96, 63, 13, 101};
  const std::size_t header = shape & 64 ? 20 : 12;  // with an RFC 6464 level or without
  packet = {static_cast<std::uint8_t>(shape & 64 ? 0x90 : 0x80),
            kTypes[shape & 3],
            static_cast<std::uint8_t>(sequence >> 8),
            static_cast<std::uint8_t>(sequence),
            static_cast<std::uint8_t>(timestamp >> 24),
            static_cast<std::uint8_t>(timestamp >> 16),
            static_cast<std::uint8_t>(timestamp >> 8),
            static_cast<std::uint8_t>(timestamp),
            0,
            0,
            0,
            static_cast<std::uint8_t>(shape & 32 ? 1 : 0),
            0xBE,
            0xDE,
            0,
            1,
            1 << 4,
            shape};
  const Bytes payload = input.take(input.byte());
  std::ranges::copy(payload, packet.begin() + static_cast<std::ptrdiff_t>(header));
  return Bytes{packet}.first(header + payload.size());
}

// What is asked between packets and pulls.
void ask(Input& input, AudioReceiver& receiver, std::int64_t now_ns) noexcept {
  const std::uint8_t what = input.byte();
  (void)receiver.set_min_delay_ms(what * 4);
  receiver.receive({.ntp = std::uint64_t{what} << 56, .rtp_timestamp = std::uint32_t{what} << 24}, now_ns);
  std::uint64_t ntp = 0;
  (void)receiver.playout_ntp(now_ns, ntp);
  std::array<std::uint16_t, 8> numbers{};
  receiver.set_round_trip_ns(std::int64_t{what} << 20);
  if (receiver.take_nacks(now_ns, numbers) > numbers.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const std::size_t kind = input.byte() % kKinds.size();
  ReceiverConfig config{
      .payload_type = 96, .red_payload_type = 63, .max_delay_ms = input.byte() * 4, .audio_level_id = 1};
  config.codec = {.kind = kKinds[kind], .sample_rate_hz = kCodecRatesHz[kind]};
  AudioReceiver receiver;
  if (receiver.configure(config) != mixminus::Status::ok) return 0;

  std::array<std::int16_t, kFrameSamples> frame{};
  std::array<std::uint8_t, 300> packet{};
  std::uint16_t sequence = 65'530;
  std::int64_t now_ns = 0;
  std::uint64_t frames = 0;
  while (!input.is_empty()) {
    const std::uint8_t what = input.byte();
    if (what < 90) {
      receiver.insert(make_packet(input, packet, sequence), now_ns, what % 5);
    } else if (what < 96) {
      ask(input, receiver, now_ns);
    } else if (what < 112) {
      receiver.insert(input.take(input.byte()), now_ns);
    } else {
      if (what % 4 < 2)
        (void)receiver.pull(now_ns, frame);
      else
        (void)receiver.skip(now_ns);
      const std::int32_t claim_dbov = receiver.take_claim_dbov();
      if (claim_dbov < mixminus::conference::kNoClaim || claim_dbov > 1) std::abort();
      ++frames;
      const std::uint64_t step_ns = what < 250 ? 20'000'000 : std::uint64_t{input.byte()} << (input.byte() % 56);
      now_ns = static_cast<std::int64_t>((static_cast<std::uint64_t>(now_ns) + step_ns) & INT64_MAX);
    }
  }
  const auto statistics = receiver.statistics();
  if (statistics.total_samples_received != frames * kFrameSamples) std::abort();
  if (statistics.concealed_samples < statistics.silent_concealed_samples) std::abort();
  return 0;
}
