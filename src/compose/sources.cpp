#include "mixminus/compose/sources.hpp"

#include <algorithm>

#include "mixminus/base/time.hpp"

namespace mixminus::compose {
namespace {

constexpr std::int64_t kFrozenNs = 1'000'000'000;

constexpr std::size_t index_of(Shown which) { return static_cast<std::size_t>(which); }

bool is_there(const Picture& picture) { return picture.planes[0].pixels != nullptr; }

}  // namespace

Status Sources::configure(std::int32_t capacity, std::int64_t hold_ns, std::int64_t avatar_ns, ColourSpace colour) {
  if (capacity < 1 || hold_ns < 0 || avatar_ns < 0) return Status::out_of_range;
  *this = {};
  sources_.resize(static_cast<std::size_t>(capacity));
  hold_ns_ = hold_ns;
  avatar_ns_ = avatar_ns;
  colour_ = colour;
  return Status::ok;
}

Status Sources::add(std::int32_t& source) noexcept {
  const auto free = std::ranges::find(sources_, false, &Source::is_used);
  if (free == sources_.end()) return Status::capacity_reached;
  *free = {.is_used = true, .seen_ns = clock_ns_};
  source = static_cast<std::int32_t>(free - sources_.begin());
  return Status::ok;
}

void Sources::remove(std::int32_t source) noexcept { at(source) = {}; }

bool Sources::has(std::int32_t source) const noexcept {
  return source >= 0 && static_cast<std::size_t>(source) < sources_.size() && at(source).is_used;
}

const Picture& Sources::picture(std::int32_t source, Shown which) const noexcept {
  return which == Shown::slate ? slate_ : at(source).pictures[index_of(which)];
}

void Sources::set(std::int32_t source, Shown which, const Picture& picture) noexcept {
  if (which != Shown::slate) {
    at(source).pictures[index_of(which)] = picture;
    at(source).is_new[index_of(which)] = true;
    if (which == Shown::live) at(source).is_upright = false;
    return;
  }
  slate_ = picture;
  for (Source& each : sources_) each.is_new[index_of(which)] = true;
}

void Sources::forget(std::int32_t source, Shown which) noexcept { set(source, which, {}); }

void Sources::make_upright(std::int32_t index) noexcept {
  Source& source = at(index);
  if (source.shown != Shown::live || source.is_upright) return;
  source.pictures[0] = source.intake.upright(source.pictures[0], colour_);
  source.is_upright = true;
}

void Sources::look(std::int64_t now_ns) noexcept {
  now_ns = bounded_time_ns(now_ns);
  if (has_looked_ && now_ns > last_ns_) clock_ns_ += std::min(now_ns - last_ns_, kMaxTimeNs - clock_ns_);
  last_ns_ = now_ns;
  has_looked_ = true;
  counts_ = {};
  for (Source& source : sources_) {
    if (!source.is_used) continue;
    const bool is_late = !source.is_new[index_of(Shown::live)];
    if (!is_late) source.seen_ns = clock_ns_;
    const Shown shown = choice(source);
    source.is_changed = shown != source.shown || (shown != Shown::background && source.is_new[index_of(shown)]);
    source.shown = shown;
    source.is_new = {};
    count(source, is_late);
  }
}

Shown Sources::choice(const Source& source) const noexcept {
  const std::int64_t age_ns = clock_ns_ - source.seen_ns;
  const bool is_fresh = hold_ns_ == 0 || age_ns <= hold_ns_;
  if (!source.is_muted && is_fresh && is_there(source.pictures[0])) return Shown::live;
  const bool is_waiting = source.is_muted || avatar_ns_ == 0 || age_ns <= hold_ns_ + avatar_ns_;
  if (is_waiting && is_there(source.pictures[1])) return Shown::avatar;
  return is_there(slate_) ? Shown::slate : Shown::background;
}

void Sources::count(const Source& source, bool is_late) noexcept {
  if (source.shown == Shown::avatar) ++counts_.avatar;
  if (source.shown == Shown::slate) ++counts_.slate;
  if (source.shown != Shown::live || !is_late) return;
  ++counts_.late;
  if (clock_ns_ - source.seen_ns >= kFrozenNs) ++counts_.frozen;
}

}  // namespace mixminus::compose
