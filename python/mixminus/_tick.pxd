# The C-level API: cimport these from Cython, with mixminus.get_include() on the include path.
from cpython.buffer cimport Py_buffer
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.span cimport span

ctypedef const int16_t const_int16_t
ctypedef const uint8_t const_uint8_t

cdef extern from "mixminus/base/status.hpp" namespace "mixminus" nogil:
    cdef enum class Status(int):
        ok
        not_configured
        out_of_range
        shape_mismatch
        capacity_reached
        unsupported_codec
        unknown_leg
        malformed

cdef extern from "mixminus/dsp/resampler.hpp" namespace "mixminus::dsp" nogil:
    cdef cppclass CoreResampler "mixminus::dsp::Resampler":
        Status configure(int32_t input_rate_hz, int32_t output_rate_hz, int32_t max_input_samples) noexcept
        size_t output_samples(size_t input_samples) noexcept
        Status process(span[const_int16_t] input, span[int16_t] output) noexcept
        int64_t delay_ns() noexcept
        void reset() noexcept

cdef extern from "mixminus/dsp/level.hpp" namespace "mixminus::dsp" nogil:
    float core_level_dbov "mixminus::dsp::level_dbov"(span[const_int16_t] frame) noexcept

cdef extern from "mixminus/dsp/comfort_noise.hpp" namespace "mixminus::dsp" nogil:
    cdef cppclass CoreComfortNoise "mixminus::dsp::ComfortNoise":
        CoreComfortNoise()
        CoreComfortNoise(uint32_t seed) noexcept
        void observe(span[const_int16_t] frame) noexcept
        void describe(span[const_uint8_t] payload) noexcept
        size_t write_payload(span[uint8_t] payload) noexcept
        void generate(span[int16_t] frame) noexcept
        void reset() noexcept


cdef class Resampler:
    cdef CoreResampler core
    cdef size_t chunk_samples
    cdef readonly int input_rate_hz
    cdef readonly int output_rate_hz
    cdef int run(self, const int16_t* input, size_t samples, int16_t* output) except -1
