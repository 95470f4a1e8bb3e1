// VideoReceiver: any packets, pulls, questions and reports in any order, at any times.
#include <algorithm>
#include <array>
#include <cstdint>

#include "input.hpp"
#include "mixminus/conference/video_receiver.hpp"
#include "views.hpp"

namespace {

using fuzz::Input;
using mixminus::Bytes;
using mixminus::conference::VideoFrame;
using mixminus::conference::VideoReceiver;
using mixminus::video::Kind;

constexpr std::array kKinds{Kind::h264, Kind::vp8, Kind::h265};

struct Stream {
  std::uint16_t sequence = 65'530;
  std::uint32_t timestamp = 0xFFFF'F000;
  std::array<std::uint8_t, 300> packet{};

  // a header that is often right: sequence and timestamp near those before, so that the fuzzer gets far
  Bytes next(Input& input) noexcept {
    const std::uint8_t shape = input.byte();
    sequence = static_cast<std::uint16_t>(sequence + 1 + (shape & 1 ? static_cast<std::int8_t>(input.byte()) : 0));
    if ((shape & 2) != 0) timestamp += 3000;
    if ((shape & 4) != 0) timestamp += std::uint32_t{input.byte()} << 12;
    packet = {0x80, static_cast<std::uint8_t>((shape & 8 ? 0x80 : 0) | (shape & 16 ? 97 : 96))};
    for (std::size_t i = 0; i < 2; ++i) packet[2 + i] = static_cast<std::uint8_t>(sequence >> (8 - 8 * i));
    for (std::size_t i = 0; i < 4; ++i) packet[4 + i] = static_cast<std::uint8_t>(timestamp >> (24 - 8 * i));
    packet[11] = shape & 32 ? 1 : 0;
    const Bytes payload = input.take(input.byte());
    std::ranges::copy(payload, packet.begin() + 12);
    return Bytes{packet}.first(12 + payload.size());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  VideoReceiver receiver;
  const Kind kind = kKinds[input.byte() % kKinds.size()];
  if (receiver.configure({.kind = kind, .max_delay_ms = input.byte() * 4, .capacity_packets = 64}) !=
      mixminus::Status::ok)
    return 0;
  Stream stream;
  std::array<std::uint16_t, 16> numbers{};
  std::int64_t now_ns = 0;
  std::uint64_t frames = 0;
  while (!input.is_empty()) {
    const std::uint8_t what = input.byte();
    if (what < 128)
      receiver.insert(stream.next(input), now_ns);
    else if (what < 136)
      receiver.insert(input.take(input.byte()), now_ns);
    else if (what < 150)
      receiver.insert_retransmission(stream.next(input), now_ns);
    else if (what < 170)
      fuzz::require(receiver.take_nacks(now_ns, numbers) <= numbers.size());
    else if (what < 180)
      (void)receiver.take_key_frame_request(now_ns);
    else if (what < 185)
      receiver.receive({.ntp = std::uint64_t{what} << 56, .rtp_timestamp = std::uint32_t{what} << 24}, now_ns);
    else if (what < 190)
      receiver.set_round_trip_ns(static_cast<std::int64_t>(std::uint64_t{input.byte()} << 56));
    else if (what < 195)
      (void)receiver.set_min_delay_ms(input.byte() * 16 - 500);
    else if (what < 250)
      now_ns += (what - 195) * std::int64_t{1'000'000};
    else
      now_ns = static_cast<std::int64_t>(std::uint64_t{input.byte()} << (input.byte() % 64));
    now_ns = std::clamp(now_ns, INT64_MIN + 100'000'000, INT64_MAX - 100'000'000);
    for (VideoFrame frame; receiver.pull(now_ns, frame); ++frames) fuzz::require(!frame.data.empty());
  }
  const auto statistics = receiver.statistics();
  fuzz::require(statistics.jitter_buffer_emitted_count == frames && statistics.frames_received >= frames);
  return 0;
}
