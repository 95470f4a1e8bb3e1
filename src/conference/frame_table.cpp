// Frames grow by packets in any order; their neighbours tell where they begin and end.
#include "conference/frame_table.hpp"

#include <algorithm>

namespace mixminus::conference {

/// True when this is the first packet now.
bool Frame::extend(std::int64_t number) noexcept {
  const bool is_first = packets == 0 || number < first_number;
  if (is_first) first_number = number;
  last_number = packets == 0 ? number : std::max(last_number, number);
  ++packets;
  return is_first;
}

void Frame::add(std::int64_t number, bool marker, const video::PayloadInfo& payload) noexcept {
  video::PayloadInfo joined = payload.has_picture || !info.has_picture ? payload : info;
  joined.begins_frame = info.begins_frame;
  joined.begins_unit = info.begins_unit;
  joined.is_key = info.is_key || payload.is_key;
  if (extend(number)) {
    joined.begins_frame = payload.begins_frame;
    joined.begins_unit = payload.begins_unit;
  }
  info = joined;
  has_marker = has_marker || marker;
  has_payload = true;
}

void Frame::add_filler(std::int64_t number) noexcept {
  if (!extend(number)) return;
  info.begins_frame = false;
  info.begins_unit = true;
}

std::size_t FrameTable::place(std::int64_t ticks, std::int64_t number, std::int64_t arrival_ns) noexcept {
  for (std::size_t i = frames_.size(); i-- > 0;)
    if (frames_[i].ticks == ticks) return i;
  const auto before = std::find_if(frames_.rbegin(), frames_.rend(),
                                   [number](const Frame& frame) { return frame.first_number < number; });
  const auto at = frames_.insert(before.base(), Frame{.ticks = ticks, .first_arrival_ns = arrival_ns});
  return static_cast<std::size_t>(at - frames_.begin());
}

std::size_t FrameTable::head() const noexcept {
  const auto first = std::ranges::find(frames_, false, &Frame::is_over);
  return static_cast<std::size_t>(first - frames_.begin());
}

bool FrameTable::has_begin(std::size_t index) const noexcept {
  const Frame& frame = frames_[index];
  if (frame.info.begins_frame) return true;
  return frame.info.begins_unit && index > 0 && frames_[index - 1].last_number + 1 == frame.first_number;
}

bool FrameTable::has_end(std::size_t index) const noexcept {
  const Frame& frame = frames_[index];
  if (frame.has_marker) return true;
  return index + 1 < frames_.size() && frames_[index + 1].first_number == frame.last_number + 1;
}

bool FrameTable::is_whole(std::size_t index) const noexcept {
  return !frames_[index].has_hole() && has_begin(index) && has_end(index);
}

}  // namespace mixminus::conference
