#include "mixminus/compose/compositor.hpp"

#include <algorithm>
#include <new>

#include "compose/planes.hpp"

namespace mixminus::compose {
namespace {

bool is_plain(const Picture& picture) {
  return is_readable(picture) && picture.format == PixelFormat::i420 && picture.rotation == Rotation::none;
}

}  // namespace

Status Compositor::configure(const CompositorConfig& config) noexcept try {
  if (config.capacity < 1 || config.capacity > kMaxSources) return Status::out_of_range;
  *this = {};
  config_ = config;
  auto sources = std::make_unique<Sources>();
  const Status status = sources->configure(config.capacity, config.hold_ns, config.avatar_ns, config.colour);
  if (status != Status::ok) return status;
  sources_ = std::move(sources);
  outputs_.reserve(kMaxOutputs);
  std::size_t first = 0;
  return add_output({config.width, config.height}, first);
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Compositor::add_output(Size size, std::size_t& output) noexcept try {
  if (!sources_ || is_busy()) return Status::out_of_range;
  if (outputs_.size() == kMaxOutputs) return Status::capacity_reached;
  auto made = std::make_unique<Output>();
  const Status status = made->configure(size, config_.background, config_.has_pairs, config_.filter, *sources_);
  if (status != Status::ok) return status;
  output = outputs_.size();
  outputs_.push_back(std::move(made));
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Compositor::add_source(std::int32_t& source) noexcept {
  return sources_ ? sources_->add(source) : Status::not_configured;
}

Status Compositor::remove_source(std::int32_t source) noexcept {
  if (!has(source) || is_busy()) return Status::out_of_range;
  sources_->remove(source);
  for (const auto& output : outputs_) output->remove(source);
  return Status::ok;
}

template <typename Change>
Status Compositor::change(std::size_t output, const Change& change) noexcept try {
  if (outputs_.empty()) return Status::not_configured;
  if (output >= outputs_.size() || is_busy()) return Status::out_of_range;
  const Status status = change(*outputs_[output]);
  find_twins();
  return status;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Compositor::set_layout(std::span<const Tile> tiles, std::size_t output) noexcept {
  return change(output, [&](Output& to) { return to.set_layout(tiles); });
}

Status Compositor::set_overlays(std::span<const PlacedOverlay> overlays, std::size_t output) noexcept {
  return change(output, [&](Output& to) { return to.set_overlays(overlays); });
}

Status Compositor::set_background(const Colour& colour, const Picture* picture) noexcept {
  if (picture && !is_plain(*picture)) return Status::shape_mismatch;
  config_.background = colour;
  Status status = outputs_.empty() ? Status::not_configured : Status::ok;
  for (std::size_t index = 0; index < outputs_.size() && status == Status::ok; ++index)
    status = change(index, [&](Output& to) { return to.set_background(colour, picture), Status::ok; });
  return status;
}

void Compositor::find_twins() noexcept {
  for (std::size_t index = 0; index < outputs_.size(); ++index)
    outputs_[index]->find_twins(std::span(outputs_).first(index));
}

// Out of memory on the way, there is no picture, rather than one that does not fit its plan.
Status Compositor::set_picture(std::int32_t source, Shown which, const Picture* picture) noexcept try {
  if (is_drawing()) return Status::out_of_range;
  if (!picture) return sources_->forget(source, which), Status::ok;
  if (!(which == Shown::live ? is_readable : is_plain)(*picture)) return Status::shape_mismatch;
  if (which == Shown::live) sources_->prepare(source, *picture);
  if (const Size size = upright_size(*picture); sources_->size(source, which) != size) {
    sources_->forget(source, which);
    for (const auto& output : outputs_) output->plan(source, which, size);
  }
  sources_->set(source, which, *picture);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Compositor::push(std::int32_t source, const Picture& picture) noexcept {
  return has(source) ? set_picture(source, Shown::live, &picture) : Status::out_of_range;
}

Status Compositor::set_avatar(std::int32_t source, const Picture* picture) noexcept {
  return has(source) ? set_picture(source, Shown::avatar, picture) : Status::out_of_range;
}

Status Compositor::set_slate(const Picture* picture) noexcept {
  return sources_ ? set_picture(Tile::kNobody, Shown::slate, picture) : Status::not_configured;
}

Status Compositor::set_muted(std::int32_t source, bool is_muted) noexcept {
  if (!has(source)) return Status::out_of_range;
  sources_->set_muted(source, is_muted);
  return Status::ok;
}

Status Compositor::highlight(const Highlight& highlight) noexcept {
  const bool is_known = highlight.source == Tile::kNobody || has(highlight.source);
  const bool is_width = highlight.width >= 2 && highlight.width <= kMaxSide && highlight.width % 2 == 0;
  if (!is_known || !is_width || is_drawing()) return Status::out_of_range;
  for (const auto& output : outputs_) output->set_highlight(highlight);
  return Status::ok;
}

std::span<const Rect> Compositor::compose(std::int64_t now_ns) noexcept {
  if (start(now_ns, 1) > 0) draw(0);
  return finish();
}

std::int32_t Compositor::start(std::int64_t now_ns, std::int32_t bands) noexcept {
  if (outputs_.empty() || is_busy() || bands < 1) return 0;
  bands_ = std::min(bands, Output::kMaxBands);
  is_drawn_ = {};
  sources_->look(now_ns);
  for (const auto& output : outputs_) output->begin(bands_);
  return bands_;
}

void Compositor::draw(std::int32_t band) noexcept {
  if (band < 0 || band >= bands_) return;
  for (const auto& output : outputs_) output->draw(band);
  is_drawn_[static_cast<std::size_t>(band)] = true;
}

std::span<const Rect> Compositor::finish() noexcept {
  if (!is_drawing()) return {};
  for (std::int32_t band = 0; band < bands_; ++band)
    if (!is_drawn_[static_cast<std::size_t>(band)]) draw(band);
  for (const auto& output : outputs_) output->end();
  bands_ = 0;
  ++composed_;
  return outputs_[0]->damage();
}

Statistics Compositor::statistics() const noexcept {
  Statistics statistics{.pictures_composed = composed_};
  if (sources_) statistics.sources = sources_->counts();
  for (const auto& output : outputs_) {
    statistics.drawn.tiles_drawn += output->counts().tiles_drawn;
    statistics.drawn.tiles_shared += output->counts().tiles_shared;
    statistics.drawn.pixels_drawn += output->counts().pixels_drawn;
  }
  return statistics;
}

Status Compositor::begin_view(std::int32_t excluded, std::size_t output) noexcept {
  if (!has(excluded) || is_busy() || output >= outputs_.size()) return Status::out_of_range;
  viewed_ = outputs_[output].get();
  viewed_->begin_view(excluded);
  return Status::ok;
}

void Compositor::end_view() noexcept {
  if (viewed_) viewed_->end_view();
  viewed_ = nullptr;
}

}  // namespace mixminus::compose
