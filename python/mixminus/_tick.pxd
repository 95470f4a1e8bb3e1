# The C-level API: cimport these from Cython, with mixminus.get_include() on the include path.
from cpython.buffer cimport Py_buffer
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.span cimport span

ctypedef const float const_float
ctypedef const int16_t const_int16_t
ctypedef const int32_t const_int32_t
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

cdef extern from "mixminus/mix/mixer.hpp" namespace "mixminus::mix" nogil:
    cdef enum class MixRole "mixminus::mix::Role"(int):
        talker
        listener
        tap

    cdef cppclass MixConfig "mixminus::mix::Config":
        int32_t sample_rate_hz
        int32_t frame_ms
        int32_t capacity
        int32_t loudest

    cdef cppclass CoreMixer "mixminus::mix::Mixer":
        Status configure(const MixConfig& config) noexcept
        Status add(MixRole role, float gain_db, int32_t& slot) noexcept
        Status remove(int32_t slot) noexcept
        Status set_gain_db(int32_t slot, float gain_db) noexcept
        Status set_muted(int32_t slot, cbool is_muted) noexcept
        Status set_role(int32_t slot, MixRole role) noexcept
        int32_t tick() noexcept
        span[int16_t] frames() noexcept
        span[const_int16_t] mixes() noexcept
        span[const_int32_t] mix_of() noexcept
        span[const_float] levels_dbov() noexcept
        span[const_int32_t] heard() noexcept
        int32_t frame_samples() noexcept
        const MixConfig& config() noexcept


cdef class _MixerMemory:
    """Owns the core, so that the views of Mixer need not refer to Mixer itself."""
    cdef CoreMixer core


cdef class Mixer:
    cdef _MixerMemory memory
    cdef CoreMixer* core
    cdef object frames_view, mixes_view, mix_of_view, levels_view
    cdef int32_t tick_core(self) noexcept nogil
    cdef int check_slot(self, Status status, int32_t slot) except -1

cdef class ComfortNoise:
    cdef CoreComfortNoise core
