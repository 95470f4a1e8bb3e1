// Fails when a receiver allocates after configure().
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "malloc_counter.hpp"
#include "mixminus/conference/audio_receiver.hpp"

using mixminus::PacketView;
using mixminus::Status;
using mixminus::codec::Kind;
using mixminus::conference::AudioReceiver;

// Half a minute with losses, reordering, duplicates, another source and garbage.
static int allocations_of(Kind kind, std::int32_t codec_rate_hz) {
  mixminus::conference::ReceiverConfig config{.payload_type = 96};
  config.codec = {.kind = kind, .sample_rate_hz = codec_rate_hz};
  AudioReceiver receiver;
  if (receiver.configure(config) == Status::unsupported_codec) return 0;
  std::vector<std::uint8_t> payload(160, 0x55);
  if (kind == Kind::opus) payload = {0x78, 0x11, 0x22, 0x33};  // SILK wide-band, 20 ms
  const std::uint32_t ticks = kind == Kind::opus ? 960 : 160;
  std::array<std::int16_t, 960> frame{};

  const int count = malloc_counter::allocations_of([&] {
    for (std::uint32_t i = 0; i < 1500; ++i) {
      PacketView packet;
      packet.sequence_number = static_cast<std::uint16_t>(i);
      packet.rtp_timestamp = i * ticks;
      packet.ssrc = 1 + i / 900;
      packet.payload_type = 96;
      packet.payload = payload;
      const std::int64_t now_ns = i * std::int64_t{20'000'000};
      if (i % 13 != 0) receiver.insert(packet, now_ns);
      if (i % 7 == 0) receiver.insert(packet, now_ns);
      if (i % 17 == 0) receiver.insert(mixminus::Bytes{payload}, now_ns);
      if (i % 400 < 350 && i % 100 < 60) (void)receiver.pull(now_ns, frame);
      if (i % 400 < 350 && i % 100 >= 60) (void)receiver.skip(now_ns);
    }
  });
  return receiver.statistics().concealed_samples > 0 ? count : -1;
}

// A voiced sound behind stalls, on a clock that is fast: time-scaling, a decoder put aside, drift.
static int allocations_of_retiming() {
  mixminus::conference::ReceiverConfig config{.payload_type = 96, .sample_rate_hz = 16'000, .frame_ms = 10};
  config.codec = {.kind = Kind::l16, .sample_rate_hz = 16'000};
  AudioReceiver receiver;
  if (receiver.configure(config) != Status::ok) return -1;
  std::vector<std::uint8_t> payload(640);
  std::array<std::int16_t, 160> frame{};
  std::uint32_t sent = 0;
  const auto send_until = [&](std::int64_t now_ns, std::int64_t released_ns) {
    for (; sent * std::int64_t{19'996'000} < now_ns; ++sent) {
      for (std::uint32_t i = 0; i < 320; ++i) {
        const auto sample = static_cast<std::uint16_t>(((sent * 320 + i) % 80) * 500);
        payload[2 * i] = static_cast<std::uint8_t>(sample >> 8);
        payload[2 * i + 1] = static_cast<std::uint8_t>(sample);
      }
      PacketView packet;
      packet.sequence_number = static_cast<std::uint16_t>(sent);
      packet.rtp_timestamp = sent * 320;
      packet.ssrc = 1;
      packet.payload_type = 96;
      packet.payload = payload;
      receiver.insert(packet, std::max(sent * std::int64_t{19'996'000}, released_ns));
    }
  };
  const int count = malloc_counter::allocations_of([&] {
    for (std::int64_t tick = 0; tick < 6000; ++tick) {
      const std::int64_t now_ns = tick * 10'000'000;
      if (tick % 700 < 680) send_until(now_ns, tick / 700 * 7'000'000'000);
      (void)receiver.pull(now_ns, frame);
    }
  });
  const auto counted = receiver.statistics();
  std::printf("removed %llu, drift %.0f ppm\n",
              static_cast<unsigned long long>(counted.removed_samples_for_acceleration),
              static_cast<double>(counted.clock_drift_ppm));
  return counted.removed_samples_for_acceleration > 0 && counted.clock_drift_ppm < -100.0F ? count : -1;
}

int main() {
  int failures = 0;
  for (const auto& [kind, rate_hz] : {std::pair{Kind::opus, 48'000}, {Kind::pcmu, 8'000}, {Kind::g722, 16'000}}) {
    const int count = allocations_of(kind, rate_hz);
    std::printf("allocations of a receiver of codec %d: %d\n", static_cast<int>(kind), count);
    failures += count == 0 ? 0 : 1;
  }
  const int retiming = allocations_of_retiming();
  std::printf("allocations of a receiver that is retimed: %d\n", retiming);
  failures += retiming == 0 ? 0 : 1;
  return failures == 0 ? 0 : 1;
}
