// Sources: what each of those who send pictures shows now.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/intake.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::compose {

/// Live: what was pushed last, until it is older than hold_ns. Then, and at once where the source is muted, its avatar,
/// after avatar_ns the slate, which is the same for all. What is not there is skipped; in the end there is background.
enum class Shown : std::uint8_t { live, avatar, slate, background };
inline constexpr std::size_t kPicturesOfSource = 3;

/// How many there are in a state now.
struct SourceCounts {
  std::uint32_t late = 0;    ///< live, and nothing has come since the compose() before
  std::uint32_t frozen = 0;  ///< of those, for a second or more
  std::uint32_t avatar = 0;
  std::uint32_t slate = 0;
};

class MIXMINUS_API Sources {
 public:
  Status configure(std::int32_t capacity, std::int64_t hold_ns, std::int64_t avatar_ns, ColourSpace colour);

  /// capacity_reached: all are taken.
  Status add(std::int32_t& source) noexcept;
  void remove(std::int32_t source) noexcept;
  [[nodiscard]] bool has(std::int32_t source) const noexcept;

  /// Makes room for what such a live picture is turned into; throws std::bad_alloc.
  void prepare(std::int32_t source, const Picture& picture) { at(source).intake.prepare(picture); }

  /// Of the slate any source.
  void set(std::int32_t source, Shown which, const Picture& picture) noexcept;
  void forget(std::int32_t source, Shown which) noexcept;
  void set_muted(std::int32_t source, bool is_muted) noexcept { at(source).is_muted = is_muted; }

  /// Of the last picture, {} if there was none; what tiles are ready for.
  [[nodiscard]] Size size(std::int32_t source, Shown which) const noexcept {
    return upright_size(picture(source, which));
  }
  [[nodiscard]] const Picture& picture(std::int32_t source, Shown which) const noexcept;

  /// Decides who shows what. Time stands still where `now_ns` goes backwards.
  void look(std::int64_t now_ns) noexcept;
  [[nodiscard]] Shown shown(std::int32_t source) const noexcept { return at(source).shown; }
  [[nodiscard]] bool is_changed(std::int32_t source) const noexcept { return at(source).is_changed; }
  [[nodiscard]] ColourSpace colour() const noexcept { return colour_; }

  /// What is shown becomes upright I420, if it is not; before it is drawn.
  void make_upright(std::int32_t source) noexcept;
  [[nodiscard]] const SourceCounts& counts() const noexcept { return counts_; }

 private:
  struct Source {
    bool is_used = false;
    bool is_muted = false;
    bool is_changed = false;  ///< by the last look()
    Shown shown = Shown::background;
    std::array<bool, kPicturesOfSource> is_new{};  ///< since the last look()
    std::array<Picture, 2> pictures{};             ///< live and avatar
    Intake intake{};
    bool is_upright = false;  ///< the live picture: I420, to be drawn as it is
    std::int64_t seen_ns = 0;
  };

  [[nodiscard]] Source& at(std::int32_t source) noexcept { return sources_[static_cast<std::size_t>(source)]; }
  [[nodiscard]] const Source& at(std::int32_t source) const noexcept {
    return sources_[static_cast<std::size_t>(source)];
  }
  [[nodiscard]] Shown choice(const Source& source) const noexcept;
  void count(const Source& source, bool is_late) noexcept;

  std::vector<Source> sources_;
  Picture slate_{};
  ColourSpace colour_{};  ///< of the canvases
  std::int64_t hold_ns_ = 0;
  std::int64_t avatar_ns_ = 0;
  std::int64_t last_ns_ = 0;   ///< what look() was told
  std::int64_t clock_ns_ = 0;  ///< which only goes forwards
  bool has_looked_ = false;
  SourceCounts counts_{};
};

}  // namespace mixminus::compose
