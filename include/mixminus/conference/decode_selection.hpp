// DecodeSelection: who has to be decoded, by what the sites claim about their levels (RFC 6464).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"

namespace mixminus::conference {

/// The defaults match mix::SelectionConfig.
struct DecodeSelectionConfig {
  std::int32_t places = 4;       ///< in the mix; 0: everybody is heard, so everybody is decoded
  std::int32_t warm_places = 3;  ///< decoded without having one, so that the next talker is known well
  float gate_dbov = -50.0F;      ///< who is below it does not enter the mix
  float margin_db = 6.0F;        ///< by which a claim may be too low without harm
  float lie_db = 12.0F;          ///< by which it must be wrong to be called a lie
};

/// What is known of one leg before its frame is decoded.
struct LevelEvidence {
  bool has_claims = false;      ///< the site sends levels; who does not is decoded always
  std::int32_t claim_dbov = 0;  ///< loudest since the last tick, as AudioReceiver::take_claim_dbov() says
  float measured_dbov = 0.0F;   ///< of the frame of the last tick
  bool is_measured = false;     ///< that frame was decoded from a packet
  float gain_db = 0.0F;         ///< with which the leg would be heard
  std::uint32_t room = 1;       ///< legs of one room compete with each other, as in mix::Claim
  bool is_wanted = false;       ///< it has to be decoded whatever its level
  bool cancels_echo = false;    ///< before that frame was measured; claims hold the echo still
};

/// Whoever mix::Loudest would choose is decoded, provided that no claim is more than `margin_db` too low.
///
/// Claims are smoothed as Loudest smooths levels: they rise at once, when the packet arrives and so before it is
/// played, and fall by 14.5 dB/s. A leg is decoded when its claim comes within the margin of the gate and of the
/// last of `places + warm_places` by *measured* level, so that claims cannot keep anybody out; and while the
/// mixer hears it.
///
/// Claims that are too high cost decoding for two seconds; then they are worth what was measured until they
/// agree with it again. Where echo is cancelled they are no lies: all that the site hears is in them, so they cost
/// decoding, and what is left, which is measured, decides. Claims that are too low are found by decoding everybody for
/// two frames every eight seconds; after that the leg is decoded always. Integers and sums of floats, in the order of
/// slots.
class MIXMINUS_API DecodeSelection {
 public:
  static constexpr float kInaudibleDb = -1000.0F;  ///< gain of who cannot be heard

  void configure(const DecodeSelectionConfig& config, std::size_t capacity, std::int32_t frame_ms);  ///< allocates

  /// A tick begins; `heard` are the slots in the mix of the last one.
  void start(std::span<const std::int32_t> heard) noexcept;
  void update(std::int32_t slot, const LevelEvidence& evidence) noexcept;  ///< once for each leg
  void choose(std::span<const std::int32_t> slots) noexcept;

  void forget(std::size_t slot) noexcept;  ///< makes it as new

  [[nodiscard]] bool is_chosen(std::int32_t slot) const noexcept { return seat(slot).is_chosen; }
  [[nodiscard]] std::int32_t chosen() const noexcept { return chosen_; }  ///< how many are
  [[nodiscard]] float claim_dbov(std::int32_t slot) const noexcept { return seat(slot).claim_dbov; }
  [[nodiscard]] std::uint64_t overstated(std::int32_t slot) const noexcept { return seat(slot).overstated; }
  [[nodiscard]] bool is_understated(std::int32_t slot) const noexcept { return seat(slot).is_understated; }

 private:
  struct Seat {
    float claim_dbov = -127.0F;     // smoothed
    float measured_dbov = -127.0F;  // smoothed
    float cap_dbov = 0.0F;          // what a claim is worth at most
    float gain_db = 0.0F;
    std::uint32_t room = 1;
    std::int32_t doubt_ticks = 0;        // too high since
    std::int32_t understated_ticks = 0;  // too low since
    std::int32_t unsaid_ticks = 0;       // until a packet without a level is forgotten
    std::int32_t until_probe_ticks = 0;  // below zero: under way
    std::uint64_t overstated = 0;
    bool has_claims = false;
    bool is_heard = false;
    bool is_wanted = false;
    bool cancels_echo = false;
    bool is_understated = false;
    bool is_loud = false;  // by its claims it may be heard
    bool is_chosen = true;
  };

  [[nodiscard]] Seat& seat(std::int32_t slot) noexcept { return seats_[static_cast<std::size_t>(slot)]; }
  [[nodiscard]] const Seat& seat(std::int32_t slot) const noexcept { return seats_[static_cast<std::size_t>(slot)]; }
  void measure(Seat& seat, const LevelEvidence& evidence) noexcept;
  void judge_high(Seat& seat) noexcept;
  void judge_low(Seat& seat, float measured_dbov) noexcept;
  [[nodiscard]] bool is_probed(Seat& seat) const noexcept;
  [[nodiscard]] bool may_be_heard(const Seat& seat, float last_place_db) const noexcept;
  void rank(std::span<const std::int32_t> slots) noexcept;
  [[nodiscard]] float last_place_db(std::uint32_t room) const noexcept;

  DecodeSelectionConfig config_{};
  float fall_db_ = 0.0F;  // per tick
  std::int32_t doubt_ticks_ = 0;
  std::int32_t probe_every_ticks_ = 0;
  std::int32_t chosen_ = 0;
  std::vector<Seat> seats_;  // by slot
  struct Room {
    std::uint32_t groups = 0;
    float last_place_db = kInaudibleDb;
  };
  std::vector<Room> rooms_;
  std::vector<float> ranks_db_;  // memory of rank()
};

}  // namespace mixminus::conference
