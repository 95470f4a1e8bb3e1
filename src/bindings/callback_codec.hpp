// CallbackCodec: a codec that lives elsewhere, reached through plain function pointers.
#pragma once

#include <cstdint>

#include "mixminus/codec/codec.hpp"

namespace mixminus::bindings {

/// What the owner of `context` can do. Each returns samples per channel or bytes, or codec::kFailed, and none throws.
struct CodecCallbacks {
  std::int32_t (*duration)(void* context, Bytes payload);
  std::int32_t (*decode)(void* context, Bytes payload, std::span<std::int16_t> pcm);
  std::int32_t (*decode_fec)(void* context, Bytes next_payload, std::span<std::int16_t> pcm);
  std::int32_t (*conceal)(void* context, std::span<std::int16_t> pcm);
  std::int32_t (*encode)(void* context, std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload);
  void (*release)(void* context);
};

struct CodecShape {
  std::int32_t sample_rate_hz = 0;
  std::int32_t rtp_clock_hz = 0;
  std::int32_t channels = 1;
};

class CallbackCodec final : public codec::Codec {
 public:
  /// Owns one reference to `context`, given back by release().
  CallbackCodec(const CodecShape& shape, const CodecCallbacks& callbacks, void* context) noexcept
      : shape_(shape), callbacks_(callbacks), context_(context) {}
  ~CallbackCodec() override { callbacks_.release(context_); }
  CallbackCodec(const CallbackCodec&) = delete;
  CallbackCodec& operator=(const CallbackCodec&) = delete;

  std::int32_t sample_rate_hz() const noexcept override { return shape_.sample_rate_hz; }
  std::int32_t rtp_clock_hz() const noexcept override { return shape_.rtp_clock_hz; }
  std::int32_t channels() const noexcept override { return shape_.channels; }
  std::int32_t duration(Bytes payload) const noexcept override { return callbacks_.duration(context_, payload); }
  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    return callbacks_.decode(context_, payload, pcm);
  }
  std::int32_t decode_fec(Bytes next_payload, std::span<std::int16_t> pcm) noexcept override {
    return callbacks_.decode_fec(context_, next_payload, pcm);
  }
  std::int32_t conceal(std::span<std::int16_t> pcm) noexcept override { return callbacks_.conceal(context_, pcm); }
  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    return callbacks_.encode(context_, pcm, payload);
  }
  void reset_decoder() noexcept override {}
  bool continue_from(const Codec&) noexcept override { return false; }

 private:
  CodecShape shape_;
  CodecCallbacks callbacks_;
  void* context_;
};

}  // namespace mixminus::bindings
