// RFC 3550 appendices A.1 (sequence numbers), A.3 (loss) and A.8 (jitter).
#include "mixminus/rtp/reception.hpp"

#include <algorithm>
#include <cstdlib>

#include "mixminus/rtp/ntp.hpp"

namespace mixminus::rtp {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int32_t kMinClockHz = 1000;
constexpr std::int32_t kMaxClockHz = 192'000;

/// Nanoseconds as a wrapping count of the RTP clock. Seconds apart, so that no product leaves 64 bits.
std::uint32_t clock_units(std::int64_t time_ns, std::int32_t clock_hz) noexcept {
  const std::int64_t rest_ns = time_ns % kNsPerSecond;
  return static_cast<std::uint32_t>(time_ns / kNsPerSecond * clock_hz + rest_ns * clock_hz / kNsPerSecond);
}

}  // namespace

Status ReceptionStatistics::configure(std::int32_t clock_hz) noexcept {
  if (clock_hz < kMinClockHz || clock_hz > kMaxClockHz) return Status::out_of_range;
  *this = {};
  clock_hz_ = clock_hz;
  return Status::ok;
}

void ReceptionStatistics::start(std::uint16_t sequence_number) noexcept {
  sequence_.reset();
  base_ = sequence_.unwrap(sequence_number);
  received_ = expected_before_ = received_before_ = 0;
  restart_at_ = -1;
  is_started_ = true;
  has_transit_ = false;
}

Arrival ReceptionStatistics::place(std::uint16_t sequence_number) noexcept {
  if (!is_started_) {
    start(sequence_number);
    return Arrival::ahead;
  }
  const std::int64_t ahead = sequence_.peek(sequence_number) - sequence_.newest();
  if (ahead >= kMaxDropout || ahead <= -kMaxMisorder) {
    if (sequence_number == restart_at_) {
      start(sequence_number);
      return Arrival::restarted;
    }
    restart_at_ = static_cast<std::uint16_t>(sequence_number + 1);
    return Arrival::far_off;
  }
  sequence_.unwrap(sequence_number);
  return ahead > 0 ? Arrival::ahead : Arrival::behind;
}

Arrival ReceptionStatistics::receive(std::uint16_t sequence_number, std::uint32_t rtp_timestamp,
                                     std::int64_t arrival_ns) noexcept {
  const Arrival arrival = place(sequence_number);
  if (arrival == Arrival::far_off) return arrival;
  ++received_;
  measure_jitter(rtp_timestamp, arrival_ns);
  return arrival;
}

void ReceptionStatistics::measure_jitter(std::uint32_t rtp_timestamp, std::int64_t arrival_ns) noexcept {
  const std::uint32_t transit = clock_units(arrival_ns, clock_hz_) - rtp_timestamp;
  if (has_transit_) {
    const auto deviation = static_cast<std::uint64_t>(std::abs(std::int64_t{wrapped_distance(transit_, transit)}));
    jitter_q4_ += deviation - ((jitter_q4_ + 8) >> 4);
  }
  transit_ = transit;
  has_transit_ = true;
}

void ReceptionStatistics::receive(const SenderInfo& sender, std::int64_t arrival_ns) noexcept {
  last_sr_ = ntp_middle(sender.ntp);
  last_sr_arrival_ns_ = arrival_ns;
}

std::uint8_t ReceptionStatistics::close_interval() noexcept {
  const std::int64_t expected = packets_expected() - expected_before_;
  const std::int64_t lost = expected - (received_ - received_before_);
  expected_before_ = packets_expected();
  received_before_ = received_;
  if (expected == 0 || lost <= 0) return 0;
  return static_cast<std::uint8_t>((lost << 8) / expected);  // below 256: whatever was expected, its last one came
}

ReceptionReport ReceptionStatistics::report(std::uint32_t ssrc, std::int64_t now_ns) noexcept {
  const auto since_sr_ns =
      wrapped_distance(static_cast<std::uint64_t>(last_sr_arrival_ns_), static_cast<std::uint64_t>(now_ns));
  return {.ssrc = ssrc,
          .fraction_lost = close_interval(),
          .cumulative_lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(packets_lost(), -0x80'0000, 0x7F'FFFF)),
          .extended_highest_sequence = extended_highest_sequence(),
          .jitter = jitter(),
          .last_sr = last_sr_,
          .delay_since_last_sr = last_sr_ == 0 ? 0 : short_from_ns(since_sr_ns)};
}

std::int64_t ReceptionStatistics::packets_expected() const noexcept {
  return is_started_ ? sequence_.newest() - base_ + 1 : 0;
}

std::uint32_t ReceptionStatistics::extended_highest_sequence() const noexcept {
  return static_cast<std::uint32_t>(sequence_.newest());
}

std::uint32_t ReceptionStatistics::jitter() const noexcept {
  return static_cast<std::uint32_t>(jitter_q4_ >> 4);  // below 2^31, like each deviation
}

std::int64_t ReceptionStatistics::jitter_ns() const noexcept {
  return clock_hz_ == 0 ? 0 : std::int64_t{jitter()} * kNsPerSecond / clock_hz_;
}

}  // namespace mixminus::rtp
