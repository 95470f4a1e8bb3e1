// Who is in the conference, and the straight line of one tick.
#include "mixminus/conference/conference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <utility>

#include "mixminus/base/time.hpp"
#include "mixminus/rtp/packet.hpp"

namespace mixminus::conference {
namespace {

constexpr std::array kRatesHz{8'000, 16'000, 24'000, 32'000, 44'100, 48'000};

/// 64..95 look like RTCP once the marker is set (RFC 5761 section 4).
bool is_payload_type(std::int32_t type) noexcept { return type >= 0 && type <= 127 && (type < 64 || type > 95); }

}  // namespace

Status Conference::configure(const Config& config) noexcept try {
  if (std::ranges::find(kRatesHz, config.sample_rate_hz) == kRatesHz.end()) return Status::out_of_range;
  if (bounded_time_ns(config.unix_offset_ns) != config.unix_offset_ns) return Status::out_of_range;
  const Status mixer = mixer_.configure({.sample_rate_hz = config.sample_rate_hz,
                                         .frame_ms = config.frame_ms,
                                         .capacity = config.capacity,
                                         .selection = {.places = config.loudest}});
  if (mixer != Status::ok) return mixer;
  const Status bank =
      bank_.configure(config.sample_rate_hz, mixer_.frame_samples(), config.capacity, config.shares_encodes);
  if (bank != Status::ok) return bank;
  selection_.configure({.places = config.loudest, .gate_dbov = mixer_.config().selection.gate_dbov},
                       static_cast<std::size_t>(config.capacity), config.frame_ms);
  config_ = config;
  legs_.clear();
  legs_.resize(static_cast<std::size_t>(config.capacity));
  slots_.clear();
  slots_.reserve(legs_.size());
  return pool_.configure(config.threads);
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Status Conference::add_leg(const LegConfig& config, LegCodecs codecs, LegId& id) noexcept try {
  if (legs_.empty()) return Status::not_configured;
  if (slots_.size() == legs_.size()) return Status::capacity_reached;  // refusing is cheap
  auto leg = std::make_unique<Leg>();
  leg->config = config;
  Status status = equip(*leg, std::move(codecs));
  if (status != Status::ok) return status;
  std::int32_t slot = -1;
  status = mixer_.add({.role = config.role, .gain_db = config.gain_db}, slot);
  if (status != Status::ok) {
    bank_.remove(*leg);
    return status;
  }
  leg->id = id = {slot, ++generation_};
  slots_.insert(std::lower_bound(slots_.begin(), slots_.end(), slot), slot);
  legs_[static_cast<std::size_t>(slot)] = std::move(leg);
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
  const ReceiverConfig receiver{.codec = config.codec,
                                .payload_type = config.payload_type,
                                .red_payload_type = config.red_payload_type,
                                .sample_rate_hz = config_.sample_rate_hz,
                                .frame_ms = config_.frame_ms,
                                .min_delay_ms = config.min_delay_ms,
                                .max_delay_ms = config.max_delay_ms,
                                .audio_level_id = config.audio_level_id};
  Status status =
      codecs.decoder ? leg.receiver.configure(receiver, std::move(codecs.decoder)) : leg.receiver.configure(receiver);
  if (status == Status::ok) status = leg.rtcp.configure(config.origin.ssrc, config.cname);
  if (status == Status::ok) status = bank_.add(leg, std::move(codecs.encoder));
  if (status == Status::ok) {
    status = leg.sender.configure(config.origin, static_cast<std::uint8_t>(config.payload_type),
                                  leg.own_encoder.max_payload_bytes());
    if (status != Status::ok) bank_.remove(leg);
  }
  return status;
}

Status Conference::remove_leg(LegId id) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  bank_.remove(*leg);
  slots_.erase(std::lower_bound(slots_.begin(), slots_.end(), id.slot));
  legs_[static_cast<std::size_t>(id.slot)].reset();
  selection_.forget(static_cast<std::size_t>(id.slot));
  return mixer_.remove(id.slot);
}

Leg* Conference::find(LegId id) const noexcept {
  if (id.slot < 0 || static_cast<std::size_t>(id.slot) >= legs_.size()) return nullptr;
  Leg* const leg = legs_[static_cast<std::size_t>(id.slot)].get();
  return leg != nullptr && leg->id == id ? leg : nullptr;
}

LegId Conference::id_at(std::int32_t slot) const noexcept {
  if (slot < 0 || static_cast<std::size_t>(slot) >= legs_.size()) return {};
  const auto& leg = legs_[static_cast<std::size_t>(slot)];
  return leg ? leg->id : LegId{};
}

void Conference::receive(LegId id, Bytes datagram, std::int64_t arrival_ns) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) {
    ++packets_for_nobody_;
  } else if (rtp::is_rtcp(datagram)) {
    leg->rtcp.receive(datagram, {bounded_time_ns(arrival_ns), config_.unix_offset_ns}, leg->receiver);
    expect_loss(*leg);
  } else {
    leg->receiver.insert(datagram, arrival_ns);
  }
}

