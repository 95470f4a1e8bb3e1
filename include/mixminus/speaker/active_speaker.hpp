// ActiveSpeaker: who has the floor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/base/voice.hpp"

namespace mixminus::speaker {

inline constexpr std::int32_t kMaxLegs = 4096;

struct Config {
  std::int32_t capacity = 256;   ///< legs, 1..kMaxLegs
  std::int32_t frame_ms = 20;    ///< 10, 20, 40 or 60
  std::int32_t min_hold_ms = 0;  ///< nobody loses the floor sooner, 0..60000
};

/// Dominant speaker of a conference, from what VoiceActivity says of each frame.
///
/// The question of Volfin and Cohen ("Dominant speaker identification for multipoint videoconferencing",
/// Computer Speech and Language 27, 2013): has a new turn begun, or was it a cough or a nod? Asked here of
/// voiced speech instead of levels, and answered by the holder too. Each leg gathers evidence, which is audible
/// time as far as enough of it is voiced, with a short and a long memory. While the holder talks, another one must have
/// talked longer and more in the long one; when the holder has fallen silent, the short one decides, with less to prove
/// the longer the silence lasts: a word of agreement in a pause for breath does not take the floor.
class MIXMINUS_API ActiveSpeaker {
 public:
  Status configure(const Config& config) noexcept;  ///< allocates; capacity_reached: no memory

  /// Takes in one frame of the first voices.size() legs (the others are silent). Returns who has the floor;
  /// -1 until somebody has spoken.
  std::int32_t update(std::span<const Voice> voices) noexcept;

  /// Gives the floor by hand until clear_floor(). unknown_leg: no such slot.
  Status set_floor(std::int32_t slot) noexcept;
  void clear_floor() noexcept { given_ = -1; }

  /// Makes a slot as new; who leaves while he has the floor leaves it to the best of the ranking.
  Status reset(std::int32_t slot) noexcept;

  [[nodiscard]] std::int32_t dominant() const noexcept { return given_ >= 0 ? given_ : holder_; }
  /// Who has spoken, the dominant one first, then by the voiced time of the last seconds.
  [[nodiscard]] std::span<const std::int32_t> ranking() const noexcept { return ranking_; }
  /// Share of the evidence of the last seconds that is the dominant one's, 0..1; 0: silence.
  [[nodiscard]] float confidence() const noexcept;

 private:
  /// Time that leaks away.
  struct Evidence {
    float audible_ms = 0.0F;
    float voiced_ms = 0.0F;
    [[nodiscard]] float ms() const noexcept;
  };

  struct Leg {
    Evidence recent{};   // memory of 0.6 s
    Evidence lasting{};  // 1.2 s
    float speech_dbov = -90.0F;
    float silent_ms = 1e6F;
  };

  void take_in(Leg& leg, const Voice& voice) const noexcept;
  [[nodiscard]] std::int32_t strongest(Evidence Leg::* evidence) const noexcept;
  [[nodiscard]] float needed_ms() const noexcept;
  [[nodiscard]] std::int32_t challenger() const noexcept;
  void rank() noexcept;

  Config config_{};
  float frame_ms_ = 20.0F;
  float recent_decay_ = 0.0F;
  float lasting_decay_ = 0.0F;
  float held_ms_ = 0.0F;
  std::int32_t holder_ = -1;
  std::int32_t given_ = -1;
  std::vector<Leg> legs_;
  std::vector<std::int32_t> ranking_;
};

}  // namespace mixminus::speaker
