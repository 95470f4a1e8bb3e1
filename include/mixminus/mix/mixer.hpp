// Mixer: what each leg of a conference hears, and which legs hear the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/mix/audience.hpp"
#include "mixminus/mix/fader.hpp"
#include "mixminus/mix/leveller.hpp"
#include "mixminus/mix/limiter.hpp"
#include "mixminus/mix/loudest.hpp"
#include "mixminus/mix/tail.hpp"

namespace mixminus::kernels {
struct FadedRow;
struct Table;
}  // namespace mixminus::kernels

namespace mixminus::mix {

enum class Role : std::uint8_t {
  talker,     ///< speaks and hears everybody else
  listener,   ///< hears, is never heard
  trunk,      ///< a talker whose far side is another conference; talkers may come `via` it
  tap,        ///< hears, for recording; is never heard
  announcer,  ///< is heard without needing a place, hears nothing
};

inline constexpr std::int32_t kMaxLegs = 4096;
inline constexpr std::int32_t kMaxAudiences = 64;
inline constexpr std::int32_t kMaxGroups = 32;
inline constexpr float kMinGainDb = -60.0F;  ///< below it a leg is not heard
inline constexpr float kMaxGainDb = 20.0F;
static_assert(std::int64_t{kMaxLegs} * 32768 * 10 <= INT32_MAX, "an int32 must hold all legs at kMaxGainDb");

struct Config {
  std::int32_t sample_rate_hz = 48'000;  ///< 8000..48000, whole samples in a frame
  std::int32_t frame_ms = 20;            ///< 10, 20, 40 or 60
  std::int32_t capacity = 256;           ///< slots, 1..kMaxLegs
  std::int32_t channels = 1;             ///< of the mixes; 2: legs are panned
  std::int32_t audiences = 16;           ///< different sets of groups heard at a time, 1..kMaxAudiences
  std::int32_t exceptions = 64;          ///< pairs with a gain of their own, 0..65536
  std::int32_t solos = 0;                ///< heard legs that also get a row of their own, 0..kMaxLegs
  SelectionConfig selection{};
  LimiterConfig limiter{};
  LevellerConfig leveller{};
};

struct LegSettings {
  Role role = Role::talker;
  float gain_db = 0.0F;       ///< at most kMaxGainDb
  float pan = 0.0F;           ///< -1 left .. 1 right, constant power; two channels only
  Groups speaks_to = 1;       ///< who can hear it
  Groups hears = 1;           ///< whom it can hear
  std::int32_t priority = 0;  ///< higher ones take places from lower ones
  std::int32_t via = -1;      ///< slot of the trunk it comes through, which never hears it
  std::int32_t follows = -1;  ///< tap: hears this slot alone, as it came
};

/// The media-mixing mixer of RFC 7667 section 3.6.1, in O(legs + groups heard x talkers).
///
/// Everybody who is heard is summed once in int32 for each audience, which is a set of groups that somebody
/// hears; who is in the sum gets it minus himself, all others of the audience share one mix. Every distinct
/// mix goes through a look-ahead limiter, so nothing is above -1 dBFS and nothing wraps around; below that
/// the mix is the exact sum, Limiter::delay_samples() later.
/// Every change of what is heard (gain, pan, mute, role, groups, place among the loudest, joining, leaving,
/// moving between own and shared mix) fades for FadeCurve::kFadeMs, except before the first tick. While it
/// fades out a leg is still heard and still has a mix of its own: nobody ever hears himself.
/// After configure() nothing allocates, locks or reads a clock.
class MIXMINUS_API Mixer {
 public:
  /// Forgets all legs. The only call that allocates. capacity_reached: no memory.
  Status configure(const Config& config) noexcept;

  /// Takes the lowest free slot; its row of frames() is silent.
  Status add(const LegSettings& settings, std::int32_t& slot) noexcept;

  /// Frees the slot and silences its row. Comes instead of the leg's next frame: what is in the row has been
  /// mixed, and is continued while it fades out. Legs that came via it come via nobody.
  Status remove(std::int32_t slot) noexcept;

