// Payloads from outside, to every codec at every rate and channel count: what is announced is what is decoded.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mixminus/codec/codec.hpp"

namespace codec = mixminus::codec;

namespace {

std::vector<std::unique_ptr<codec::Codec>> all_codecs() {
  std::vector<std::unique_ptr<codec::Codec>> codecs;
  for (const codec::Kind kind : codec::available()) {
    for (const std::int32_t rate_hz : {8'000, 12'000, 16'000, 24'000, 44'100, 48'000}) {
      for (const std::int32_t channels : {1, 2}) {
        std::unique_ptr<codec::Codec> made;
        const codec::Config config{.kind = kind, .sample_rate_hz = rate_hz, .channels = channels};
        if (codec::make_codec(config, made) == mixminus::Status::ok) codecs.push_back(std::move(made));
      }
    }
  }
  return codecs;
}

void require(bool holds) {
  if (!holds) __builtin_trap();
}

void feed(codec::Codec& codec, mixminus::Bytes payload) {
  static std::vector<std::int16_t> pcm(2 * 65'536);
  const auto channels = static_cast<std::size_t>(codec.channels());
  const std::int32_t announced = codec.duration(payload);
  const bool has_copy = codec.has_fec(payload);
  require(announced != codec::kFailed || !has_copy);
  const std::span frame = std::span(pcm).first(static_cast<std::size_t>(codec.sample_rate_hz() / 50) * channels);
  const std::int32_t recovered = codec.decode_fec(payload, frame);
  require(recovered == (has_copy ? codec.sample_rate_hz() / 50 : codec::kFailed));
  if (announced == codec::kFailed) {
    require(codec.decode(payload, pcm) == codec::kFailed);
    return;
  }
  const std::size_t values = static_cast<std::size_t>(announced) * channels;
  require(codec.decode(payload, std::span(pcm).first(values - 1)) == codec::kFailed);
  require(codec.decode(payload, std::span(pcm).first(values)) == announced);
  const std::int32_t concealed = codec.conceal(frame);
  require(concealed == codec::kFailed || concealed == codec.sample_rate_hz() / 50);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::unique_ptr<codec::Codec>> codecs = all_codecs();
  if (size == 0) return 0;
  feed(*codecs[data[0] % codecs.size()], {data + 1, size - 1});
  return 0;
}
