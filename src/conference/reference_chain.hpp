// ReferenceChain: whether all that a picture refers to was given to the decoder.
#pragma once

#include <cstdint>

#include "mixminus/video/depacketizer.hpp"

namespace mixminus::conference {

/// After a loss nothing can be decoded until a key picture, but for what proves the contrary: the loss was of a picture
/// to which none refers, or of a higher temporal layer, or the numbers that VP8 gives its pictures go on (RFC 7741
/// section 4.2: PictureID, TL0PICIDX, Y). `media_ns` is the picture's time on the sender's clock.
class ReferenceChain {
 public:
  /// `is_continuous`: no packet is missing between it and the one before.
  [[nodiscard]] bool is_decodable(const video::PayloadInfo& picture, bool is_continuous,
                                  std::int64_t media_ns) const noexcept;
  /// Whether its number says that it follows the one before, whatever packets are missing.
  [[nodiscard]] bool follows(const video::PayloadInfo& picture, std::int64_t media_ns) const noexcept;

  void decode(const video::PayloadInfo& picture, bool is_continuous, std::int64_t media_ns) noexcept;
  void lose(const video::PayloadInfo& picture, std::int64_t media_ns) noexcept;  ///< what is known of it
  void lose_unknown() noexcept;  ///< packets are missing that may have been of any picture

  [[nodiscard]] bool needs_key_picture() const noexcept { return needs_key_picture_; }

 private:
  [[nodiscard]] bool has_layers_below(std::int32_t layer) const noexcept;
  [[nodiscard]] bool is_anchored(const video::PayloadInfo& picture, std::int64_t media_ns) const noexcept;
  void number(const video::PayloadInfo& picture, std::int64_t media_ns) noexcept;

  std::uint32_t intact_ = 0;  // a bit for each temporal layer
  std::int32_t picture_id_ = video::kUnknown;
  std::int64_t picture_ns_ = 0;
  std::int32_t base_index_ = video::kUnknown;  // of the newest picture of layer 0 that was decoded
  std::int64_t base_ns_ = 0;
  bool needs_key_picture_ = false;
};

}  // namespace mixminus::conference