  Status set_gain_db(std::int32_t slot, float gain_db) noexcept;  ///< up to kMaxGainDb
  Status set_pan(std::int32_t slot, float pan) noexcept;
  Status set_muted(std::int32_t slot, bool is_muted) noexcept;
  Status set_role(std::int32_t slot, Role role) noexcept;
  Status set_priority(std::int32_t slot, std::int32_t priority) noexcept;
  /// Legs with no voice (noise, no speech) do not enter the mix and give their place back; so that a humming
  /// hall is not heard while it says nothing. Said before each tick, true from the start.
  Status set_voice(std::int32_t slot, bool has_voice) noexcept;
  /// The leg fades out, changes to these groups, and fades in again.
  Status set_speaks_to(std::int32_t slot, Groups groups) noexcept;
  /// Its mix is cross-faded. capacity_reached: too many different sets.
  Status set_hears(std::int32_t slot, Groups groups) noexcept;
  /// `listener` hears `talker` with this gain whatever the groups say: below kMinGainDb not at all.
  Status set_exception(std::int32_t listener, std::int32_t talker, float gain_db) noexcept;
  Status clear_exception(std::int32_t listener, std::int32_t talker) noexcept;
  /// How many heard legs get a row of their own, up to Config::solos; all of them from the start.
  Status set_solos(std::int32_t solos) noexcept;

  /// Mixes one frame of frames() into mixes(); returns the number of rows that are filled.
  std::int32_t tick() noexcept;

  [[nodiscard]] std::span<std::int16_t> frames() noexcept;  ///< capacity rows of frame_samples()
  [[nodiscard]] std::span<std::int16_t> frame(std::int32_t slot) noexcept;
  /// rows() rows of frame_samples() * channels, interleaved; tick() fills the first. Row 0 is what group 0 hears.
  [[nodiscard]] std::span<const std::int16_t> mixes() const noexcept;
  [[nodiscard]] std::span<const std::int16_t> mix(std::int32_t index) const noexcept;
  [[nodiscard]] std::int32_t rows() const noexcept;
  /// Per slot the row of mixes(); -1: empty slot, or an announcer.
  [[nodiscard]] std::span<const std::int32_t> mix_of() const noexcept { return mix_of_; }
  /// Of a leg that hears the shared mix of its audience, which one that is; -1: it has a row of its own, or none.
  [[nodiscard]] std::int32_t audience_of(std::int32_t slot) const noexcept;
  /// Per slot the row of its own voice, as it is in the mix but not delayed; -1: none. The first
  /// Config::solos of the heard legs have one.
  [[nodiscard]] std::span<const std::int32_t> solo_of() const noexcept { return solo_of_; }
  /// Per slot, of the last frame, before gain.
  [[nodiscard]] std::span<const float> levels_dbov() const noexcept { return levels_dbov_; }
  [[nodiscard]] std::span<const std::int32_t> heard() const noexcept { return heard_; }  ///< slots, ascending
  [[nodiscard]] std::int32_t frame_samples() const noexcept { return static_cast<std::int32_t>(samples_); }
  [[nodiscard]] std::int32_t delay_samples() const noexcept;  ///< of the limiter's look-ahead
  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  using Plane = std::vector<std::int32_t>;
  using Planes = std::array<Plane, kMaxChannels>;

  struct Leg {
    bool is_used = false;
    bool is_muted = false;
    bool has_voice = true;
    bool has_own_mix = false;
    LegSettings settings{};
    float gain = 1.0F;
    Leveller::State leveller{};
    Groups speaks_to = 1;  // now; settings.speaks_to once it has faded out
    std::array<Fader, kMaxChannels> faders{};
    std::int32_t audience = -1;     // now
    std::int32_t wanted = -1;       // audience it is to hear
    std::int32_t previous = -1;     // audience it is fading away from
    Fader arriving{};               // from the previous audience to this one
    Fader sharing{};                // from its own mix to that of the audience
    std::size_t flush_samples = 0;  // until its delay line holds what the audience's holds
    std::int32_t exceptions = 0;    // as a listener
  };

  struct Exception {
    std::int32_t listener = -1;
    std::int32_t talker = -1;
    float gain = 1.0F;
    bool is_leaving = false;
    Fader fader{};  // the gain with which the listener hears the talker
    [[nodiscard]] bool is_over() const noexcept { return is_leaving && fader.is_settled(); }
  };

  struct alignas(64) Line {
    std::int16_t samples[32];
  };

