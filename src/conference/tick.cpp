// The straight line of one tick: packets in, voices to the mixer and the floor, mixes out.
#include <algorithm>
#include <array>
#include <cmath>

#include "mixminus/base/time.hpp"
#include "mixminus/conference/conference.hpp"
#include "mixminus/rtp/header_extensions.hpp"
#include "mixminus/rtp/packet.hpp"

namespace mixminus::conference {
namespace {

bool is_speaking(mix::Role role) noexcept { return role != mix::Role::listener && role != mix::Role::tap; }

}  // namespace

void Conference::receive(LegId id, Bytes datagram, std::int64_t arrival_ns, std::size_t path) noexcept {
  Leg* const leg = find(id);
  const std::int64_t at_ns = bounded_time_ns(arrival_ns);
  if (leg == nullptr) {
    ++packets_for_nobody_;
  } else if (rtp::is_rtcp(datagram)) {
    receive_report(*leg, datagram, at_ns);
  } else if (leg->trunk != nullptr) {
    leg->trunk->receive(datagram, at_ns, config_.id, path);
  } else {
    leg->receiver.insert(datagram, at_ns, path);
  }
}

void Conference::receive_report(Leg& leg, Bytes datagram, std::int64_t arrival_ns) noexcept {
  rtp::Report report;
  const bool has_sender = leg.rtcp.receive(datagram, {arrival_ns, config_.unix_offset_ns}, report);
  expect_loss(leg);
  if (leg.trunk == nullptr) {
    leg.expect_echo_after(leg.rtcp.remote().round_trip_time_ns);
    const std::uint32_t followed = leg.receiver.remote_ssrc();
    if (has_sender && (followed == 0 || followed == report.ssrc)) leg.receiver.receive(report.sender, arrival_ns);
    return;
  }
  leg.trunk->hear(datagram, arrival_ns);
  for (const auto& lane : leg.trunk->lanes())
    if (has_sender && lane->is_bound && lane->ssrc == report.ssrc) lane->receiver.receive(report.sender, arrival_ns);
}

/// Encoders protect against the loss that is reported: a leg's own for its site, a shared one for the worst.
void Conference::expect_loss(Leg& leg) noexcept {
  const auto percent_of = [](const Leg& other) {
    const auto reported = static_cast<std::int32_t>(std::ceil(100.0F * other.rtcp.remote().fraction_lost));
    return std::max(reported, other.config.codec.opus.expected_loss_percent);
  };
  if (leg.trunk == nullptr) leg.own_encoder.expect_loss(percent_of(leg));
  if (leg.format == nullptr) return;
  std::int32_t worst_percent = 0;
  for (const std::int32_t slot : slots_)
    if (leg_at(slot).format == leg.format) worst_percent = std::max(worst_percent, percent_of(leg_at(slot)));
  for (SharedStream& stream : leg.format->shared) stream.encoder.expect_loss(worst_percent);
  for (StreamEncoder& lane : leg.format->lanes) lane.expect_loss(worst_percent);
}

void Conference::tick(std::int64_t now_ns) noexcept {
  const std::int64_t at_ns = bounded_time_ns(now_ns);
  agree(at_ns);
  select_decodes();
  auto decode = [&](std::size_t index) noexcept { take_frame(source_at(source_slots_[index]), at_ns); };
  pool_.run(source_slots_.size(), decode);
  listen();
  distinct_mixes_ = mixer_.tick();
  bank_.start_plan();
  plan_encodes();
  plan_lanes(at_ns);
  bank_.end_plan();
  auto encode = [&](std::size_t index) noexcept {
    const EncodeJob& job = bank_.jobs()[index];
    job.encoder->encode(mixer_.mix(job.mix));
  };
  pool_.run(bank_.jobs().size(), encode);
  send(at_ns);
}

void Conference::select_decodes() noexcept {
  selection_.start(mixer_.heard());
  for (const std::int32_t slot : source_slots_) {
    Source& source = source_at(slot);
    const bool is_audible = !source.is_silenced && is_speaking(source.role);
    selection_.update(slot, {.has_claims = source.has_levels && source.role != mix::Role::announcer,
                             .claim_dbov = source.receiver.take_claim_dbov(),
                             .measured_dbov = mixer_.levels_dbov()[static_cast<std::size_t>(slot)],
                             .is_measured = source.playout == Playout::speech,
                             .gain_db = is_audible ? source.gain_db : DecodeSelection::kInaudibleDb,
                             .room = source.speaks_to,
                             .is_wanted = source.followers > 0 || (is_audible && source.lifted_priority > 0),
                             .cancels_echo = source.echo_canceller != nullptr});
  }
  selection_.choose(source_slots_);
}

void Conference::take_frame(Source& source, std::int64_t now_ns) noexcept {
  const std::span<std::int16_t> row = mixer_.frame(source.slot);
  const std::span<const std::int16_t> far_end = sent_to(source);
  selection_.is_chosen(source.slot) ? source.pull(now_ns, row, far_end) : source.skip(now_ns, row, far_end);
}

/// The mix of the last tick, which lies where it was until the mixer runs again; nothing where it is of no use.
std::span<const std::int16_t> Conference::sent_to(const Source& source) const noexcept {
  if (source.echo_canceller == nullptr || leg_at(source.slot).encoder == nullptr) return {};
  return mixer_.mix(mixer_.mix_of()[static_cast<std::size_t>(source.slot)]);
}

/// What was heard of the voices goes to the mixer and to the floor.
void Conference::listen() noexcept {
  for (const std::int32_t slot : source_slots_) {
    const Source& source = source_at(slot);
    const bool may_speak = !source.is_silenced && is_speaking(source.role) && source.role != mix::Role::announcer;
    voices_[static_cast<std::size_t>(slot)] = may_speak ? source.voice : Voice{};
    if (config_.gates_noise) (void)mixer_.set_voice(slot, source.is_open);
  }
  (void)speaker_.update(voices_);
}

void Conference::plan_encodes() noexcept {
  for (const std::int32_t slot : slots_) {
    Leg& leg = leg_at(slot);
    const std::int32_t mix = mixer_.mix_of()[static_cast<std::size_t>(slot)];
    if (leg.trunk != nullptr) continue;
    mix >= 0 ? bank_.plan(leg, mix, mixer_.audience_of(slot)) : static_cast<void>(leg.encoder = nullptr);
  }
}

void Conference::send(std::int64_t now_ns) noexcept {
  for (const std::int32_t slot : slots_) {
    Leg& leg = leg_at(slot);
    if (leg.trunk != nullptr)
      send_lanes(leg, now_ns);
    else if (leg.encoder != nullptr)
      leg.sender.push(leg.encoder->payload(), leg.encoder->timestamp_step(), contribution_to(leg));
    report(leg, now_ns);
  }
}

void Conference::report(Leg& leg, std::int64_t now_ns) noexcept {
  if (!leg.rtcp.is_due(now_ns)) return;
  std::array<rtp::ReceptionReport, RtcpSession::kMaxBlocks> blocks{};
  std::size_t count = 0;
  const auto add = [&](AudioReceiver& receiver) { count += receiver.report(now_ns, blocks[count]) ? 1U : 0U; };
  if (leg.trunk == nullptr) add(leg.receiver);
  if (leg.trunk != nullptr)
    for (const auto& lane : leg.trunk->lanes()) add(lane->receiver);
  const RtpSender& sender = leg.trunk == nullptr ? leg.sender : leg.trunk->streams().front();
  leg.rtcp.write(sender, std::span(blocks).first(count), {now_ns, config_.unix_offset_ns});
}

/// The CSRC list of who is heard, and their levels.
Contribution Conference::contribution_to(const Leg& leg) noexcept {
  csrcs_.clear();
  if (!leg.config.lists_contributors) return {};
  std::array<std::int8_t, rtp::kMaxCsrcs> levels_dbov{};
  for (const std::int32_t slot : mixer_.heard()) {
    const Source& source = source_at(slot);
    const Lane* const lane = lane_at(slot);
    const std::uint32_t ssrc = lane == nullptr ? source.receiver.remote_ssrc() : lane->origin.ssrc;
    if (&source == &leg || ssrc == 0 || csrcs_.size() == rtp::kMaxCsrcs) continue;
    levels_dbov[csrcs_.size()] = rtp::wire_level_dbov(mixer_.levels_dbov()[static_cast<std::size_t>(slot)]);
    csrcs_.push_back(ssrc);
  }
  if (leg.config.mixer_level_id == 0 || csrcs_.empty()) return {.csrcs = csrcs_};
  constexpr std::int32_t kMaxOneByteId = 14;
  const bool is_small = leg.config.mixer_level_id <= kMaxOneByteId;
  rtp::ElementWriter writer(is_small ? rtp::ElementForm::one_byte : rtp::ElementForm::two_byte, extension_);
  (void)rtp::add_mixer_levels(writer, static_cast<std::uint8_t>(leg.config.mixer_level_id),
                              std::span(levels_dbov).first(csrcs_.size()));
  return {.csrcs = csrcs_, .extension_profile = writer.profile(), .extension = writer.body()};
}

}  // namespace mixminus::conference
