// Which layers are intact, and what the numbers of VP8 prove.
#include "conference/reference_chain.hpp"

#include <cstdlib>

namespace mixminus::conference {

namespace {

constexpr std::uint32_t kAllLayers = 0xFF;
// the shortest number, PictureID of 7 bits, wraps after 128 pictures: after a longer pause it proves nothing
constexpr std::int64_t kProofNs = 1'000'000'000;

constexpr std::uint32_t layers_below(std::int32_t layer) noexcept { return (1U << layer) - 1; }

bool is_recent(std::int64_t media_ns, std::int64_t before_ns) noexcept {
  return std::abs(media_ns - before_ns) < kProofNs;
}

}  // namespace

bool ReferenceChain::is_decodable(const video::PayloadInfo& picture, bool is_continuous,
                                  std::int64_t media_ns) const noexcept {
  if (!picture.has_picture) return is_continuous;  // parameter sets alone refer to nothing
  if (picture.is_key) return true;
  const std::int32_t needed = picture.is_sync ? picture.layer : picture.layer + 1;
  if ((is_continuous || follows(picture, media_ns)) && has_layers_below(needed) && has_layers_below(1)) return true;
  return is_anchored(picture, media_ns);
}

bool ReferenceChain::has_layers_below(std::int32_t layer) const noexcept {
  return (~intact_ & layers_below(layer)) == 0;
}

bool ReferenceChain::follows(const video::PayloadInfo& picture, std::int64_t media_ns) const noexcept {
  if (picture.picture_id == video::kUnknown || picture_id_ == video::kUnknown) return false;
  return picture.picture_id == ((picture_id_ + 1) & picture.picture_id_mask) && is_recent(media_ns, picture_ns_);
}

/// The base layer goes on, or it is the base picture that was decoded last on which this one depends.
bool ReferenceChain::is_anchored(const video::PayloadInfo& picture, std::int64_t media_ns) const noexcept {
  if (picture.base_index == video::kUnknown || base_index_ == video::kUnknown) return false;
  if (!is_recent(media_ns, base_ns_)) return false;
  if (picture.layer == 0) return picture.base_index == ((base_index_ + 1) & 0xFF);
  return picture.is_sync && picture.base_index == base_index_;
}

void ReferenceChain::decode(const video::PayloadInfo& picture, bool is_continuous, std::int64_t media_ns) noexcept {
  if (!picture.has_picture) return;
  const bool is_anchor = !is_continuous && !follows(picture, media_ns);
  if (is_anchor || !has_layers_below(1)) intact_ = 1;
  if (picture.is_sync) intact_ |= 1U << picture.layer;
  if (picture.is_key) {
    intact_ = kAllLayers;
    needs_key_picture_ = false;
    base_index_ = video::kUnknown;
  }
  number(picture, media_ns);
  if (picture.layer > 0) return;
  base_index_ = picture.base_index;
  base_ns_ = media_ns;
}

void ReferenceChain::lose(const video::PayloadInfo& picture, std::int64_t media_ns) noexcept {
  if (!picture.has_picture) return lose_unknown();
  number(picture, media_ns);
  const std::int32_t first = picture.is_discardable ? picture.layer + 1 : picture.layer;
  intact_ &= layers_below(first);
  needs_key_picture_ = needs_key_picture_ || first == 0;
}

void ReferenceChain::lose_unknown() noexcept {
  intact_ = 0;
  needs_key_picture_ = needs_key_picture_ || base_index_ == video::kUnknown;
}

void ReferenceChain::number(const video::PayloadInfo& picture, std::int64_t media_ns) noexcept {
  picture_id_ = picture.picture_id;
  picture_ns_ = media_ns;
}

}  // namespace mixminus::conference
