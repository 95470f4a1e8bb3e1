// Fails when a tick of the mixer allocates.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "malloc_counter.hpp"
#include "mixminus/codec/codec.hpp"
#include "mixminus/dsp/real_fft.hpp"
#include "mixminus/enhance/noise_suppressor.hpp"
#include "mixminus/enhance/voice_activity.hpp"
#include "mixminus/mix/mixer.hpp"
#include "mixminus/speaker/active_speaker.hpp"

using mixminus::Status;

template <typename Tick>
static int allocations_of(const Tick& tick) {
  return malloc_counter::allocations_of([&] {
    for (int i = 0; i < 1000; ++i) tick(i);
  });
}

static int control() {
  return allocations_of([](int) {
    void* volatile memory = std::malloc(1);
    std::free(memory);
  });
}

// Legs come, go, are muted, displaced, panned, moved between groups and excepted during it, in stereo.
static int mix() {
  mixminus::mix::Mixer mixer;
  bool is_ok = mixer.configure({.frame_ms = 10,
                                .capacity = 162,
                                .channels = 2,
                                .solos = 5,
                                .selection = {.places = 5},
                                .leveller = {.is_on = true}}) == Status::ok;
  std::int32_t slot = 0;
  const auto add = [&] { is_ok &= mixer.add({.gain_db = 3.0F}, slot) == Status::ok; };
  for (int leg = 0; leg < 162; ++leg) add();
  const int count = allocations_of([&](int tick) {
    std::ranges::fill(mixer.frame(tick % 162), static_cast<std::int16_t>(100 * tick));
    is_ok &= mixer.set_muted(tick * 7 % 162, tick % 3 == 0) == Status::ok;
    is_ok &= mixer.set_pan(tick * 5 % 162, tick % 3 == 0 ? 0.5F : -0.5F) == Status::ok;
    is_ok &= mixer.set_hears(tick * 13 % 162, 1U << tick % 7) == Status::ok;
    is_ok &= mixer.set_speaks_to(tick * 17 % 162, tick % 5 == 0 ? 3U : 1U) == Status::ok;
    is_ok &= mixer.set_exception(0, 1 + tick % 3, static_cast<float>(-tick % 40)) == Status::ok;
    is_ok &= mixer.remove(4 + tick * 11 % 158) == Status::ok;
    add();
    is_ok &= mixer.tick() > 1 || tick < 100;
  });
  return is_ok ? count : -1;
}

// Sixteen legs take turns.
static int speak() {
  mixminus::speaker::ActiveSpeaker speaker;
  std::vector<mixminus::enhance::VoiceActivity> activities(16);
  std::vector<mixminus::Voice> voices(activities.size());
  std::vector<std::int16_t> frame(960);
  bool is_ok = speaker.configure({.capacity = 16}) == Status::ok;
  for (auto& activity : activities) is_ok &= activity.configure(48'000, 20) == Status::ok;
  const int count = allocations_of([&](int tick) {
    const std::size_t began = static_cast<std::size_t>(tick) * frame.size();
    const std::size_t loudness = tick % 10 < 7 ? 40 : 0;  // syllables at 120 Hz
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = static_cast<std::int16_t>((began + i) % 400 * loudness);
    const std::size_t talker = static_cast<std::size_t>(tick) / 50 % voices.size();
    for (std::size_t slot = 0; slot < voices.size(); ++slot) {
      voices[slot] = activities[slot].update(frame);
      if (slot != talker) voices[slot] = {};
    }
    speaker.update(voices);
  });
  return is_ok && speaker.dominant() >= 0 ? count : -1;
}

static int transform() {
  mixminus::dsp::RealFft fft;
  std::vector<float> samples(960, 1.0F), re(481), im(481);
  if (fft.configure(960) != Status::ok) return -1;
  return allocations_of([&](int) {
    fft.forward(samples.data(), re.data(), im.data());
    fft.inverse(re.data(), im.data(), samples.data());
  });
}

// Integers and floats, with silence between.
static int suppress() {
  mixminus::enhance::NoiseSuppressor suppressor;
  std::vector<std::int16_t> pcm(480);
  std::vector<float> floats(480);
  bool is_ok = suppressor.configure({}) == Status::ok;
  const int count = allocations_of([&](int tick) {
    for (std::size_t i = 0; i < pcm.size(); ++i)
      pcm[i] = tick % 100 < 50 ? static_cast<std::int16_t>(i * i * static_cast<unsigned>(tick)) : std::int16_t{0};
    is_ok &= suppressor.process(std::span<const std::int16_t>(pcm), std::span(pcm)) == Status::ok;
    is_ok &= suppressor.process(std::span<const float>(floats), std::span(floats)) == Status::ok;
    is_ok &= suppressor.noise_dbov() <= 0.0F;
    if (tick % 300 == 0) suppressor.reset();
  });
  return is_ok ? count : -1;
}

// Each codec of the build sends, loses, recovers, conceals and takes over.
static int codec(mixminus::codec::Kind kind) {
  namespace codec = mixminus::codec;
  std::unique_ptr<codec::Codec> sender, other;
  const codec::Config config{.kind = kind,
                             .sample_rate_hz = codec::native_rate_hz(kind, 48'000),
                             .opus = {.in_band_fec = true, .expected_loss_percent = 20}};
  if (codec::make_codec(config, sender) != Status::ok || codec::make_codec(config, other) != Status::ok) return -1;
  std::vector<std::int16_t> pcm(static_cast<std::size_t>(config.sample_rate_hz / 50));
  std::vector<std::uint8_t> room(2000);
  bool is_ok = true;
  const int count = allocations_of([&](int tick) {
    for (std::size_t i = 0; i < pcm.size(); ++i)
      pcm[i] = static_cast<std::int16_t>(i * i * static_cast<unsigned>(tick));
    const std::int32_t bytes = sender->encode(pcm, room);
    const mixminus::Bytes payload = std::span(room).first(static_cast<std::size_t>(std::max(bytes, 0)));
    is_ok &= bytes > 0 && sender->decode(payload, pcm) == sender->duration(payload) && other->continue_from(*sender);
    if (sender->has_fec(payload)) is_ok &= sender->decode_fec(payload, pcm) > 0;
    sender->conceal(pcm);
    sender->expect_loss(tick % 30);
    if (tick % 100 == 0) sender->reset_decoder();
  });
  return is_ok ? count : -1;
}

int main() {
  if (control() != 1000) return std::puts("the counter does not count"), 1;
  const int mix_count = mix();
  const int speaker_count = speak();
  const int transform_count = transform();
  const int suppressor_count = suppress();
  std::printf("allocations in 1000 ticks: mix %d, speaker %d, transform %d, suppressor %d\n", mix_count, speaker_count,
              transform_count, suppressor_count);
  bool is_ok = mix_count == 0 && speaker_count == 0 && transform_count == 0 && suppressor_count == 0;
  for (const mixminus::codec::Kind kind : mixminus::codec::available()) {
    const int codec_count = codec(kind);
    std::printf("  %s %d\n", mixminus::codec::name(kind), codec_count);
    is_ok &= codec_count == 0;
  }
  return is_ok ? 0 : 1;
}
