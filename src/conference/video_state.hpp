// What a VideoReceiver is made of: arrival in video_receiver.cpp, playout in video_playout.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "conference/frame_table.hpp"
#include "conference/freeze_meter.hpp"
#include "conference/reference_chain.hpp"
#include "mixminus/conference/video_receiver.hpp"
#include "mixminus/jitter/delay_estimator.hpp"
#include "mixminus/jitter/nack_list.hpp"
#include "mixminus/jitter/packet_ring.hpp"
#include "mixminus/jitter/stream_gate.hpp"
#include "mixminus/rtp/reception.hpp"

namespace mixminus::conference {

struct VideoReceiver::State {
  Status configure(const VideoConfig& settings);  ///< allocates

  // arrival
  void insert(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void insert_retransmission(Bytes datagram, std::int64_t arrival_ns) noexcept;
  void follow(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void start_stream() noexcept;
  void store(const PacketView& packet, std::int64_t arrival_ns) noexcept;
  void keep(const PacketView& packet, const jitter::StreamGate::Place& place, std::int64_t arrival_ns,
            bool is_repair) noexcept;
  void add_to_frame(std::size_t index, const PacketView& packet, std::int64_t number,
                    const video::PayloadInfo& info) noexcept;
  std::size_t frame_of(const jitter::StreamGate::Place& place, std::int64_t arrival_ns) noexcept;
  void observe_around(std::size_t index, std::int64_t arrival_ns) noexcept;
  [[nodiscard]] std::int64_t oldest() const noexcept { return gate.newest() - ring.slots(); }

  // playout
  bool pull(std::int64_t now_ns, VideoFrame& frame) noexcept;
  [[nodiscard]] bool is_whole(std::size_t index) const noexcept;
  [[nodiscard]] bool is_ready(std::size_t index) const noexcept;
  [[nodiscard]] bool is_due(const Frame& frame, std::int64_t now_ns) const noexcept;
  [[nodiscard]] bool is_hopeless(std::size_t index) const noexcept;
  [[nodiscard]] bool may_come(std::size_t index, std::int64_t now_ns) const noexcept;
  [[nodiscard]] bool is_continuous(const Frame& frame) const noexcept { return frame.first_number <= next_number; }
  [[nodiscard]] std::int64_t delay_ns(const Frame& frame, std::int64_t now_ns) const noexcept;
  [[nodiscard]] std::size_t due_key_frame(std::size_t after, std::int64_t now_ns) const noexcept;
  void close_gap(const Frame& frame) noexcept;
  bool emit(Frame& frame, std::int64_t now_ns, VideoFrame& out) noexcept;
  std::size_t assemble(const Frame& frame) noexcept;
  void give_up(Frame& frame) noexcept;
  void finish(Frame& frame) noexcept;
  [[nodiscard]] std::uint64_t ntp_of(const Frame& frame) const noexcept;

  bool take_key_frame_request(std::int64_t now_ns) noexcept;
  [[nodiscard]] bool is_key_frame_under_way() const noexcept;

  VideoConfig config{};
  video::Depacketizer depacketizer{};
  jitter::StreamGate gate;
  jitter::PacketRing ring;
  jitter::DelayEstimator estimator;
  jitter::NackList nacks;
  FrameTable frames;
  ReferenceChain references;
  rtp::ReceptionStatistics reception;
  FreezeMeter freezes;
  VideoStatistics counted{};
  std::unique_ptr<std::uint8_t[]> memory;  // of the frame that pull() gave
  std::size_t memory_bytes = 0;
  std::int64_t next_number = kNothing;  // behind the last frame that is over
  std::int64_t max_delay_ns = 0;
  std::int64_t round_trip_ns = 0;
  bool is_after_loss = false;
  bool is_gap_too_large = false;  // more is missing than is asked for
  std::int64_t requested_ns = 0;
  bool has_requested = false;
  std::uint64_t report_ntp = 0;
  std::uint32_t report_ticks = 0;

  static constexpr std::int64_t kNothing = INT64_MIN;
};

}  // namespace mixminus::conference
