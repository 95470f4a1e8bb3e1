// What a build says of its codecs: which there are, at which rates, and what it refuses.
#include "mixminus/codec/codec.hpp"

#include <array>
#include <cstdio>
#include <memory>

using mixminus::Status;
using namespace mixminus::codec;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "codec_test: not so: %s\n", what);
  ++failures;
}

bool has(Kind kind) {
  for (const Kind one : available()) {
    if (one == kind) return true;
  }
  return false;
}

Status made(const Config& config) {
  std::unique_ptr<Codec> codec;
  const Status status = make_codec(config, codec);
  expect((status == Status::ok) == (codec != nullptr), "a codec comes with ok, and only then");
  return status;
}

void codecs_of_libraries_are_there_or_refused() {
  for (const Kind kind : {Kind::opus, Kind::pcmu, Kind::pcma, Kind::g722, Kind::l16}) {
    const Status status = made({.kind = kind, .sample_rate_hz = native_rate_hz(kind, 48'000)});
    expect(status == (has(kind) ? Status::ok : Status::unsupported_codec), name(kind));
  }
  expect(has(Kind::opus) == (opus_version() != nullptr), "opus_version() says whether there is Opus");
  expect(made({.kind = static_cast<Kind>(99)}) == Status::unsupported_codec, "no codec beyond the last");
}

void native_rates_are_the_nearest_above() {
  struct Case {
    Kind kind;
    std::int32_t wanted_hz, native_hz;
  };
  constexpr std::array kCases{
      Case{Kind::opus, 8'000, 8'000},   Case{Kind::opus, 11'025, 12'000}, Case{Kind::opus, 32'000, 48'000},
      Case{Kind::opus, 44'100, 48'000}, Case{Kind::opus, 96'000, 48'000}, Case{Kind::pcmu, 48'000, 8'000},
      Case{Kind::pcma, 16'000, 8'000},  Case{Kind::g722, 48'000, 16'000}, Case{Kind::l16, 44'100, 44'100},
      Case{Kind::l16, 4'000, 8'000},    Case{Kind::l16, 192'000, 48'000},
  };
  for (const Case& c : kCases) expect(native_rate_hz(c.kind, c.wanted_hz) == c.native_hz, name(c.kind));
}

void settings_out_of_range_are_told_from_missing_rates() {
  if (!has(Kind::opus)) return;
  expect(made({.opus = {.bitrate_bps = 5'999}}) == Status::out_of_range, "bitrate");
  expect(made({.opus = {.complexity = 11}}) == Status::out_of_range, "complexity");
  expect(made({.opus = {.application = static_cast<OpusApplication>(3)}}) == Status::out_of_range, "application");
  expect(made({.sample_rate_hz = 44'100}) == Status::unsupported_codec, "rate");
  expect(made({.channels = 3}) == Status::unsupported_codec, "channels");
}

}  // namespace

int main() {
  codecs_of_libraries_are_there_or_refused();
  native_rates_are_the_nearest_above();
  settings_out_of_range_are_told_from_missing_rates();
  return failures == 0 ? 0 : 1;
}
