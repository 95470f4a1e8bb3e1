// Conference: any datagrams to a few legs that come and go, any ticks; a witness that hears all is fed to the end.
#include <algorithm>
#include <array>
#include <cstdint>

#include "input.hpp"
#include "mixminus/conference/conference.hpp"
#include "views.hpp"

namespace {

using fuzz::Input;
using mixminus::Bytes;
using mixminus::Status;
using mixminus::codec::Kind;
using mixminus::conference::Conference;
using mixminus::conference::LegConfig;
using mixminus::conference::LegId;

constexpr std::size_t kLegs = 5;
constexpr int kMaxTicks = 40;

LegConfig config_of(std::uint8_t byte) {
  constexpr std::array kKinds{Kind::pcmu, Kind::pcma, Kind::opus, Kind::g722, Kind::l16};
  constexpr std::array kRatesHz{8'000, 8'000, 16'000, 16'000, 16'000};
  const std::size_t kind = byte % kKinds.size();
  LegConfig config{.payload_type = 96, .red_payload_type = 63};
  config.codec = {.kind = kKinds[kind], .sample_rate_hz = kRatesHz[kind]};
  config.role = static_cast<mixminus::mix::Role>(byte / 8 % 3);
  config.carries_talkers = false;  // fuzz_trunk has the others
  config.mixer_level_id = byte / 32 % 2;
  config.origin.sequence_number = 0xFFFE;
  config.lists_contributors = byte >= 128;
  config.audio_level_id = byte / 64 % 2;
  config.cancels_echo = byte / 4 % 2 != 0;
  return config;
}

// Half of them are a header that is right up to its payload, the others are whatever came.
Bytes make_datagram(Input& input, std::array<std::uint8_t, 300>& memory) {
  const std::uint8_t shape = input.byte();
  const std::size_t fixed = shape % 2 == 0 ? 0 : 12;
  const std::size_t header = fixed + (shape % 8 == 7 ? 8 : 0);  // with an RFC 6464 level
  if (header > 0) {
    memory = {0x80, static_cast<std::uint8_t>(shape & 2 ? 96 : 63)};
    memory[3] = input.byte();
    memory[6] = static_cast<std::uint8_t>(memory[3] >> 1);  // 128 units a packet: near 20 ms at 8 kHz
    memory[7] = static_cast<std::uint8_t>(memory[3] << 7);
    memory[11] = static_cast<std::uint8_t>(shape >> 6);
    if (header > fixed) {
      memory[0] = 0x90;
      std::ranges::copy(std::array<std::uint8_t, 6>{0xBE, 0xDE, 0, 1, 1 << 4, input.byte()}, memory.begin() + 12);
    }
  }
  const Bytes rest = input.take(input.byte());
  std::ranges::copy(rest, memory.begin() + static_cast<std::ptrdiff_t>(header));
  return Bytes(memory).first(header + rest.size());
}

void join_or_leave(Conference& host, LegId& id, std::uint8_t byte) {
  if (host.has(id)) {
    fuzz::require(host.remove_leg(id) == Status::ok && host.remove_leg(id) == Status::unknown_leg);
  } else {
    const Status status = host.add_leg(config_of(byte), {}, id);
    fuzz::require(status == Status::ok || status == Status::unsupported_codec);
  }
}

void change(Conference& host, LegId id, std::uint8_t byte) {
  const Status expected = host.has(id) ? Status::ok : Status::unknown_leg;
  fuzz::require(host.set_muted(id, byte % 2 != 0) == expected);
  constexpr std::array kRoles{mixminus::mix::Role::talker, mixminus::mix::Role::listener, mixminus::mix::Role::tap};
  fuzz::require(host.set_role(id, kRoles[byte % 3]) == expected);
}

void tick(Conference& host, LegId witness, std::int64_t now_ns) {
  host.tick(now_ns);
  fuzz::require(host.packet(witness).size() == 12 + 160);  // whatever the others send
  for (host.take_packet(witness); !host.report(witness).empty();) host.take_report(witness);
  fuzz::require(host.decodes() >= 1 && static_cast<std::size_t>(host.decodes()) <= host.slots().size());
  for (const std::int32_t slot : host.slots()) {
    const std::int32_t mix = host.mix_of(host.id_at(slot));
    fuzz::require(mix >= 0 && mix < host.distinct_mixes());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  Conference host;
  fuzz::require(host.configure({.sample_rate_hz = 16'000,
                                .capacity = kLegs + 1,
                                .loudest = input.byte() % 4,
                                .threads = 1,
                                .shares_encodes = input.byte() % 2 == 0}) == Status::ok);
  LegId witness;
  fuzz::require(host.add_leg(config_of(10), {}, witness) == Status::ok);
  std::array<LegId, kLegs> legs{};
  std::array<std::uint8_t, 300> memory{};
  std::int64_t now_ns = 0;
  for (int ticks = 0; ticks < kMaxTicks && !input.is_empty();) {
    const std::uint8_t what = input.byte();
    LegId& leg = legs[what / 8 % kLegs];
    if (what % 8 < 3) {
      host.receive(leg, make_datagram(input, memory), now_ns);
    } else if (what % 8 < 4) {
      join_or_leave(host, leg, input.byte());
    } else if (what % 8 < 5) {
      change(host, leg, input.byte());
    } else {
      tick(host, witness, now_ns);
      now_ns += what < 240 ? 20'000'000 : std::int64_t{input.byte()} << (input.byte() % 48);
      ++ticks;
    }
  }
  return 0;
}
