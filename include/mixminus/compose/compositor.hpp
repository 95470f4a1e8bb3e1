// Compositor: many pictures on one canvas or several, of which only what has changed is drawn again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/output.hpp"
#include "mixminus/compose/sources.hpp"

namespace mixminus::compose {

struct CompositorConfig {
  std::int32_t width = 1920;    ///< pixels, even
  std::int32_t height = 1080;   ///< pixels, even
  std::int32_t capacity = 170;  ///< sources
  Colour background = kBlack;
  std::int64_t hold_ns = 0;    ///< how long a source that sends nothing keeps its last picture; 0: for ever
  std::int64_t avatar_ns = 0;  ///< how long after that its avatar is seen; 0: for ever
  ColourSpace colour{};        ///< of the canvases; pictures of another are converted
  bool has_pairs = false;      ///< keep Cb and Cr in turns as well: NV12
  Filter filter = Filter::area;
};

struct Statistics {
  std::uint64_t pictures_composed = 0;
  DrawCounts drawn{};
  SourceCounts sources{};
};

/// What is configured or placed allocates, and so does the first picture of another size or format; nothing else does.
/// Out of memory that says capacity_reached, and what was before stays. Each (source, part, size) is scaled once,
/// whatever number of tiles show it and of views is taken. Between start() and finish(), and in a view, nothing else
/// may be called; where it can it says out_of_range.
class MIXMINUS_API Compositor {
 public:
  static constexpr std::int32_t kMaxSources = 4096;
  static constexpr std::size_t kMaxOutputs = 64;

  Status configure(const CompositorConfig& config) noexcept;

  /// One more canvas on the same sources; the first one is 0. capacity_reached: there are kMaxOutputs.
  Status add_output(Size size, std::size_t& output) noexcept;

  /// capacity_reached: all are taken.
  Status add_source(std::int32_t& source) noexcept;

  /// Its tiles are background until the next layout. out_of_range: no such source.
  Status remove_source(std::int32_t source) noexcept;

  /// out_of_range: an unknown source, a side or place that is odd or outside, a border that leaves nothing, a radius
  /// beyond half a side; then the layout before stays. Tiles that are as they were before are not drawn again.
  /// not_configured: there is no canvas.
  Status set_layout(std::span<const Tile> tiles, std::size_t output = 0) noexcept;

  /// Above all tiles. out_of_range: odd places.
  Status set_overlays(std::span<const PlacedOverlay> overlays, std::size_t output = 0) noexcept;

  /// What is seen where no picture is, on all canvases: a colour, or the middle of an upright I420 picture, which is
  /// copied.
  Status set_background(const Colour& colour, const Picture* picture) noexcept;

  /// Gives the picture of a source until the next. shape_mismatch: a side is not in 1..kMaxSide or, of BGRA, odd, rows
  /// overlap or words are not aligned.
  Status push(std::int32_t source, const Picture& picture) noexcept;

  /// What is seen instead, see Shown: upright I420; nullptr: nothing is.
  Status set_avatar(std::int32_t source, const Picture* picture) noexcept;
  Status set_slate(const Picture* picture) noexcept;
  Status set_muted(std::int32_t source, bool is_muted) noexcept;

  /// Draws a frame in the tiles of one source, or kNobody; does not allocate. out_of_range: no such source, odd width.
  Status highlight(const Highlight& highlight) noexcept;

  /// Draws what has changed; what was drawn on the first canvas.
  std::span<const Rect> compose(std::int64_t now_ns) noexcept;

  /// The same in parts: how many calls of draw() there are to make, at most `bands`, at the same time if so wished;
  /// after all of them finish(). The bytes are the same for any number.
  std::int32_t start(std::int64_t now_ns, std::int32_t bands) noexcept;
  void draw(std::int32_t band) noexcept;
  std::span<const Rect> finish() noexcept;
  [[nodiscard]] bool is_drawing() const noexcept { return bands_ > 0; }

  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_.size(); }
  [[nodiscard]] const Output& output(std::size_t index) const noexcept { return *outputs_[index]; }
  [[nodiscard]] const Canvas& canvas(std::size_t output = 0) const noexcept { return outputs_[output]->canvas(); }
  [[nodiscard]] Size size(std::size_t output = 0) const noexcept { return outputs_[output]->size(); }
  [[nodiscard]] bool has(std::int32_t source) const noexcept { return sources_ && sources_->has(source); }
  [[nodiscard]] Statistics statistics() const noexcept;

  /// Takes the tiles of a source off a canvas until end_view().
  Status begin_view(std::int32_t excluded, std::size_t output = 0) noexcept;
  void end_view() noexcept;
  [[nodiscard]] bool is_viewing() const noexcept { return viewed_ != nullptr; }

 private:
  [[nodiscard]] bool is_busy() const noexcept { return is_drawing() || is_viewing(); }
  Status set_picture(std::int32_t source, Shown which, const Picture* picture) noexcept;
  void find_twins() noexcept;
  template <typename Change>
  Status change(std::size_t output, const Change& change) noexcept;

  CompositorConfig config_{};
  std::unique_ptr<Sources> sources_;  ///< where outputs find it
  std::vector<std::unique_ptr<Output>> outputs_;
  Output* viewed_ = nullptr;
  std::array<bool, Output::kMaxBands> is_drawn_{};
  std::int32_t bands_ = 0;  ///< being drawn
  std::uint64_t composed_ = 0;
};

}  // namespace mixminus::compose
