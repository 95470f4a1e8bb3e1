// Who is in the conference, what waits for him, and what is known of him; the tick is in tick.cpp.
#include "mixminus/conference/conference.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "mixminus/base/time.hpp"
#include "mixminus/rtp/packet.hpp"

namespace mixminus::conference {
namespace {

constexpr std::array kRatesHz{8'000, 16'000, 24'000, 32'000, 44'100, 48'000};

/// 64..95 look like RTCP once the marker is set (RFC 5761 section 4).
bool is_payload_type(std::int32_t type) noexcept { return type >= 0 && type <= 127 && (type < 64 || type > 95); }

constexpr std::int32_t kMaxAudiences = 16;
constexpr std::int32_t kMaxRank = 255;

bool is_valid(const Config& config) noexcept {
  const auto is_within = [](std::int32_t value, std::int32_t low, std::int32_t high) {
    return value >= low && value <= high;
  };
  return std::ranges::find(kRatesHz, config.sample_rate_hz) != kRatesHz.end() &&
         bounded_time_ns(config.unix_offset_ns) == config.unix_offset_ns &&
         is_within(config.audiences, 1, kMaxAudiences) && is_within(config.rank, 0, kMaxRank) &&
         is_within(config.lanes, 1, static_cast<std::int32_t>(RtcpSession::kMaxBlocks));
}

bool is_cascade(const LegConfig& config) noexcept { return config.role == mix::Role::trunk && config.carries_talkers; }

}  // namespace

Status Conference::configure(const Config& config) noexcept try {
  if (!is_valid(config)) return Status::out_of_range;
  const Status mixer = mixer_.configure({.sample_rate_hz = config.sample_rate_hz,
                                         .frame_ms = config.frame_ms,
                                         .capacity = config.capacity,
                                         .audiences = config.audiences + 1,  // lanes of trunks hear nobody
                                         .solos = config.capacity,
                                         .selection = {.places = config.loudest},
                                         .limiter = {.look_ahead_ms = config.look_ahead_ms},
                                         .leveller = config.leveller});
  if (mixer != Status::ok) return mixer;
  const Status bank = bank_.configure({.sample_rate_hz = config.sample_rate_hz,
                                       .frame_samples = mixer_.frame_samples(),
                                       .capacity = config.capacity,
                                       .audiences = config.audiences + 1,
                                       .lanes = config.lanes,
                                       .shares = config.shares_encodes});
  if (bank != Status::ok) return bank;
  const Status speaker =
      speaker_.configure({.capacity = config.capacity, .frame_ms = config.frame_ms, .min_hold_ms = config.min_hold_ms});
  if (speaker != Status::ok) return speaker;
  const auto capacity = static_cast<std::size_t>(config.capacity);
  selection_.configure({.places = config.loudest, .gate_dbov = mixer_.config().selection.gate_dbov}, capacity,
                       config.frame_ms);
  const auto lanes = static_cast<std::size_t>(config.lanes);
  lane_table_.configure(lanes);
  config_ = config;
  chair_ = floor_ = {};
  decider_ = {.conference = config.id};
  sources_.assign(capacity, nullptr);
  lanes_.assign(capacity, nullptr);
  legs_.clear();
  legs_.resize(capacity);
  voices_.assign(capacity, {});
  for (auto* slots : {&slots_, &source_slots_, &trunks_, &forwarded_}) {
    slots->clear();
    slots->reserve(capacity);
  }
  alive_.reserve(capacity);
  origins_.assign(lanes, {});
  levels_dbov_.assign(lanes, 0);
  csrcs_.reserve(rtp::kMaxCsrcs);
  extension_.assign(RtpSender::kMaxExtensionBytes, 0);
  (void)mixer_.set_solos(0);  // until there is a trunk
  return pool_.configure(config.threads);
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

std::size_t Conference::slots_needed(const LegConfig& config) const noexcept {
  return 1 + (is_cascade(config) ? static_cast<std::size_t>(config_.lanes) : 0);
}

Status Conference::add_leg(const LegConfig& config, LegCodecs codecs, LegId& id) noexcept try {
  if (legs_.empty()) return Status::not_configured;
  const std::size_t taken = source_slots_.size() + trunks_.size();
  if (legs_.size() - taken < slots_needed(config)) return Status::capacity_reached;  // refusing is cheap
  if (config.follows != LegId{}) {
    const Leg* const followed = find(config.follows);
    if (followed == nullptr) return Status::unknown_leg;
    if (followed->trunk != nullptr) return Status::out_of_range;  // it fills no row
  }
  auto leg = std::make_unique<Leg>();
  leg->config = config;
  Status status = equip(*leg, std::move(codecs));
  if (status != Status::ok) return status;
  status = seat(*leg);
  if (status != Status::ok) {
    bank_.remove(*leg);
    return status;
  }
  leg->id = id = {leg->slot, ++generation_};
  slots_.insert(std::ranges::lower_bound(slots_, leg->slot), leg->slot);
  legs_[static_cast<std::size_t>(leg->slot)] = std::move(leg);
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Conference::equip(Leg& leg, LegCodecs codecs) {
  LegConfig& config = leg.config;
  if (config.payload_type < 0)
    config.payload_type =
        codec::default_payload_type(config.codec.kind, config.codec.sample_rate_hz, config.codec.channels);
  if (!is_payload_type(config.payload_type)) return Status::out_of_range;
  if (config.red_payload_type >= 0 && !is_payload_type(config.red_payload_type)) return Status::out_of_range;
  if (config.mixer_level_id < 0 || config.mixer_level_id > 255) return Status::out_of_range;
  const ReceiverConfig receiver{.codec = config.codec,
                                .payload_type = config.payload_type,
                                .red_payload_type = config.red_payload_type,
                                .sample_rate_hz = config_.sample_rate_hz,
                                .frame_ms = config_.frame_ms,
                                .min_delay_ms = config.min_delay_ms,
                                .max_delay_ms = config.max_delay_ms,
                                .ms_per_percent = config.ms_per_percent,
                                .audio_level_id = config.audio_level_id};
  if (is_cascade(config) && config.cancels_echo) return Status::out_of_range;  // its far side is no room
  const auto streams = is_cascade(config) ? static_cast<std::uint32_t>(config_.lanes) : 1U;
  Status status = leg.rtcp.configure(config.origin.ssrc, streams, config.cname);
  if (status != Status::ok) return status;
  if (is_cascade(config)) return codecs.encoder ? Status::unsupported_codec : equip_trunk(leg, receiver);
  status =
      codecs.decoder ? leg.receiver.configure(receiver, std::move(codecs.decoder)) : leg.receiver.configure(receiver);
  if (status == Status::ok) status = leg.configure(receiver);
  if (status == Status::ok && config.cancels_echo)
    status = leg.cancel_echo({.sample_rate_hz = config_.sample_rate_hz, .tail_length_ms = config.echo_tail_ms});
  if (status == Status::ok) status = bank_.add(leg, std::move(codecs.encoder));
  if (status == Status::ok) {
    status = leg.sender.configure(config.origin, static_cast<std::uint8_t>(config.payload_type),
                                  leg.own_encoder.max_payload_bytes());
    if (status != Status::ok) bank_.remove(leg);
  }
  return status;
}

Status Conference::equip_trunk(Leg& leg, const ReceiverConfig& receiver) {
  Status status = bank_.add_trunk(leg);
  if (status != Status::ok) return status;
  ReceiverConfig lane = receiver;
  lane.audio_level_id = kTrunkLevelElement;
  leg.trunk = std::make_unique<Trunk>();
  status = leg.trunk->configure(static_cast<std::size_t>(config_.lanes), lane, leg.config.origin,
                                static_cast<std::uint8_t>(leg.config.payload_type),
                                leg.format->lanes.front().max_payload_bytes());
  if (status != Status::ok) bank_.remove(leg);
  return status;
}

/// Gives the leg, and the lanes of a trunk, their slots of the mixer.
Status Conference::seat(Leg& leg) noexcept {
  const LegConfig& config = leg.config;
  const bool is_trunk = leg.trunk != nullptr;
  Status status = mixer_.add({.role = is_trunk ? mix::Role::listener : config.role,  // its lanes speak
                              .gain_db = config.gain_db,
                              .speaks_to = config.speaks_to,
                              .hears = config.hears,
                              .priority = config.priority,
                              .follows = config.follows.slot},
                             leg.slot);
  if (status != Status::ok) return status;
  if (!is_trunk) {
    leg.role = config.role;
    leg.gain_db = config.gain_db;
    leg.speaks_to = config.speaks_to;
    leg.priority = leg.lifted_priority = config.priority;
    register_source(leg, leg.slot);
    if (config.follows != LegId{}) ++source_at(config.follows.slot).followers;
    return Status::ok;
  }
  for (const auto& lane : leg.trunk->lanes()) {
    status = seat_lane(leg, *lane);
    if (status == Status::ok) continue;
    for (const auto& other : leg.trunk->lanes())
      if (other->slot >= 0) unregister(other->slot);
    (void)mixer_.remove(leg.slot);
    return status;
  }
  trunks_.push_back(leg.slot);
  (void)mixer_.set_solos(config_.capacity);
  return Status::ok;
}

Status Conference::seat_lane(const Leg& leg, Lane& lane) noexcept {
  const LegConfig& config = leg.config;
  const Status status = mixer_.add(
      {.gain_db = config.gain_db, .speaks_to = config.speaks_to, .hears = 0, .priority = config.priority}, lane.slot);
  if (status != Status::ok) return status;
  lane.trunk = leg.slot;
  lane.gain_db = config.gain_db;
  lane.speaks_to = config.speaks_to;
  lane.priority = lane.lifted_priority = config.priority;
  lanes_[static_cast<std::size_t>(lane.slot)] = &lane;
  register_source(lane, lane.slot);
  return Status::ok;
}

void Conference::register_source(Source& source, std::int32_t slot) noexcept {
  sources_[static_cast<std::size_t>(slot)] = &source;
  source_slots_.insert(std::ranges::lower_bound(source_slots_, slot), slot);
}

void Conference::unregister(std::int32_t slot) noexcept {
  const auto index = static_cast<std::size_t>(slot);
  if (sources_[index] != nullptr) source_slots_.erase(std::ranges::lower_bound(source_slots_, slot));
  sources_[index] = nullptr;
  lanes_[index] = nullptr;
  voices_[index] = {};
  selection_.forget(index);
  lane_table_.forget(slot);
  (void)speaker_.reset(slot);
  (void)mixer_.remove(slot);
}

Status Conference::remove_leg(LegId id) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  bank_.remove(*leg);
  if (leg->trunk != nullptr) {
    for (const auto& lane : leg->trunk->lanes()) unregister(lane->slot);
    std::erase(trunks_, id.slot);
    if (trunks_.empty()) (void)mixer_.set_solos(0);
  }
  if (const Leg* const followed = find(leg->config.follows)) --source_at(followed->slot).followers;
  unregister(id.slot);
  slots_.erase(std::ranges::lower_bound(slots_, id.slot));
  legs_[static_cast<std::size_t>(id.slot)].reset();
  return Status::ok;
}

Leg* Conference::find(LegId id) const noexcept {
  if (id.slot < 0 || static_cast<std::size_t>(id.slot) >= legs_.size()) return nullptr;
  Leg* const leg = legs_[static_cast<std::size_t>(id.slot)].get();
  return leg != nullptr && leg->id == id ? leg : nullptr;
}

LegId Conference::id_at(std::int32_t slot) const noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= legs_.size()) return {};
  const Lane* const lane = lane_at(slot);
  const auto& leg = legs_[static_cast<std::size_t>(lane == nullptr ? slot : lane->trunk)];
  return leg ? leg->id : LegId{};
}

