// Conferences joined by trunks: everybody is heard once, and all agree on who has the floor.
#include <algorithm>

#include "mixminus/conference/conference.hpp"
#include "mixminus/dsp/level.hpp"
#include "mixminus/rtp/header_extensions.hpp"

namespace mixminus::conference {
namespace {

constexpr std::uint16_t kChairedRank = 256;         // above all that are not
constexpr std::int32_t kFloorPriority = 1'000'000;  // in the mix, whoever else speaks

/// Which of two ways of the same talker is taken.
bool is_shorter(const Lane& a, const Lane& b) noexcept {
  return a.origin.hops != b.origin.hops ? a.origin.hops < b.origin.hops : a.slot < b.slot;
}

}  // namespace

TalkerId Conference::talker_at(std::int32_t slot) const noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= legs_.size()) return {};
  if (const Lane* const lane = lane_at(slot)) return lane->origin.talker();
  const auto& leg = legs_[static_cast<std::size_t>(slot)];
  return leg ? TalkerId{config_.id, leg->id.generation} : TalkerId{};
}

LegId Conference::leg_of(TalkerId talker) const noexcept {
  if (!talker.is_somebody()) return {};
  const Lane* best = nullptr;  // several lanes may have carried him: the last that did
  for (const std::int32_t slot : source_slots_) {
    if (talker_at(slot) != talker) continue;
    const Lane* const lane = lane_at(slot);
    if (lane == nullptr) return id_at(slot);
    if (best == nullptr || lane->last_arrival_ns > best->last_arrival_ns) best = lane;
  }
  return best == nullptr ? LegId{} : id_at(best->slot);
}

void Conference::agree(std::int64_t now_ns) noexcept {
  if (!trunks_.empty()) find_duplicates(now_ns);
  choose_decider(now_ns);
  apply_floor();
}

/// Of a talker who comes through several trunks only the shortest way is heard, as long as it lives.
void Conference::find_duplicates(std::int64_t now_ns) noexcept {
  alive_.clear();
  for (const std::int32_t trunk : trunks_) {
    for (const auto& lane : leg_at(trunk).trunk->lanes()) {
      if (lane->has_new_talker) (void)speaker_.reset(lane->slot);
      lane->has_new_talker = false;
      const bool is_alive = lane->is_alive(now_ns);
      if (is_alive) alive_.push_back(lane.get());
      lane->is_idle = !is_alive && lane->playout != Playout::speech;
    }
  }
  for (Lane* const lane : alive_) {
    const bool is_duplicate = std::ranges::any_of(alive_, [&](const Lane* other) {
      return other->origin.talker() == lane->origin.talker() && is_shorter(*other, *lane);
    });
    if (is_duplicate && !lane->is_duplicate) leg_at(lane->trunk).trunk->count_duplicate();
    lane->is_duplicate = is_duplicate;
  }
}

/// As bridges choose the root of a spanning tree (IEEE 802.1D): the highest rank, then the lowest id, then the
/// shortest way; who would have to be reached over more than kMaxHops trunks is gone.
void Conference::choose_decider(std::int64_t now_ns) noexcept {
  const bool is_chaired = chair_.lecturer.is_somebody() || chair_.called.is_somebody();
  const auto rank = static_cast<std::uint16_t>(config_.rank + (is_chaired ? kChairedRank : 0));
  decider_ = {.conference = config_.id, .rank = rank};
  floor_ = chair_;
  floor_.speaker = chair_.called.is_somebody() ? chair_.called : talker_at(speaker_.dominant());
  for (const std::int32_t slot : trunks_) {
    const Trunk& trunk = *leg_at(slot).trunk;
    const Hello& said = trunk.neighbour();
    if (!trunk.is_alive(now_ns) || said.decider == config_.id || said.hops >= kMaxHops) continue;
    const auto hops = static_cast<std::uint8_t>(said.hops + 1);
    const bool is_tie = said.decider_rank == decider_.rank && said.decider == decider_.conference;
    const bool is_better =
        said.decider_rank != decider_.rank ? said.decider_rank > decider_.rank : said.decider < decider_.conference;
    if (!is_better && !(is_tie && hops < decider_.hops)) continue;
    decider_ = {.conference = said.decider, .rank = said.decider_rank, .hops = hops, .trunk = slot};
    floor_ = said.floor;
  }
}

void Conference::apply_floor() noexcept {
  for (const std::int32_t slot : source_slots_) {
    Source& source = source_at(slot);
    const bool is_silenced = this->is_silenced(slot);
    if (source.is_silenced != is_silenced) (void)mixer_.set_muted(slot, is_silenced);
    source.is_silenced = is_silenced;
    const TalkerId talker = talker_at(slot);
    const bool has_floor = talker.is_somebody() && (talker == floor_.lecturer || talker == floor_.called);
    const std::int32_t priority = has_floor ? std::max(source.priority, kFloorPriority) : source.priority;
    if (source.lifted_priority != priority) (void)mixer_.set_priority(slot, priority);
    source.lifted_priority = priority;
  }
}

