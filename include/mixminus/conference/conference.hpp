// Conference: packets of many sites in, every site's mixed packets out; one tick runs all of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/conference/decode_selection.hpp"
#include "mixminus/conference/encoder_bank.hpp"
#include "mixminus/conference/lane_table.hpp"
#include "mixminus/conference/leg.hpp"
#include "mixminus/mix/mixer.hpp"
#include "mixminus/rt/thread_pool.hpp"
#include "mixminus/speaker/active_speaker.hpp"

namespace mixminus::conference {

struct Config {
  std::int32_t sample_rate_hz = 48'000;  ///< of the mix: 8, 16, 24, 32, 44.1 or 48 kHz
  std::int32_t frame_ms = 20;            ///< 10, 20, 40 or 60
  std::int32_t capacity = 256;           ///< legs, 1..mix::kMaxLegs
  std::int32_t loudest = 4;              ///< talkers mixed at a time; 0: all
  std::int32_t threads = 2;              ///< the caller's included, 1..rt::kMaxThreads
  bool shares_encodes = true;            ///< one encode for all who hear the same
  std::int32_t look_ahead_ms = 5;        ///< of the limiter, 0, 5 or 10; so much later the mixes are heard
  mix::LevellerConfig leveller{};        ///< brings all sites to one loudness; off
  bool gates_noise = true;               ///< who only hums does not enter the mix
  std::int32_t audiences = 4;            ///< different sets of groups heard at a time, 1..16
  std::int32_t min_hold_ms = 0;          ///< the active speaker stays at least so long
  std::uint32_t id = 0;                  ///< among the conferences that trunks join: no two may have the same
  std::int32_t rank = 0;                 ///< of those, the highest decides who has the floor, 0..255
  std::int32_t lanes = 6;                ///< talkers that a trunk carries at a time, 1..16
  std::int64_t unix_offset_ns = 0;       ///< from now_ns to Unix time, for the NTP times of reports; up to kMaxTimeNs
};

/// The caller's codec for one leg, one object per direction. Empty: made from LegConfig::codec.
struct LegCodecs {
  std::unique_ptr<codec::Codec> decoder;
  std::unique_ptr<codec::Codec> encoder;
};

/// A point-to-multipoint RTP mixer (RFC 7667 section 3.6.1, RFC 3550 section 7). Adding and removing
/// legs allocates; receive(), tick() and the taking of packets do not, and neither lock, throw nor read
/// a clock. One object, one thread at a time; inside a tick its own threads share the work, and the
/// packets are the same to the bit for any number of them.
class MIXMINUS_API Conference {
 public:
  Status configure(const Config& config) noexcept;

  Status add_leg(const LegConfig& config, LegCodecs codecs, LegId& id) noexcept;
  Status remove_leg(LegId id) noexcept;

  /// An RTP or RTCP packet of a site (told apart by RFC 5761), any time before the tick.
  void receive(LegId id, Bytes datagram, std::int64_t arrival_ns, std::size_t path = 0) noexcept;

  /// Decodes, mixes and encodes one frame of every leg. Of the sites that send RFC 6464 levels only those are
  /// decoded that may be heard, see DecodeSelection.
  void tick(std::int64_t now_ns) noexcept;

  [[nodiscard]] Bytes packet(LegId id) const noexcept;  ///< oldest one not taken; empty: none
  void take_packet(LegId id) noexcept;
  [[nodiscard]] Bytes report(LegId id) const noexcept;  ///< RTCP compound that is due; empty: none
  void take_report(LegId id) noexcept;

  Status set_gain_db(LegId id, float gain_db) noexcept;
  Status set_muted(LegId id, bool is_muted) noexcept;
  [[nodiscard]] bool is_muted(LegId id) const noexcept;  ///< false too: no such leg, or a trunk that carries talkers
  Status set_role(LegId id, mix::Role role) noexcept;    ///< neither from nor to a trunk that carries talkers
  Status set_speaks_to(LegId id, mix::Groups groups) noexcept;
  Status set_hears(LegId id, mix::Groups groups) noexcept;
  Status set_priority(LegId id, std::int32_t priority) noexcept;
  Status set_exception(LegId listener, LegId talker, float gain_db) noexcept;
  Status clear_exception(LegId listener, LegId talker) noexcept;

  // What a chair does. Holds in all conferences that trunks join, if this one decides; it does before those
  // that are not chaired. `talker` may be elsewhere.
  void lecture(TalkerId talker) noexcept;     ///< only he is heard, and who is called; nobody: ends it
  void give_floor(TalkerId talker) noexcept;  ///< calls him: he is heard even if muted; nobody: takes it back
  void mute_all_but(std::span<const LegId> legs) noexcept;

  /// Who has the floor here and in all conferences joined by trunks.
  [[nodiscard]] const Floor& floor() const noexcept { return floor_; }
  [[nodiscard]] std::uint32_t decider() const noexcept { return decider_.conference; }
  [[nodiscard]] TalkerId talker_at(std::int32_t slot) const noexcept;  ///< of a leg or a lane
  [[nodiscard]] LegId leg_of(TalkerId talker) const noexcept;          ///< himself, or the trunk through which he comes
  [[nodiscard]] std::span<const std::int32_t> ranking() const noexcept { return speaker_.ranking(); }  ///< slots
  [[nodiscard]] const Trunk* trunk(LegId id) const noexcept;

