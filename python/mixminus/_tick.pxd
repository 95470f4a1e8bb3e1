# The C-level API: cimport these from Cython, with mixminus.get_include() on the include path.
cimport numpy as cnp
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


cdef extern from "mixminus/codec/codec.hpp" namespace "mixminus::codec" nogil:
    cdef enum class Kind(int):
        opus
        pcmu
        pcma
        g722
        l16

    cdef cppclass CodecConfig "mixminus::codec::Config":
        Kind kind
        int32_t sample_rate_hz
        int32_t channels

    int32_t native_rate_hz(Kind kind, int32_t wanted_hz) noexcept

cdef extern from "mixminus/conference/audio_receiver.hpp" namespace "mixminus::conference" nogil:
    cdef cppclass CoreReceiverConfig "mixminus::conference::ReceiverConfig":
        CodecConfig codec
        int32_t payload_type
        int32_t red_payload_type
        int32_t cn_payload_type
        int32_t sample_rate_hz
        int32_t frame_ms
        int32_t min_delay_ms
        int32_t max_delay_ms

    cdef cppclass CoreReceiverStatistics "mixminus::conference::ReceiverStatistics":
        uint64_t packets_received
        int64_t packets_lost
        uint64_t packets_discarded
        uint64_t bytes_received
        int64_t jitter_ns
        int64_t jitter_buffer_delay_ns
        int64_t jitter_buffer_target_delay_ns
        uint64_t jitter_buffer_emitted_count
        uint64_t total_samples_received
        uint64_t concealed_samples
        uint64_t silent_concealed_samples
        uint64_t concealment_events
        uint64_t inserted_samples_for_deceleration
        uint64_t removed_samples_for_acceleration
        uint64_t fec_packets_received
        uint64_t fec_packets_discarded
        uint64_t packets_duplicated
        uint64_t packets_malformed
        uint64_t packets_of_other_payload_type
        uint64_t stream_changes
        int64_t target_delay_ns
        int64_t playout_delay_ns

    cdef enum class CorePlayout "mixminus::conference::Playout"(uint8_t):
        pass

    cdef cppclass CoreAudioReceiver "mixminus::conference::AudioReceiver":
        Status configure(const CoreReceiverConfig& config) noexcept
        void insert(span[const_uint8_t] datagram, int64_t arrival_ns) noexcept
        CorePlayout pull(int64_t now_ns, span[int16_t] out) noexcept
        CoreReceiverStatistics statistics() noexcept
        int32_t frame_samples() noexcept


cdef class AudioReceiver:
    cdef CoreAudioReceiver core
    cdef readonly cnp.npy_intp frame_samples
    cdef int playout
    cdef void receive(self, const uint8_t* datagram, size_t size, int64_t arrival_ns) noexcept nogil