/// Encoders protect against the loss that is reported: a leg's own for its site, a shared one for the worst.
void Conference::expect_loss(Leg& leg) noexcept {
  const auto percent_of = [](const Leg& other) {
    const auto reported = static_cast<std::int32_t>(std::ceil(100.0F * other.rtcp.remote().fraction_lost));
    return std::max(reported, other.config.codec.opus.expected_loss_percent);
  };
  leg.own_encoder.expect_loss(percent_of(leg));
  if (leg.format == nullptr) return;
  std::int32_t worst_percent = 0;
  for (const std::int32_t slot : slots_) {
    const Leg& other = *legs_[static_cast<std::size_t>(slot)];
    if (other.format == leg.format) worst_percent = std::max(worst_percent, percent_of(other));
  }
  leg.format->shared.expect_loss(worst_percent);
}

void Conference::tick(std::int64_t now_ns) noexcept {
  select_decodes();
  auto decode = [&](std::size_t index) noexcept {
    take_frame(*legs_[static_cast<std::size_t>(slots_[index])], now_ns);
  };
  pool_.run(slots_.size(), decode);
  distinct_mixes_ = mixer_.tick();
  plan_encodes();
  auto encode = [&](std::size_t index) noexcept {
    const EncodeJob& job = bank_.jobs()[index];
    job.encoder->encode(mixer_.mix(job.mix));
  };
  pool_.run(bank_.jobs().size(), encode);
  send(bounded_time_ns(now_ns));
}

void Conference::select_decodes() noexcept {
  selection_.start(mixer_.heard());
  for (const std::int32_t slot : slots_) {
    Leg& leg = *legs_[static_cast<std::size_t>(slot)];
    const bool is_audible =
        !leg.is_muted && leg.config.role != mix::Role::listener && leg.config.role != mix::Role::tap;
    selection_.update(slot, {.has_claims = leg.config.audio_level_id > 0 && leg.config.role != mix::Role::announcer,
                             .claim_dbov = leg.receiver.take_claim_dbov(),
                             .measured_dbov = mixer_.levels_dbov()[static_cast<std::size_t>(slot)],
                             .is_measured = leg.playout == Playout::speech,
                             .gain_db = is_audible ? leg.config.gain_db : DecodeSelection::kInaudibleDb});
  }
  selection_.choose(slots_);
}

void Conference::take_frame(Leg& leg, std::int64_t now_ns) noexcept {
  const std::span<std::int16_t> frame = mixer_.frame(leg.id.slot);
  if (selection_.is_chosen(leg.id.slot)) {
    leg.playout = leg.receiver.pull(now_ns, frame);
    leg.has_frame = true;
    return;
  }
  leg.playout = leg.receiver.skip(now_ns);
  ++leg.frames_not_decoded;
  if (leg.has_frame) std::ranges::fill(frame, std::int16_t{0});  // once: the rows of all legs are more than a cache
  leg.has_frame = false;
}

