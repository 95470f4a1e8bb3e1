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
#include "mixminus/conference/leg.hpp"
#include "mixminus/mix/mixer.hpp"
#include "mixminus/rt/thread_pool.hpp"

namespace mixminus::conference {

struct Config {
  std::int32_t sample_rate_hz = 48'000;  ///< of the mix: 8, 16, 24, 32, 44.1 or 48 kHz
  std::int32_t frame_ms = 20;            ///< 10, 20, 40 or 60
  std::int32_t capacity = 256;           ///< legs, 1..mix::kMaxLegs
  std::int32_t loudest = 4;              ///< talkers mixed at a time; 0: all
  std::int32_t threads = 2;              ///< the caller's included, 1..rt::kMaxThreads
  bool shares_encodes = true;            ///< one encode for all who hear the same
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
  void receive(LegId id, Bytes datagram, std::int64_t arrival_ns) noexcept;

  /// Decodes, mixes and encodes one frame of every leg. Of the sites that send RFC 6464 levels only those are
  /// decoded that may be heard, see DecodeSelection.
  void tick(std::int64_t now_ns) noexcept;

  [[nodiscard]] Bytes packet(LegId id) const noexcept;  ///< oldest one not taken; empty: none
  void take_packet(LegId id) noexcept;
  [[nodiscard]] Bytes report(LegId id) const noexcept;  ///< RTCP compound that is due; empty: none
  void take_report(LegId id) noexcept;

  Status set_gain_db(LegId id, float gain_db) noexcept;
  Status set_muted(LegId id, bool is_muted) noexcept;
  Status set_role(LegId id, mix::Role role) noexcept;

  [[nodiscard]] bool has(LegId id) const noexcept { return find(id) != nullptr; }
  Status statistics(LegId id, LegStatistics& statistics) const noexcept;
  [[nodiscard]] std::int32_t mix_of(LegId id) const noexcept;  ///< row of mix() in the last tick; -1: no such leg
  [[nodiscard]] std::span<const std::int16_t> mix(std::int32_t index) const noexcept { return mixer_.mix(index); }
  [[nodiscard]] std::int32_t distinct_mixes() const noexcept { return distinct_mixes_; }
  [[nodiscard]] std::size_t encodes() const noexcept { return bank_.jobs().size(); }               ///< of the last tick
  [[nodiscard]] std::int32_t decodes() const noexcept { return selection_.chosen(); }              ///< of the last tick
  [[nodiscard]] std::span<const std::int32_t> talkers() const noexcept { return mixer_.heard(); }  ///< slots
  [[nodiscard]] std::span<const std::int32_t> slots() const noexcept { return slots_; }            ///< taken, ascending
  [[nodiscard]] LegId id_at(std::int32_t slot) const noexcept;
  [[nodiscard]] std::uint64_t packets_for_nobody() const noexcept { return packets_for_nobody_; }
  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  [[nodiscard]] Leg* find(LegId id) const noexcept;
  Status equip(Leg& leg, LegCodecs codecs);
  void expect_loss(Leg& leg) noexcept;
  void select_decodes() noexcept;
  void take_frame(Leg& leg, std::int64_t now_ns) noexcept;
  void plan_encodes() noexcept;
  void send(std::int64_t now_ns) noexcept;
  [[nodiscard]] std::span<const std::uint32_t> contributors(const Leg& leg,
                                                            std::span<std::uint32_t> memory) const noexcept;

  Config config_{};
  mix::Mixer mixer_;
  DecodeSelection selection_;
  EncoderBank bank_;
  rt::ThreadPool pool_;
  std::vector<std::unique_ptr<Leg>> legs_;  // by slot of the mixer
  std::vector<std::int32_t> slots_;
  std::uint32_t generation_ = 0;
  std::int32_t distinct_mixes_ = 0;
  std::uint64_t packets_for_nobody_ = 0;
};

}  // namespace mixminus::conference
