// Fails when a video receiver allocates after configure().
#include <array>
#include <cstdio>
#include <vector>

#include "malloc_counter.hpp"
#include "mixminus/conference/video_receiver.hpp"

using mixminus::PacketView;
using mixminus::Status;
using mixminus::conference::VideoFrame;
using mixminus::conference::VideoReceiver;

// A minute with losses, reordering, duplicates, other sources, garbage, and pulls that stop and come back.
static int allocations() {
  VideoReceiver receiver;
  if (receiver.configure({.kind = mixminus::video::Kind::vp8, .capacity_packets = 128}) != Status::ok) return -1;
  std::vector<std::uint8_t> payload(1000, 0x55);
  std::array<std::uint16_t, 64> numbers{};
  std::uint64_t frames = 0;
  const int count = malloc_counter::allocations_of([&] {
    for (std::uint32_t i = 0; i < 6000; ++i) {
      payload[0] = i % 3 == 0 ? 0x10 : 0x00;
      payload[1] = i % 150 == 0 ? 0x00 : 0x01;  // a key frame each 50
      PacketView packet;
      packet.sequence_number = static_cast<std::uint16_t>(i % 11 == 0 ? i - 1 : i);
      packet.rtp_timestamp = i / 3 * 3000;
      packet.marker = i % 3 == 2;
      packet.ssrc = 1 + i / 4000;
      packet.payload_type = 96;
      packet.payload = payload;
      const std::int64_t now_ns = i * std::int64_t{11'000'000};
      if (i % 97 != 0) receiver.insert(packet, now_ns);
      if (i % 17 == 0) receiver.insert(mixminus::Bytes{payload}, now_ns);
      if (i % 19 == 0) receiver.insert_retransmission(mixminus::Bytes{payload}, now_ns);
      if (i % 1000 > 800) continue;
      (void)receiver.take_nacks(now_ns, numbers);
      (void)receiver.take_key_frame_request(now_ns);
      for (VideoFrame frame; receiver.pull(now_ns, frame);) ++frames;
    }
  });
  std::printf("frames %llu, dropped %llu\n", static_cast<unsigned long long>(frames),
              static_cast<unsigned long long>(receiver.statistics().frames_dropped));
  return frames > 0 && receiver.statistics().frames_dropped > 0 ? count : -1;
}

int main() {
  const int count = allocations();
  std::printf("allocations of a video receiver: %d\n", count);
  return count == 0 ? 0 : 1;
}
