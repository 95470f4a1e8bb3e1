// PythonCodec: a Python object as a codec of the core; each call takes the GIL.
#pragma once

#include <Python.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <type_traits>

#include "mixminus/codec/codec.hpp"

namespace mixminus::bindings {

/// How to call the object: with the GIL held, and what it raises is left set. Null where it has no such method.
struct PythonMethods {
  std::int32_t (*duration)(PyObject*, Bytes) = nullptr;
  std::int32_t (*decode)(PyObject*, Bytes, std::span<std::int16_t>) = nullptr;
  std::int32_t (*has_fec)(PyObject*, Bytes) = nullptr;
  std::int32_t (*decode_fec)(PyObject*, Bytes, std::span<std::int16_t>) = nullptr;
  std::int32_t (*conceal)(PyObject*, std::span<std::int16_t>) = nullptr;
  std::int32_t (*encode)(PyObject*, std::span<const std::int16_t>, std::span<std::uint8_t>) = nullptr;
  std::int32_t (*reset_decoder)(PyObject*) = nullptr;
  std::int32_t (*expect_loss)(PyObject*, std::int32_t) = nullptr;
  PyObject* malformed = nullptr;  ///< the exception that is an answer, not an accident
};

struct PythonCodecShape {
  std::int32_t sample_rate_hz = 0;
  std::int32_t rtp_clock_hz = 0;
  std::int32_t channels = 0;
};

/// Counts the calls into Python. Before Python 3.14 a thread that asks an interpreter at its end for the GIL is
/// unwound, and a tick is noexcept: the process would abort. So before that end nobody is let in any more.
class PythonVisit {
 public:
  PythonVisit() noexcept { ++under_way; }
  PythonVisit(const PythonVisit&) = delete;
  PythonVisit& operator=(const PythonVisit&) = delete;
  ~PythonVisit() { --under_way; }

  [[nodiscard]] static bool is_welcome() noexcept { return !is_over; }

  /// For atexit, with the GIL: waits until all are back, at most a second, should one of them never return.
  static void end_all() noexcept {
    is_over = true;
    Py_BEGIN_ALLOW_THREADS;
    for (int ms = 0; under_way != 0 && ms < 1000; ++ms) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Py_END_ALLOW_THREADS;
  }

 private:
  static inline std::atomic<int> under_way{0};
  static inline std::atomic<bool> is_over{false};
};

/// What the object raises becomes kFailed; unless it is `malformed`, sys.unraisablehook is told.
class PythonCodec final : public codec::Codec {
 public:
  PythonCodec(const PythonCodecShape& shape, const PythonMethods& methods, PyObject* object) noexcept
      : shape_(shape), methods_(methods), object_(Py_NewRef(object)) {}
  PythonCodec(const PythonCodec&) = delete;
  PythonCodec& operator=(const PythonCodec&) = delete;
  ~PythonCodec() override {
    const Gil gil;
    Py_DECREF(object_);
  }

  std::int32_t sample_rate_hz() const noexcept override { return shape_.sample_rate_hz; }
  std::int32_t rtp_clock_hz() const noexcept override { return shape_.rtp_clock_hz; }
  std::int32_t channels() const noexcept override { return shape_.channels; }

  std::int32_t duration(Bytes payload) const noexcept override { return call(methods_.duration, payload); }
  std::int32_t decode(Bytes payload, std::span<std::int16_t> pcm) noexcept override {
    return call(methods_.decode, payload, pcm);
  }
  bool has_fec(Bytes next_payload) const noexcept override { return call(methods_.has_fec, next_payload) > 0; }
  std::int32_t decode_fec(Bytes next_payload, std::span<std::int16_t> pcm) noexcept override {
    return call(methods_.decode_fec, next_payload, pcm);
  }
  std::int32_t conceal(std::span<std::int16_t> pcm) noexcept override { return call(methods_.conceal, pcm); }
  std::int32_t encode(std::span<const std::int16_t> pcm, std::span<std::uint8_t> payload) noexcept override {
    return call(methods_.encode, pcm, payload);
  }
  void reset_decoder() noexcept override { call(methods_.reset_decoder); }
  bool continue_from(const Codec&) noexcept override { return false; }
  void expect_loss(std::int32_t percent) noexcept override { call(methods_.expect_loss, percent); }

 private:
  class Gil {
   public:
    Gil() noexcept : state_(PyGILState_Ensure()) {}
    Gil(const Gil&) = delete;
    Gil& operator=(const Gil&) = delete;
    ~Gil() { PyGILState_Release(state_); }

   private:
    PyGILState_STATE state_;
  };

  template <typename... Arguments>
  std::int32_t call(std::int32_t (*method)(PyObject*, Arguments...),
                    std::type_identity_t<Arguments>... arguments) const noexcept {
    const PythonVisit visit;
    if (method == nullptr || !PythonVisit::is_welcome()) return codec::kFailed;
    const Gil gil;
    const std::int32_t result = method(object_, arguments...);
    if (PyErr_Occurred() == nullptr) return result;
    if (PyErr_ExceptionMatches(methods_.malformed) != 0) {
      PyErr_Clear();
    } else {
      PyErr_WriteUnraisable(object_);
    }
    return codec::kFailed;
  }

  PythonCodecShape shape_;
  PythonMethods methods_;
  PyObject* object_;
};

}  // namespace mixminus::bindings