bool Conference::is_silenced(std::int32_t slot) const noexcept {
  const Source& source = source_at(slot);
  const Lane* const lane = lane_at(slot);
  if (lane != nullptr && (lane->is_duplicate || lane->is_idle)) return true;
  const TalkerId talker = talker_at(slot);
  if (talker.is_somebody() && talker == floor_.called) return false;
  const bool is_barred =
      floor_.lecturer.is_somebody() && talker != floor_.lecturer && source.role != mix::Role::announcer;
  return source.is_muted || is_barred;
}

/// Whose voice leaves on a lane, as the far side will see it.
Origin Conference::origin_of(std::int32_t slot) const noexcept {
  Origin origin;
  if (const Lane* const lane = lane_at(slot)) {
    if (lane->origin.hops == kMaxHops) return {};
    origin = lane->origin;
  } else {
    origin.number = talker_at(slot).number;
    origin.ssrc = source_at(slot).receiver.remote_ssrc();
  }
  origin.path[origin.hops++] = config_.id;
  return origin;
}

bool Conference::takes(const Leg& leg, std::int32_t slot, const Origin& origin, std::int64_t now_ns) const noexcept {
  const Lane* const lane = lane_at(slot);
  const bool came_from_there = lane != nullptr && lane->trunk == leg.slot;
  return !came_from_there && (source_at(slot).speaks_to & leg.config.hears) != 0 && leg.trunk->takes(origin, now_ns);
}

void Conference::plan_lanes(std::int64_t now_ns) noexcept {
  if (trunks_.empty()) return;
  forwarded_.clear();
  for (const std::int32_t slot : mixer_.heard()) {
    const bool is_said = config_.loudest > 0 || source_at(slot).is_open;
    const Origin origin = origin_of(slot);
    const bool is_taken =
        std::ranges::any_of(trunks_, [&](std::int32_t trunk) { return takes(leg_at(trunk), slot, origin, now_ns); });
    if (is_said && is_taken) forwarded_.push_back(slot);
  }
  lane_table_.assign(forwarded_);
  for (std::size_t lane = 0; lane < origins_.size(); ++lane) {
    const std::int32_t slot = lane_table_.talkers()[lane];
    if (slot == LaneTable::kIdle) continue;
    const std::int32_t row = mixer_.solo_of()[static_cast<std::size_t>(slot)];
    origins_[lane] = origin_of(slot);
    levels_dbov_[lane] = rtp::wire_level_dbov(dsp::level_dbov(mixer_.mix(row)));
    for (const std::int32_t trunk : trunks_)
      if (takes(leg_at(trunk), slot, origins_[lane], now_ns)) bank_.plan_lane(*leg_at(trunk).format, lane, row);
  }
}

void Conference::send_lanes(Leg& leg, std::int64_t now_ns) noexcept {
  for (std::size_t lane = 0; lane < origins_.size(); ++lane) {
    const std::int32_t slot = lane_table_.talkers()[lane];
    const StreamEncoder& encoder = leg.format->lanes[lane];
    const bool is_sent = slot != LaneTable::kIdle && takes(leg, slot, origins_[lane], now_ns);
    std::array<std::uint8_t, kMaxOriginBytes> memory{};
    const Contribution contribution{
        .csrcs = std::span(&origins_[lane].ssrc, 1),
        .extension_profile = static_cast<std::uint16_t>(rtp::ElementForm::one_byte),
        .extension = is_sent ? write_origin(origins_[lane], levels_dbov_[lane], memory) : Bytes{}};
    leg.trunk->streams()[lane].push(is_sent ? encoder.payload() : Bytes{}, encoder.timestamp_step(), contribution);
  }
  greet(leg, now_ns);
}

void Conference::greet(Leg& leg, std::int64_t now_ns) noexcept {
  const bool is_behind = decider_.trunk == leg.slot;  // the far side knows it better
  const Hello hello{.conference = config_.id,
                    .decider = decider_.conference,
                    .decider_rank = decider_.rank,
                    .hops = is_behind ? Hello::kUnreachable : decider_.hops,
                    .floor = floor_};
  leg.trunk->greet(hello, now_ns);
  if (!leg.trunk->has_hello() || !leg.rtcp.report().empty()) return;
  std::array<std::uint8_t, kHelloBytes> memory{};
  leg.rtcp.write(hello_packet(leg.trunk->take_hello(), leg.config.origin.ssrc, memory));
}

}  // namespace mixminus::conference
