// Codec: what turns payloads into samples and back; one object holds one decoder and one encoder.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "mixminus/base/export.hpp"
#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::codec {

enum class Kind : std::uint8_t {
  opus,  ///< RFC 6716, RFC 7587; libopus
  pcmu,  ///< ITU-T G.711 mu-law, RFC 3551 section 4.5.14
  pcma,  ///< ITU-T G.711 A-law
  g722,  ///< ITU-T G.722 at 64 kbit/s; 16 kHz, but an RTP clock of 8 kHz (RFC 3551 section 4.5.2)
  l16,   ///< 16-bit linear, network order, RFC 3551 section 4.5.11
};

/// What the encoder of libopus optimises for (OPUS_APPLICATION_*).
enum class OpusApplication : std::uint8_t { voip, audio, low_delay };

/// Encoder settings. The defaults are the best trade that benches/tune_opus.py found for voices and mixes at
/// 48 kbit/s (libopus 1.3.1; CPU per second of one stream, PESQ-WB of 1 and of 3 voices): audio at complexity 5
/// 2.1 ms, 4.29 and 4.30; at 4, without the pitch filter, 1.8 ms, 3.93 and 4.11; from 7 on it turns to SILK for
/// voices, 8 ms, 4.46 and 4.49; voip at 4, 6 ms, 4.47 and 4.44. In-band FEC needs SILK and its 7 ms: audio
/// turns to it when more than 5 % of loss is expected, voip from 1 % on.
struct OpusSettings {
  OpusApplication application = OpusApplication::audio;
  std::int32_t bitrate_bps = 48'000;       ///< 6000..510000
  std::int32_t complexity = 5;             ///< 0..10
  bool in_band_fec = false;                ///< SILK's low bit-rate redundancy, RFC 6716 section 2.1.7
  std::int32_t expected_loss_percent = 0;  ///< 0..100, how much redundancy to spend
  bool dtx = false;                        ///< discontinuous transmission, RFC 6716 section 2.1.9

  bool operator==(const OpusSettings&) const = default;
};

struct Config {
  Kind kind = Kind::opus;
  /// opus: 8, 12, 16, 24 or 48 kHz; pcmu, pcma: 8 kHz; g722: 16 kHz; l16: 8..48 kHz
  std::int32_t sample_rate_hz = 48'000;
  std::int32_t channels = 1;  ///< opus, l16: 1 or 2, interleaved; others: 1
  OpusSettings opus{};

  bool operator==(const Config&) const = default;
};

inline constexpr std::int32_t kFailed = -1;  ///< malformed payload, or the codec cannot do that

/// Interleaved int16 samples in and out; counts are samples per channel, and spans hold whole ones. An
/// empty payload is malformed. After construction nothing allocates. The decoding and the encoding half are
/// independent: two threads may each use one.
class MIXMINUS_API Codec {
 public:
  virtual ~Codec() = default;

  [[nodiscard]] virtual std::int32_t sample_rate_hz() const noexcept = 0;
  [[nodiscard]] virtual std::int32_t rtp_clock_hz() const noexcept = 0;  ///< differs for G.722 and Opus
  [[nodiscard]] virtual std::int32_t channels() const noexcept = 0;

  /// Samples per channel that decode() would give, without decoding; kFailed when malformed.
  [[nodiscard]] virtual std::int32_t duration(Bytes payload) const noexcept = 0;

  /// Samples per channel written to `pcm`; kFailed when malformed or when `pcm` is too small.
  virtual std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept = 0;

  /// Whether `next_payload` carries a copy of the frame before it (Opus in-band FEC).
  [[nodiscard]] virtual bool has_fec(Bytes next_payload) const noexcept;

  /// Fills all of `pcm`, which is lost and directly precedes `next_payload`, from the copy in it; what the
  /// copy does not reach is concealed. kFailed without has_fec(), or where conceal() would fail.
  virtual std::int32_t decode_fec(Bytes next_payload, std::span<std::int16_t> pcm) noexcept;

  /// Fills all of `pcm` by the codec's own concealment. kFailed: it has none, the caller conceals; Opus
  /// also refuses what is no multiple of 2.5 ms or more than 120 ms.
  virtual std::int32_t conceal(std::span<std::int16_t> pcm) noexcept;

  /// Puts a copy of the decoder's state aside: conceal() may then bridge the time until a packet comes that is only
  /// late, and restore_decoder() makes the decoder go on as if it had not been asked. False: it cannot.
  virtual bool save_decoder() noexcept;
  virtual void restore_decoder() noexcept;

  /// Bytes written; 0: nothing needs to be sent (DTX); kFailed: no such frame size, or no room.
  virtual std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept = 0;

  virtual void reset_decoder() noexcept = 0;

  /// Makes the encoder go on where `other`, of the same Config, stands, so that a receiver can be moved
  /// from one stream to the other without a splice; keeps its own expect_loss(). False when it cannot.
  virtual bool continue_from(const Codec& other) noexcept = 0;

  /// Loss that receivers report, 0..100; Opus spends redundancy on it. Others ignore it.
  virtual void expect_loss(std::int32_t percent) noexcept;
};

/// Allocates a codec. unsupported_codec: not in this build (Opus, G.722), or not at this rate or channel count;
/// out_of_range: one of the OpusSettings; capacity_reached: no memory.
MIXMINUS_API Status make_codec(const Config& config, std::unique_ptr<Codec>& codec) noexcept;

/// Rate at which `kind` is best decoded for a conference of `wanted_hz`: that rate if it can, else its nearest above.
MIXMINUS_API std::int32_t native_rate_hz(Kind kind, std::int32_t wanted_hz) noexcept;

/// The static payload type of RFC 3551, or 111 for Opus; -1 when there is none (l16 except 44.1 kHz).
MIXMINUS_API std::int32_t default_payload_type(Kind kind, std::int32_t sample_rate_hz, std::int32_t channels) noexcept;

/// Its name, as in SDP but in lower case: "opus", "pcmu", "pcma", "g722", "l16".
MIXMINUS_API const char* name(Kind kind) noexcept;

/// What this build has, in the order of Kind.
MIXMINUS_API std::span<const Kind> available() noexcept;

/// Version text of the linked libopus, or nullptr when built with MIXMINUS_OPUS=OFF.
MIXMINUS_API const char* opus_version() noexcept;

}  // namespace mixminus::codec