  [[nodiscard]] bool has(LegId id) const noexcept { return find(id) != nullptr; }
  Status statistics(LegId id, LegStatistics& statistics) const noexcept;
  [[nodiscard]] std::int32_t mix_of(LegId id) const noexcept;  ///< row of mix() in the last tick; -1: no such leg
  [[nodiscard]] std::span<const std::int16_t> mix(std::int32_t index) const noexcept { return mixer_.mix(index); }
  [[nodiscard]] std::int32_t distinct_mixes() const noexcept { return distinct_mixes_; }
  [[nodiscard]] std::size_t encodes() const noexcept { return bank_.jobs().size(); }               ///< of the last tick
  [[nodiscard]] std::int32_t decodes() const noexcept { return selection_.chosen(); }              ///< of the last tick
  [[nodiscard]] std::span<const std::int32_t> talkers() const noexcept { return mixer_.heard(); }  ///< slots
  [[nodiscard]] std::span<const std::int32_t> slots() const noexcept { return slots_; }            ///< taken, ascending
  [[nodiscard]] LegId id_at(std::int32_t slot) const noexcept;  ///< of the trunk, for one of its lanes
  [[nodiscard]] std::uint64_t talkers_turned_away() const noexcept { return lane_table_.turned_away(); }
  [[nodiscard]] std::uint64_t packets_for_nobody() const noexcept { return packets_for_nobody_; }
  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  /// Who decides, and how far away he is.
  struct Decider {
    std::uint32_t conference = 0;
    std::uint16_t rank = 0;
    std::uint8_t hops = 0;
    std::int32_t trunk = -1;  ///< slot of the leg behind which he is
  };

  // setting up
  [[nodiscard]] Leg* find(LegId id) const noexcept;
  [[nodiscard]] Leg& leg_at(std::int32_t slot) const noexcept { return *legs_[static_cast<std::size_t>(slot)]; }
  [[nodiscard]] Source& source_at(std::int32_t slot) const noexcept {
    return *sources_[static_cast<std::size_t>(slot)];
  }
  Status equip(Leg& leg, LegCodecs codecs);
  Status equip_trunk(Leg& leg, const ReceiverConfig& receiver);
  Status seat(Leg& leg) noexcept;
  Status seat_lane(const Leg& leg, Lane& lane) noexcept;
  void register_source(Source& source, std::int32_t slot) noexcept;
  void unregister(std::int32_t slot) noexcept;
  [[nodiscard]] std::size_t slots_needed(const LegConfig& config) const noexcept;
  void receive_report(Leg& leg, Bytes datagram, std::int64_t arrival_ns) noexcept;
  void expect_loss(Leg& leg) noexcept;
  void add(const Source& source, LegStatistics& all) const noexcept;
  static void add(const RtpSender& sender, LegStatistics& all) noexcept;

  /// Changes a leg; of a trunk that carries talkers, all of its lanes.
  template <typename Change>
  Status set(LegId id, Change change) noexcept {
    Leg* const leg = find(id);
    if (leg == nullptr) return Status::unknown_leg;
    if (leg->trunk == nullptr) return change(static_cast<Source&>(*leg));
    Status status = Status::ok;
    for (const auto& lane : leg->trunk->lanes())
      if (status == Status::ok) status = change(static_cast<Source&>(*lane));
    return status;
  }

  // a tick
  void select_decodes() noexcept;
  void take_frame(Source& source, std::int64_t now_ns) noexcept;
  [[nodiscard]] std::span<const std::int16_t> sent_to(const Source& source) const noexcept;
  void listen() noexcept;
  void plan_encodes() noexcept;
  void send(std::int64_t now_ns) noexcept;
  void report(Leg& leg, std::int64_t now_ns) noexcept;
  [[nodiscard]] Contribution contribution_to(const Leg& leg) noexcept;

  // cascade
  void agree(std::int64_t now_ns) noexcept;
  void find_duplicates(std::int64_t now_ns) noexcept;
  void choose_decider(std::int64_t now_ns) noexcept;
  void apply_floor() noexcept;
  [[nodiscard]] bool is_silenced(std::int32_t slot) const noexcept;
  [[nodiscard]] Lane* lane_at(std::int32_t slot) const noexcept { return lanes_[static_cast<std::size_t>(slot)]; }
  void plan_lanes(std::int64_t now_ns) noexcept;
  [[nodiscard]] Origin origin_of(std::int32_t slot) const noexcept;
  [[nodiscard]] bool takes(const Leg& leg, std::int32_t slot, const Origin& origin, std::int64_t now_ns) const noexcept;
  void send_lanes(Leg& leg, std::int64_t now_ns) noexcept;
  void greet(Leg& leg, std::int64_t now_ns) noexcept;

  Config config_{};
  mix::Mixer mixer_;
  DecodeSelection selection_;
  EncoderBank bank_;
  rt::ThreadPool pool_;
  speaker::ActiveSpeaker speaker_;
  LaneTable lane_table_;
  Floor chair_{};  // by hand, in this conference
  Floor floor_{};
  Decider decider_{};
  std::vector<std::unique_ptr<Leg>> legs_;  // by slot of the mixer, as the next two
  std::vector<Source*> sources_;            // legs and lanes; none for trunks that carry talkers
  std::vector<Lane*> lanes_;
  std::vector<Voice> voices_;
  std::vector<std::int32_t> slots_;         // of legs
  std::vector<std::int32_t> source_slots_;  // of sources
  std::vector<std::int32_t> trunks_;        // slots of those that carry talkers
  std::vector<std::int32_t> forwarded_;     // slots, in this tick
  std::vector<Lane*> alive_;                // memory of find_duplicates()
  std::vector<Origin> origins_;             // by lane out
  std::vector<std::int8_t> levels_dbov_;    // by lane out
  std::vector<std::uint32_t> csrcs_;        // memory of contribution_to(), as the next
  std::vector<std::uint8_t> extension_;
  std::uint32_t generation_ = 0;
  std::int32_t distinct_mixes_ = 0;
  std::uint64_t packets_for_nobody_ = 0;
};

}  // namespace mixminus::conference