void Conference::plan_encodes() noexcept {
  bank_.start_plan();
  for (const std::int32_t slot : slots_)
    bank_.plan(*legs_[static_cast<std::size_t>(slot)], mixer_.mix_of()[static_cast<std::size_t>(slot)]);
  bank_.end_plan();
}

void Conference::send(std::int64_t now_ns) noexcept {
  std::array<std::uint32_t, rtp::kMaxCsrcs> memory{};
  for (const std::int32_t slot : slots_) {
    Leg& leg = *legs_[static_cast<std::size_t>(slot)];
    leg.sender.push(leg.encoder->payload(), leg.encoder->timestamp_step(), contributors(leg, memory));
    if (leg.rtcp.is_due(now_ns)) leg.rtcp.write(leg.sender, leg.receiver, {now_ns, config_.unix_offset_ns});
  }
}

std::span<const std::uint32_t> Conference::contributors(const Leg& leg,
                                                        std::span<std::uint32_t> memory) const noexcept {
  std::size_t count = 0;
  if (!leg.config.lists_contributors) return {};
  for (const std::int32_t slot : mixer_.heard()) {
    const Leg* const talker = legs_[static_cast<std::size_t>(slot)].get();
    if (talker == nullptr || talker == &leg || count == memory.size()) continue;
    if (const std::uint32_t ssrc = talker->receiver.remote_ssrc(); ssrc != 0) memory[count++] = ssrc;
  }
  return memory.first(count);
}

Bytes Conference::packet(LegId id) const noexcept {
  const Leg* const leg = find(id);
  return leg == nullptr ? Bytes{} : leg->sender.front();
}

void Conference::take_packet(LegId id) noexcept {
  if (Leg* const leg = find(id)) leg->sender.pop();
}

Bytes Conference::report(LegId id) const noexcept {
  const Leg* const leg = find(id);
  return leg == nullptr ? Bytes{} : leg->rtcp.report();
}

void Conference::take_report(LegId id) noexcept {
  if (Leg* const leg = find(id)) leg->rtcp.take_report();
}

Status Conference::set_gain_db(LegId id, float gain_db) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  const Status status = mixer_.set_gain_db(id.slot, gain_db);
  if (status == Status::ok) leg->config.gain_db = gain_db;
  return status;
}

Status Conference::set_muted(LegId id, bool is_muted) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  leg->is_muted = is_muted;
  return mixer_.set_muted(id.slot, is_muted);
}

Status Conference::set_role(LegId id, mix::Role role) noexcept {
  Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  const Status status = mixer_.set_role(id.slot, role);
  if (status == Status::ok) leg->config.role = role;
  return status;
}

std::int32_t Conference::mix_of(LegId id) const noexcept {
  return find(id) == nullptr ? -1 : mixer_.mix_of()[static_cast<std::size_t>(id.slot)];
}

Status Conference::statistics(LegId id, LegStatistics& statistics) const noexcept {
  const Leg* const leg = find(id);
  if (leg == nullptr) return Status::unknown_leg;
  const auto heard = mixer_.heard();
  const bool is_decoded = selection_.is_chosen(id.slot);
  statistics = {.inbound = leg->receiver.statistics(),
                .packets_sent = leg->sender.packets_sent(),
                .bytes_sent = leg->sender.bytes_sent(),
                .packets_overwritten = leg->sender.packets_overwritten(),
                .encode_failures = leg->own_encoder.failures(),
                .remote = leg->rtcp.remote(),
                .level_dbov = is_decoded ? mixer_.levels_dbov()[static_cast<std::size_t>(id.slot)]
                                         : selection_.claim_dbov(id.slot),
                .is_decoded = is_decoded,
                .frames_not_decoded = leg->frames_not_decoded,
                .levels_overstated = selection_.overstated(id.slot),
                .levels_understated = selection_.is_understated(id.slot),
                .is_heard = std::binary_search(heard.begin(), heard.end(), id.slot),
                .has_said_bye = leg->rtcp.has_said_bye()};
  return Status::ok;
}

}  // namespace mixminus::conference