  // setting up
  [[nodiscard]] Leg* find(std::int32_t slot) noexcept;
  [[nodiscard]] const Leg* find(std::int32_t slot) const noexcept;
  Status check(const LegSettings& settings) const noexcept;
  std::int32_t join_audience(Groups hears) noexcept;
  void leave_audience(std::int32_t& audience) noexcept;
  void play_out(std::size_t slot) noexcept;
  [[nodiscard]] Exception* find_exception(std::int32_t listener, std::int32_t talker) noexcept;
  void drop_exceptions(std::int32_t slot) noexcept;

  // a tick
  void measure(std::size_t slot) noexcept;
  void aim(std::size_t slot) noexcept;
  void aim(Exception& exception) noexcept;
  void change_audience(Leg& leg) noexcept;
  void prepare_mix(std::size_t slot) noexcept;
  void sum_up(Audience& audience) noexcept;
  void finish_audiences() noexcept;
  [[nodiscard]] std::int32_t make_mix(std::size_t slot) noexcept;
  void make_own_sums(std::size_t slot, std::size_t channel) noexcept;
  void take_away_own(std::size_t slot, const Audience& audience, std::size_t channel, std::int32_t* rest) noexcept;
  void add_exceptions(std::size_t slot, std::size_t channel, std::int32_t* sums) noexcept;
  void limit(Bus& bus, std::int16_t* row) noexcept;
  void blend(const Fader& fader, const std::int16_t* to, std::int16_t* row) noexcept;
  void make_solos() noexcept;
  void advance() noexcept;

  [[nodiscard]] bool is_silent(const Leg& leg) const noexcept;
  [[nodiscard]] bool shares_mix(const Leg& leg) const noexcept;
  [[nodiscard]] bool is_audible(const Leg& talker, Groups hears) const noexcept;
  [[nodiscard]] float usual_gain(const Leg& talker, std::int32_t audience) const noexcept;
  [[nodiscard]] float usual_gain_now(const Leg& talker, const Leg& listener) const noexcept;
  [[nodiscard]] bool is_in(std::size_t slot, std::int32_t audience) const noexcept;
  [[nodiscard]] float open_gain(const Leg& leg) const noexcept;
  [[nodiscard]] float pan_gain(const Leg& leg, std::size_t channel) const noexcept;
  [[nodiscard]] kernels::FadedRow faded_row(std::size_t slot, std::size_t channel) const noexcept;
  [[nodiscard]] const std::int16_t* row(std::size_t slot) const noexcept;
  [[nodiscard]] std::int16_t* next_row(std::int32_t& index) noexcept;
  [[nodiscard]] std::size_t channels() const noexcept { return static_cast<std::size_t>(config_.channels); }

  Config config_{};
  const kernels::Table* kernels_ = nullptr;
  std::size_t samples_ = 0;  // of a frame
  std::size_t delay_ = 0;    // samples
  std::size_t end_ = 0;      // slots from here on are empty
  bool has_ticked_ = false;
  std::size_t solos_ = 0;
  FadeCurve curve_;
  Loudest loudest_;
  Leveller leveller_;
  Limiter limiter_;
  Continuation continuation_;
  std::vector<Leg> legs_;
  std::vector<Bus> buses_;  // by slot, of own mixes
  std::vector<Audience> audiences_;
  std::vector<Exception> exceptions_;
  std::vector<Line> frames_;
  std::vector<Line> mixes_;
  std::int32_t filled_rows_ = 0;
  std::vector<std::int32_t> mix_of_;
  std::vector<std::int32_t> solo_of_;
  std::vector<float> levels_dbov_;
  std::vector<std::int32_t> heard_;
  std::vector<std::int32_t> busy_;         // slots that may have a mix of their own
  std::vector<std::int32_t> audience_of_;  // per slot; -1: none
  std::vector<std::int32_t> audience_rows_;
  std::vector<const std::int16_t*> unity_rows_;                  // of the heard legs that need no gain
  Planes planes_;                                                // what waited and the new frame, of the mix at hand
  Plane earlier_;                                                // what the audience that is left would have given
  std::vector<float> product_;                                   // of two faders that move at once
  std::array<std::vector<std::int16_t>, kMaxChannels> limited_;  // before they are interleaved
};

}  // namespace mixminus::mix