Bytes Conference::packet(LegId id) const noexcept {
  const Leg* const leg = find(id);
  if (leg == nullptr) return {};
  if (leg->trunk == nullptr) return leg->sender.front();
  for (const RtpSender& stream : std::as_const(*leg->trunk).streams())
    if (const Bytes packet = stream.front(); !packet.empty()) return packet;
  return {};
}

void Conference::take_packet(LegId id) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return;
  if (leg->trunk == nullptr) return leg->sender.pop();
  for (RtpSender& stream : leg->trunk->streams())
    if (!stream.front().empty()) return stream.pop();
}

Bytes Conference::report(LegId id) const noexcept {
  const Leg* const leg = find(id);
  return leg == nullptr ? Bytes{} : leg->rtcp.report();
}

void Conference::take_report(LegId id) noexcept {
  if (Leg* const leg = find(id)) leg->rtcp.take_report();
}

std::int32_t Conference::mix_of(LegId id) const noexcept {
  return find(id) == nullptr ? -1 : mixer_.mix_of()[static_cast<std::size_t>(id.slot)];
}

const Trunk* Conference::trunk(LegId id) const noexcept {
  const Leg* const leg = find(id);
  return leg == nullptr ? nullptr : leg->trunk.get();
}

Status Conference::statistics(LegId id, LegStatistics& statistics) const noexcept {
  const Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  statistics = {.encode_failures = leg->own_encoder.failures(),
                .remote = leg->rtcp.remote(),
                .has_said_bye = leg->rtcp.has_said_bye()};
  statistics.is_decoded = false;
  if (leg->trunk == nullptr) {
    add(*leg, statistics);
    statistics.voice = leg->voice;
    statistics.cancels_echo = leg->echo_canceller != nullptr;
    if (statistics.cancels_echo) statistics.echo = leg->echo_canceller->metrics();
    add(leg->sender, statistics);
    return Status::ok;
  }
  for (const auto& lane : leg->trunk->lanes()) add(*lane, statistics);
  for (const RtpSender& stream : std::as_const(*leg->trunk).streams()) add(stream, statistics);
  return Status::ok;
}

/// Of the lanes of a trunk all are counted, and the loudest and the latest shown.
void Conference::add(const Source& source, LegStatistics& all) const noexcept {
  const auto heard = mixer_.heard();
  const bool is_decoded = selection_.is_chosen(source.slot);
  const float level_dbov =
      is_decoded ? mixer_.levels_dbov()[static_cast<std::size_t>(source.slot)] : selection_.claim_dbov(source.slot);
  all.inbound += source.receiver.statistics();
  all.level_dbov = std::max(all.level_dbov, level_dbov);
  all.is_decoded |= is_decoded;
  all.is_heard |= std::ranges::binary_search(heard, source.slot);
  all.frames_not_decoded += source.frames_not_decoded;
  all.levels_overstated += selection_.overstated(source.slot);
  all.levels_understated += selection_.is_understated(source.slot) ? 1U : 0U;
}

void Conference::add(const RtpSender& sender, LegStatistics& all) noexcept {
  all.packets_sent += sender.packets_sent();
  all.bytes_sent += sender.bytes_sent();
  all.packets_overwritten += sender.packets_overwritten();
}

}  // namespace mixminus::conference
