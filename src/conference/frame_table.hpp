// FrameTable: which packets make a frame, and which frames are whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixminus/video/depacketizer.hpp"

namespace mixminus::conference {

/// An access unit: the packets of one RTP timestamp, by extended sequence numbers.
struct Frame {
  std::int64_t ticks = 0;  ///< RTP timestamp, extended
  std::int64_t first_number = 0;
  std::int64_t last_number = 0;
  std::int64_t packets = 0;
  std::int64_t first_arrival_ns = 0;
  bool has_marker = false;    ///< came with its last packet
  bool is_over = false;       ///< given to the decoder, or given up
  bool is_observed = false;   ///< has been whole
  bool has_payload = false;   ///< else it only explains numbers
  video::PayloadInfo info{};  ///< begins_frame and begins_unit are of the first packet, the rest of all

  [[nodiscard]] bool is_key() const noexcept { return info.is_key && info.has_picture; }
  [[nodiscard]] bool has_hole() const noexcept { return packets <= last_number - first_number; }

  void add(std::int64_t number, bool marker, const video::PayloadInfo& payload) noexcept;
  void add_filler(std::int64_t number) noexcept;

 private:
  bool extend(std::int64_t number) noexcept;
};

/// Frames in order of sequence number, those that are over too: packets that come late complete them.
class FrameTable {
 public:
  static constexpr std::size_t kCapacity = 256;  // 4 s of 60 frames a second

  void configure() { frames_.reserve(kCapacity); }  ///< allocates
  void clear() noexcept { frames_.clear(); }

  /// The index of the frame with this timestamp; a new one when there is none, for which there must be room.
  std::size_t place(std::int64_t ticks, std::int64_t number, std::int64_t arrival_ns) noexcept;

  [[nodiscard]] bool is_full() const noexcept { return frames_.size() == kCapacity; }
  void drop_oldest() noexcept { frames_.erase(frames_.begin()); }

  /// The first that is not over; size() when there is none.
  [[nodiscard]] std::size_t head() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }
  [[nodiscard]] Frame& operator[](std::size_t index) noexcept { return frames_[index]; }
  [[nodiscard]] const Frame& operator[](std::size_t index) const noexcept { return frames_[index]; }

  /// Its first packet is known, by the codec's mark or because the frame before ends there.
  [[nodiscard]] bool has_begin(std::size_t index) const noexcept;
  /// Its last packet is known, by the marker or because the next frame begins there.
  [[nodiscard]] bool has_end(std::size_t index) const noexcept;
  [[nodiscard]] bool is_whole(std::size_t index) const noexcept;

 private:
  std::vector<Frame> frames_{};
};

}  // namespace mixminus::conference
