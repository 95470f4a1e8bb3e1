// Claims are believed as far as they were not refuted; what was measured decides who keeps whom out.
#include "mixminus/conference/decode_selection.hpp"

#include <algorithm>
#include <functional>

#include "mixminus/conference/audio_receiver.hpp"

namespace mixminus::conference {

namespace {

constexpr float kSilenceDbov = -127.0F;
constexpr float kFallDbPerMs = 0.0144765F;    // 300 ms to 1/e of power, as mix::Loudest
constexpr float kHysteresisDb = 3.0F;         // nobody flips at the edge
constexpr std::int32_t kDoubtMs = 2000;       // longer than words are apart
constexpr std::int32_t kProbeEveryMs = 8000;  // each costs five decodes: what wakes the decoder counts too
constexpr std::int32_t kProbeTicks = 2;
constexpr std::int32_t kProofTicks = 2;

}  // namespace

void DecodeSelection::configure(const DecodeSelectionConfig& config, std::size_t capacity, std::int32_t frame_ms) {
  config_ = config;
  fall_db_ = kFallDbPerMs * static_cast<float>(frame_ms);
  doubt_ticks_ = kDoubtMs / frame_ms;
  probe_every_ticks_ = kProbeEveryMs / frame_ms;
  chosen_ = 0;
  seats_.resize(capacity);
  ranks_db_.reserve(capacity);
  rooms_.reserve(capacity);
  for (std::size_t slot = 0; slot < capacity; ++slot) forget(slot);
}

void DecodeSelection::forget(std::size_t slot) noexcept {
  seats_[slot] = {};
  // neighbours take turns, so no tick decodes many more than the one before
  seats_[slot].until_probe_ticks =
      1 + static_cast<std::int32_t>(slot * 37 % static_cast<std::size_t>(probe_every_ticks_));
}

void DecodeSelection::start(std::span<const std::int32_t> heard) noexcept {
  for (Seat& seat : seats_) seat.is_heard = false;
  for (const std::int32_t slot : heard) seat(slot).is_heard = true;
}

void DecodeSelection::update(std::int32_t slot, const LevelEvidence& evidence) noexcept {
  Seat& seat = this->seat(slot);
  seat.unsaid_ticks = evidence.claim_dbov > 0 ? doubt_ticks_ : std::max(seat.unsaid_ticks - 1, 0);
  seat.has_claims = evidence.has_claims && seat.unsaid_ticks == 0;
  seat.gain_db = evidence.gain_db;
  seat.room = evidence.room;
  seat.is_wanted = evidence.is_wanted;
  seat.cancels_echo = evidence.cancels_echo;
  const float falling_dbov = std::max(seat.claim_dbov - fall_db_, kSilenceDbov);
  seat.claim_dbov =
      std::max(static_cast<float>(evidence.claim_dbov <= 0 ? evidence.claim_dbov : kNoClaim), falling_dbov);
  measure(seat, evidence);
}

void DecodeSelection::measure(Seat& seat, const LevelEvidence& evidence) noexcept {
  seat.measured_dbov = std::max(seat.measured_dbov - fall_db_, kSilenceDbov);
  if (!evidence.is_measured || !seat.is_chosen) return;
  seat.measured_dbov = std::max(seat.measured_dbov, evidence.measured_dbov);
  if (!seat.has_claims) return;
  judge_high(seat);
  judge_low(seat, evidence.measured_dbov);
}

void DecodeSelection::judge_high(Seat& seat) noexcept {
  if (seat.cancels_echo || seat.claim_dbov <= seat.measured_dbov + config_.lie_db) {
    seat.doubt_ticks = 0;
    seat.cap_dbov = 0.0F;
    return;
  }
  if (seat.cap_dbov < 0.0F) {
    seat.cap_dbov = std::max(seat.cap_dbov, seat.measured_dbov);
  } else if (++seat.doubt_ticks >= doubt_ticks_) {
    seat.cap_dbov = seat.measured_dbov;
    seat.doubt_ticks = 0;
    ++seat.overstated;
  }
}

void DecodeSelection::judge_low(Seat& seat, float measured_dbov) noexcept {
  const bool is_low = measured_dbov > seat.claim_dbov + config_.lie_db;
  const bool matters = measured_dbov >= config_.gate_dbov - config_.margin_db;
  seat.understated_ticks = is_low && matters ? seat.understated_ticks + 1 : 0;
  seat.is_understated |= seat.understated_ticks >= kProofTicks;
}

void DecodeSelection::choose(std::span<const std::int32_t> slots) noexcept {
  rank(slots);
  chosen_ = 0;
  for (const std::int32_t slot : slots) {
    Seat& seat = this->seat(slot);
    seat.is_loud = may_be_heard(seat, last_place_db(seat.room));
    const bool is_needed = config_.places == 0 || !seat.has_claims || seat.is_understated || seat.is_wanted ||
                           seat.is_heard || seat.is_loud;
    seat.is_chosen = is_probed(seat) || is_needed;
    chosen_ += seat.is_chosen;
  }
}

/// Of the last of those who are loud enough; a place beyond the last leg is open to everybody.
void DecodeSelection::rank(std::span<const std::int32_t> slots) noexcept {
  const auto places = static_cast<std::size_t>(config_.places + config_.warm_places);
  rooms_.clear();
  for (const std::int32_t first : slots) {
    const std::uint32_t groups = seat(first).room;
    const auto is_same = [&](const Room& room) { return room.groups == groups; };
    if (std::ranges::any_of(rooms_, is_same)) continue;
    ranks_db_.clear();
    for (const std::int32_t slot : slots)
      if (seat(slot).room == groups) ranks_db_.push_back(seat(slot).measured_dbov + seat(slot).gain_db);
    Room& room = rooms_.emplace_back(Room{.groups = groups});
    if (ranks_db_.size() < places) continue;
    const auto last = ranks_db_.begin() + static_cast<std::ptrdiff_t>(places - 1);
    std::nth_element(ranks_db_.begin(), last, ranks_db_.end(), std::greater<>());
    room.last_place_db = *last;
  }
}

float DecodeSelection::last_place_db(std::uint32_t room) const noexcept {
  return std::ranges::find_if(rooms_, [&](const Room& other) { return other.groups == room; })->last_place_db;
}

bool DecodeSelection::may_be_heard(const Seat& seat, float last_place_db) const noexcept {
  if (seat.gain_db <= kInaudibleDb) return false;
  const float margin_db = config_.margin_db + (seat.is_loud ? kHysteresisDb : 0.0F);
  const float level_dbov = std::min(seat.claim_dbov, seat.cap_dbov);
  return level_dbov >= config_.gate_dbov - margin_db && level_dbov + seat.gain_db >= last_place_db - margin_db;
}

/// Time goes on for who is decoded anyway: what a probe would show is seen already.
bool DecodeSelection::is_probed(Seat& seat) const noexcept {
  if (seat.gain_db <= kInaudibleDb) return false;
  if (--seat.until_probe_ticks > 0) return false;
  if (seat.until_probe_ticks <= -kProbeTicks) seat.until_probe_ticks = probe_every_ticks_;
  return seat.until_probe_ticks <= 0;
}

}  // namespace mixminus::conference
