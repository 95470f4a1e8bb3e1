# The C-level API: cimport these from Cython, with mixminus.get_include() on the include path.
cimport numpy as cnp
from cpython.buffer cimport Py_buffer
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.memory cimport unique_ptr
from libcpp.span cimport span
from libcpp.string cimport string
from libcpp.vector cimport vector

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

cdef extern from "mixminus/aec/echo_canceller.hpp" namespace "mixminus::aec" nogil:
    cdef cppclass EchoConfig "mixminus::aec::Config":
        int32_t sample_rate_hz
        int32_t tail_length_ms
        int32_t max_delay_ms
        float process_noise
        float suppression_db
        cbool has_comfort_noise

    cdef cppclass EchoMetrics "mixminus::aec::Metrics":
        float erle_db
        float erl_db
        float delay_ms
        float drift_ppm
        float echo_likelihood
        cbool has_converged
        cbool is_bypassed
        uint64_t divergences
        uint64_t path_changes
        uint64_t delay_changes
        uint64_t invalid_samples

    cdef cppclass CoreEchoCanceller "mixminus::aec::EchoCanceller":
        Status configure(const EchoConfig& config) noexcept
        Status process(span[const_float] near_end, span[const_float] far_end, span[float] out) noexcept
        Status process(span[const_int16_t] near_end, span[const_int16_t] far_end, span[int16_t] out) noexcept
        Status skip(span[const_int16_t] far_end) noexcept
        void near_end_shifted(int64_t samples) noexcept
        void set_delay_prior_ms(float delay_ms) noexcept
        EchoMetrics metrics() noexcept
        int32_t delay_samples() noexcept
        void reset() noexcept


cdef class EchoCanceller:
    cdef CoreEchoCanceller core
    cdef readonly int sample_rate_hz
    cdef cnp.npy_intp frame_samples

cdef extern from "mixminus/enhance/noise_suppressor.hpp" namespace "mixminus::enhance" nogil:
    cdef cppclass NoiseSuppressorConfig:
        int32_t sample_rate_hz
        float suppression_db
    cdef cppclass CoreNoiseSuppressor "mixminus::enhance::NoiseSuppressor":
        Status configure(const NoiseSuppressorConfig& config) noexcept
        Status process(span[const_int16_t] pcm, span[int16_t] out) noexcept
        Status process(span[const_float] pcm, span[float] out) noexcept
        void reset() noexcept
        float noise_dbov() noexcept
        float speech_probability() noexcept


cdef class NoiseSuppressor:
    cdef CoreNoiseSuppressor core
    cdef readonly int sample_rate_hz
    cdef readonly float suppression_db

cdef extern from "mixminus/mix/loudest.hpp" namespace "mixminus::mix" nogil:
    cdef cppclass SelectionConfig:
        int32_t places
        float gate_dbov
        float hysteresis_db
        int32_t hold_ms
        int32_t idle_ms

cdef extern from "mixminus/mix/limiter.hpp" namespace "mixminus::mix" nogil:
    cdef cppclass LimiterConfig:
        int32_t look_ahead_ms
        int32_t release_ms

cdef extern from "mixminus/mix/leveller.hpp" namespace "mixminus::mix" nogil:
    cdef cppclass LevellerConfig:
        cbool is_on
        float target_dbov

cdef extern from "mixminus/mix/mixer.hpp" namespace "mixminus::mix" nogil:
    cdef enum class MixRole "mixminus::mix::Role"(int):
        talker
        listener
        trunk
        tap
        announcer

    cdef cppclass MixConfig "mixminus::mix::Config":
        int32_t sample_rate_hz
        int32_t frame_ms
        int32_t capacity
        int32_t channels
        int32_t audiences
        int32_t exceptions
        int32_t solos
        SelectionConfig selection
        LimiterConfig limiter
        LevellerConfig leveller

    cdef cppclass LegSettings "mixminus::mix::LegSettings":
        MixRole role
        float gain_db
        float pan
        uint32_t speaks_to
        uint32_t hears
        int32_t priority
        int32_t via
        int32_t follows

    cdef cppclass CoreMixer "mixminus::mix::Mixer":
        Status configure(const MixConfig& config) noexcept
        Status add(const LegSettings& settings, int32_t& slot) noexcept
        Status remove(int32_t slot) noexcept
        Status set_gain_db(int32_t slot, float gain_db) noexcept
        Status set_pan(int32_t slot, float pan) noexcept
        Status set_muted(int32_t slot, cbool is_muted) noexcept
        Status set_role(int32_t slot, MixRole role) noexcept
        Status set_priority(int32_t slot, int32_t priority) noexcept
        Status set_voice(int32_t slot, cbool has_voice) noexcept
        Status set_speaks_to(int32_t slot, uint32_t groups) noexcept
        Status set_hears(int32_t slot, uint32_t groups) noexcept
        Status set_exception(int32_t listener, int32_t talker, float gain_db) noexcept
        Status clear_exception(int32_t listener, int32_t talker) noexcept
        int32_t tick() noexcept
        span[int16_t] frames() noexcept
        span[const_int16_t] mixes() noexcept
        int32_t rows() noexcept
        span[const_int32_t] mix_of() noexcept
        span[const_int32_t] solo_of() noexcept
        span[const_float] levels_dbov() noexcept
        span[const_int32_t] heard() noexcept
        int32_t frame_samples() noexcept
        int32_t delay_samples() noexcept
        const MixConfig& config() noexcept


cdef class _MixerMemory:
    """Owns the core, so that the views of Mixer need not refer to Mixer itself."""
    cdef CoreMixer core


cdef class Mixer:
    cdef _MixerMemory memory
    cdef CoreMixer* core
    cdef readonly object frames, mixes, mix_of, solo_of, levels_dbov
    cdef int32_t tick_core(self) noexcept nogil
    cdef int check_slot(self, Status status, int32_t slot) except -1

cdef extern from "mixminus/base/voice.hpp" namespace "mixminus" nogil:
    cdef cppclass CoreVoice "mixminus::Voice":
        CoreVoice() noexcept
        float level_dbov
        float noise_dbov
        float speech_probability

ctypedef const CoreVoice const_CoreVoice

cdef extern from "mixminus/enhance/voice_activity.hpp" namespace "mixminus::enhance" nogil:
    cdef cppclass CoreVoiceActivity "mixminus::enhance::VoiceActivity":
        Status configure(int32_t sample_rate_hz, int32_t frame_ms) noexcept
        CoreVoice update(span[const_int16_t] frame) noexcept

cdef extern from "mixminus/speaker/active_speaker.hpp" namespace "mixminus::speaker" nogil:
    cdef cppclass SpeakerConfig "mixminus::speaker::Config":
        int32_t capacity
        int32_t frame_ms
        int32_t min_hold_ms

    cdef cppclass CoreActiveSpeaker "mixminus::speaker::ActiveSpeaker":
        Status configure(const SpeakerConfig& config) noexcept
        int32_t update(span[const_CoreVoice] voices) noexcept
        Status set_floor(int32_t slot) noexcept
        void clear_floor() noexcept
        Status reset(int32_t slot) noexcept
        int32_t dominant() noexcept
        span[const_int32_t] ranking() noexcept
        float confidence() noexcept


cdef class VoiceActivity:
    cdef CoreVoiceActivity core
    cdef readonly int sample_rate_hz
    cdef readonly int frame_ms


cdef class ActiveSpeaker:
    cdef CoreActiveSpeaker core
    cdef vector[CoreVoiceActivity] activities
    cdef vector[CoreVoice] voices
    cdef vector[int32_t] told
    cdef readonly int capacity
    cdef readonly int frame_ms
    cdef readonly int min_hold_ms
    cdef int sample_rate_hz
    cdef int use_rate(self, int samples) except -1
    cdef int32_t update_core(self, const char* frames, size_t legs, Py_ssize_t row_bytes, size_t samples) noexcept nogil

cdef class ComfortNoise:
    cdef CoreComfortNoise core

cdef extern from "mixminus/codec/codec.hpp" namespace "mixminus::codec" nogil:
    cdef enum class CodecKind "mixminus::codec::Kind"(int):
        opus
        pcmu
        pcma
        g722
        l16

    cdef enum class OpusApplication(int):
        voip
        audio
        low_delay

    cdef struct OpusSettings:
        OpusApplication application
        int32_t bitrate_bps
        int32_t complexity
        cbool in_band_fec
        int32_t expected_loss_percent
        cbool dtx

    cdef cppclass CodecConfig "mixminus::codec::Config":
        CodecKind kind
        int32_t sample_rate_hz
        int32_t channels
        OpusSettings opus

    const int32_t kFailed

    cdef cppclass CoreCodec "mixminus::codec::Codec":
        int32_t sample_rate_hz() noexcept
        int32_t channels() noexcept
        int32_t rtp_clock_hz() noexcept
        int32_t duration(span[const_uint8_t] payload) noexcept
        int32_t decode(span[const_uint8_t] payload, span[int16_t] pcm) noexcept
        cbool has_fec(span[const_uint8_t] next_payload) noexcept
        int32_t decode_fec(span[const_uint8_t] next_payload, span[int16_t] pcm) noexcept
        int32_t conceal(span[int16_t] pcm) noexcept
        int32_t encode(span[const_int16_t] pcm, span[uint8_t] payload) noexcept
        void reset_decoder() noexcept
        cbool continue_from(const CoreCodec& other) noexcept
        void expect_loss(int32_t percent) noexcept

    Status make_codec(const CodecConfig& config, unique_ptr[CoreCodec]& codec) noexcept
    int32_t core_native_rate_hz "mixminus::codec::native_rate_hz"(CodecKind kind, int32_t wanted_hz) noexcept
    int32_t core_default_payload_type "mixminus::codec::default_payload_type"(
        CodecKind kind, int32_t sample_rate_hz, int32_t channels) noexcept
    const char* core_name "mixminus::codec::name"(CodecKind kind) noexcept
    const char* core_opus_version "mixminus::codec::opus_version"() noexcept

ctypedef const CodecKind const_CodecKind

cdef extern from "mixminus/codec/codec.hpp" nogil:
    span[const_CodecKind] core_available "mixminus::codec::available"() noexcept

cdef class Codec:
    cdef CodecConfig config
    cdef unique_ptr[CoreCodec] core
    cdef readonly str kind
    cdef int32_t encode_to(self, cnp.ndarray frame, uint8_t* payload, size_t room_bytes) except -1
    cdef int32_t decode_to(self, object payload, cnp.ndarray pcm) except -1
    cdef cnp.ndarray room_for(self, int samples)
    cdef cnp.ndarray filled(self, cnp.ndarray pcm, int32_t samples)

cdef extern from "mixminus/rtp/rtcp.hpp" namespace "mixminus::rtp" nogil:
    cdef cppclass SenderInfo:
        uint64_t ntp
        uint32_t rtp_timestamp

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
        float ms_per_percent
        int32_t audio_level_id

    cdef cppclass PathStatistics:
        uint64_t packets_received
        uint64_t packets_first
        int64_t packets_lost
        int64_t jitter_ns

    cdef cppclass PathStatisticsArray "std::array<mixminus::conference::PathStatistics, mixminus::conference::kMaxPaths>":
        PathStatistics& operator[](size_t)

    const size_t kMaxPaths

    cdef cppclass CoreReceiverStatistics "mixminus::conference::ReceiverStatistics":
        uint64_t packets_received
        int64_t packets_lost
        uint64_t packets_discarded
        uint64_t bytes_received
        int64_t jitter_ns
        double jitter_buffer_delay_s
        double jitter_buffer_target_delay_s
        double jitter_buffer_minimum_delay_s
        uint64_t jitter_buffer_emitted_count
        uint64_t total_samples_received
        uint64_t concealed_samples
        uint64_t silent_concealed_samples
        uint64_t concealment_events
        uint64_t inserted_samples_for_deceleration
        uint64_t removed_samples_for_acceleration
        uint64_t interruption_count
        double total_interruption_duration_s
        uint64_t nack_count
        uint64_t fec_packets_received
        uint64_t fec_packets_discarded
        uint64_t packets_duplicated
        uint64_t packets_malformed
        uint64_t packets_of_other_payload_type
        uint64_t stream_changes
        int64_t target_delay_ns
        int64_t playout_delay_ns
        float clock_drift_ppm
        float burst_density
        float gap_density
        int64_t burst_duration_ns
        int64_t gap_duration_ns
        PathStatisticsArray paths

    cdef enum class CorePlayout "mixminus::conference::Playout"(uint8_t):
        pass

    cdef cppclass CoreAudioReceiver "mixminus::conference::AudioReceiver":
        Status configure(const CoreReceiverConfig& config) noexcept
        Status configure(const CoreReceiverConfig& config, unique_ptr[CoreCodec] codec) noexcept
        void insert(span[const_uint8_t] datagram, int64_t arrival_ns, size_t path) noexcept
        size_t take_nacks(int64_t now_ns, span[uint16_t] numbers) noexcept
        void set_round_trip_ns(int64_t round_trip_ns) noexcept
        Status set_min_delay_ms(int32_t min_delay_ms) noexcept
        cbool playout_ntp(int64_t now_ns, uint64_t& ntp) noexcept
        void receive(const SenderInfo& report, int64_t arrival_ns) noexcept
        CorePlayout pull(int64_t now_ns, span[int16_t] out) noexcept
        CorePlayout skip(int64_t now_ns) noexcept
        int64_t take_shift_samples() noexcept
        CoreReceiverStatistics statistics() noexcept
        int32_t frame_samples() noexcept


cdef class AudioReceiver:
    cdef CoreAudioReceiver core
    cdef readonly cnp.npy_intp frame_samples
    cdef int playout
    cdef int64_t shift_samples
    cdef void receive(self, const uint8_t* datagram, size_t size, int64_t arrival_ns, size_t path) noexcept nogil

cdef class ReceiverBank:
    cdef readonly tuple receivers
    cdef readonly cnp.npy_intp frame_samples
    cdef vector[CoreAudioReceiver*] cores
    cdef vector[int] playouts

cdef extern from "mixminus/compose/scaler.hpp" nogil:
    cdef enum class ScaleFilter "mixminus::compose::Filter"(uint8_t):
        area
        sharp

cdef extern from "mixminus/compose/compositor.hpp" namespace "mixminus::compose" nogil:
    cdef struct CanvasSize "mixminus::compose::Size":
        int32_t width
        int32_t height

    cdef struct CanvasRect "mixminus::compose::Rect":
        int32_t x
        int32_t y
        int32_t width
        int32_t height

    cdef struct CorePlaneView "mixminus::compose::PlaneView":
        const uint8_t* pixels
        ptrdiff_t stride_bytes

    cdef struct CorePlane "mixminus::compose::Plane":
        uint8_t* pixels
        ptrdiff_t stride_bytes

    cdef cppclass CoreColour "mixminus::compose::Colour":
        uint8_t& operator[](size_t index)

    cdef cppclass CoreCanvas "mixminus::compose::Canvas":
        const CorePlane& operator[](size_t index)

    cdef cppclass PicturePlanes "std::array<mixminus::compose::PlaneView, 3>":
        CorePlaneView& operator[](size_t index)

    cdef enum class PixelFormat "mixminus::compose::PixelFormat"(uint8_t):
        i420
        nv12
        p010
        bgra

    cdef enum class Rotation "mixminus::compose::Rotation"(uint8_t):
        none

    cdef enum class ColourMatrix "mixminus::compose::Matrix"(uint8_t):
        bt601
        bt709

    cdef struct ColourSpace "mixminus::compose::ColourSpace":
        ColourMatrix matrix
        cbool is_full_range

    cdef cppclass CorePicture "mixminus::compose::Picture":
        CanvasSize size
        PicturePlanes planes
        PixelFormat format
        Rotation rotation
        ColourSpace colour

    cdef cppclass CoreOverlay "mixminus::compose::Overlay":
        CanvasSize size() noexcept

    cdef cppclass SharedOverlay "mixminus::compose::SharedOverlay":
        const CoreOverlay* get() noexcept

    cdef cppclass CorePlacedOverlay "mixminus::compose::PlacedOverlay":
        SharedOverlay overlay
        int32_t x
        int32_t y

    cdef Status make_overlay "mixminus::compose::Overlay::make"(
        const CorePicture& picture, CorePlaneView alpha, SharedOverlay& made) noexcept

    cdef enum class TileFit "mixminus::compose::Fit"(uint8_t):
        fit
        crop
        stretch

    cdef cppclass CoreTile "mixminus::compose::Tile":
        int32_t source
        CanvasRect area
        TileFit fit
        int32_t border
        CoreColour border_colour
        int32_t radius
        vector[CorePlacedOverlay] overlays

    cdef cppclass CoreHighlight "mixminus::compose::Highlight":
        int32_t source
        CoreColour colour
        int32_t width

    cdef struct CoreDrawCounts "mixminus::compose::DrawCounts":
        uint64_t tiles_drawn
        uint64_t tiles_shared
        uint64_t pixels_drawn

    cdef struct CoreSourceCounts "mixminus::compose::SourceCounts":
        uint32_t late
        uint32_t frozen
        uint32_t avatar
        uint32_t slate

    cdef cppclass CoreCompositorStatistics "mixminus::compose::Statistics":
        uint64_t pictures_composed
        CoreDrawCounts drawn
        CoreSourceCounts sources

ctypedef const CoreTile const_CoreTile
ctypedef const CanvasRect const_CanvasRect
ctypedef const CorePlacedOverlay const_CorePlacedOverlay

cdef extern from "mixminus/compose/compositor.hpp" namespace "mixminus::compose" nogil:
    cdef cppclass CompositorConfig "mixminus::compose::CompositorConfig":
        int32_t width
        int32_t height
        int32_t capacity
        CoreColour background
        int64_t hold_ns
        int64_t avatar_ns
        ColourSpace colour
        cbool has_pairs
        ScaleFilter filter

    cdef cppclass CoreOutput "mixminus::compose::Output":
        span[const_CanvasRect] damage() noexcept
        const CorePlane& pairs() noexcept
        cbool shows(int32_t source) noexcept

    cdef cppclass CoreCompositor "mixminus::compose::Compositor":
        Status configure(const CompositorConfig& config) noexcept
        Status add_output(CanvasSize size, size_t& output) noexcept
        Status add_source(int32_t& source) noexcept
        Status remove_source(int32_t source) noexcept
        Status set_layout(span[const_CoreTile] tiles, size_t output) noexcept
        Status set_overlays(span[const_CorePlacedOverlay] overlays, size_t output) noexcept
        Status set_background(const CoreColour& colour, const CorePicture* picture) noexcept
        Status push(int32_t source, const CorePicture& picture) noexcept
        Status set_avatar(int32_t source, const CorePicture* picture) noexcept
        Status set_slate(const CorePicture* picture) noexcept
        Status set_muted(int32_t source, cbool is_muted) noexcept
        Status highlight(const CoreHighlight& highlight) noexcept
        span[const_CanvasRect] compose(int64_t now_ns) noexcept
        int32_t start(int64_t now_ns, int32_t bands) noexcept
        void draw(int32_t band) noexcept
        span[const_CanvasRect] finish() noexcept
        cbool is_drawing() noexcept
        size_t outputs() noexcept
        const CoreOutput& output(size_t index) noexcept
        const CoreCanvas& canvas(size_t output) noexcept
        CanvasSize size(size_t output) noexcept
        cbool has(int32_t source) noexcept
        CoreCompositorStatistics statistics() noexcept
        Status begin_view(int32_t excluded, size_t output) noexcept
        void end_view() noexcept
        cbool is_viewing() noexcept


cdef class _CanvasMemory:
    """Owns the core, so that the planes of Compositor need not refer to Compositor itself."""
    cdef CoreCompositor core


cdef struct PixelKind:
    int bytes  # of a number
    int numbers  # of a pixel
    cbool is_flat  # also as (height, width * numbers)


cdef class _HeldPlanes:
    """The buffers of a picture, given back when the next one has come."""
    cdef Py_buffer buffers[3]
    cdef int count
    cdef CorePlaneView take(self, object plane, str name, PixelKind kind=*) except *
    cdef int require(self, int index, Py_ssize_t rows, Py_ssize_t columns, str name) except -1


cdef class Compositor:
    cdef _CanvasMemory memory
    cdef CoreCompositor* core
    cdef CompositorOutput first
    cdef list held
    cdef list avatars
    cdef object slate
    cdef CoreColour background
    cdef ColourSpace space
    cdef readonly int capacity
    cdef int require_idle(self) except -1
    cdef int require_drawn(self) except -1


cdef class CompositorOutput:
    cdef _CanvasMemory memory
    cdef CoreCompositor* core
    cdef size_t index
    cdef int capacity
    cdef ColourSpace space
    cdef readonly tuple canvas
    cdef readonly cnp.ndarray picture
    cdef readonly str format
    cdef object plane(self, CorePlane plane, tuple shape)
    cdef tuple planes_of_chroma(self, int width, int height)
    cdef int place(self, object layout) except -1
    cdef int cover(self, object overlays) except -1
    cdef int require_idle(self) except -1


cdef class CanvasView:
    cdef CompositorOutput output
    cdef int32_t excluded
    cdef cbool is_open


cdef class Overlay:
    cdef SharedOverlay core


cdef extern from "mixminus/video/depacketizer.hpp" namespace "mixminus::video" nogil:
    cdef enum class VideoKind "mixminus::video::Kind"(uint8_t):
        h264
        vp8
        h265

cdef extern from "mixminus/conference/video_receiver.hpp" namespace "mixminus::conference" nogil:
    cdef cppclass CoreVideoConfig "mixminus::conference::VideoConfig":
        VideoKind kind
        int32_t payload_type
        int32_t rtp_clock_hz
        int32_t min_delay_ms
        int32_t max_delay_ms
        float ms_per_percent
        int32_t capacity_packets

    cdef cppclass CoreVideoStatistics "mixminus::conference::VideoStatistics":
        uint64_t packets_received
        int64_t packets_lost
        uint64_t packets_discarded
        uint64_t bytes_received
        uint64_t retransmitted_packets_received
        int64_t jitter_ns
        uint64_t frames_received
        uint64_t frames_dropped
        uint64_t key_frames_received
        uint64_t nack_count
        uint64_t pli_count
        double jitter_buffer_delay_s
        double jitter_buffer_target_delay_s
        uint64_t jitter_buffer_emitted_count
        uint64_t freeze_count
        double total_freezes_duration_s
        uint64_t packets_duplicated
        uint64_t packets_malformed
        uint64_t packets_of_other_payload_type
        uint64_t stream_changes
        int64_t target_delay_ns

    cdef cppclass CoreVideoFrame "mixminus::conference::VideoFrame":
        span[const_uint8_t] data
        uint32_t rtp_timestamp
        cbool is_key_frame
        cbool is_after_loss
        int64_t release_ns
        uint64_t playout_ntp

    cdef cppclass CoreVideoReceiver "mixminus::conference::VideoReceiver":
        Status configure(const CoreVideoConfig& config) noexcept
        void insert(span[const_uint8_t] datagram, int64_t arrival_ns) noexcept
        void insert_retransmission(span[const_uint8_t] datagram, int64_t arrival_ns) noexcept
        cbool pull(int64_t now_ns, CoreVideoFrame& frame) noexcept
        size_t take_nacks(int64_t now_ns, span[uint16_t] numbers) noexcept
        cbool take_key_frame_request(int64_t now_ns) noexcept
        void set_round_trip_ns(int64_t round_trip_ns) noexcept
        Status set_min_delay_ms(int32_t min_delay_ms) noexcept
        void receive(const SenderInfo& report, int64_t arrival_ns) noexcept
        uint32_t remote_ssrc() noexcept
        CoreVideoStatistics statistics() noexcept


cdef class VideoFrame:
    cdef readonly bytes data
    cdef readonly uint32_t rtp_timestamp
    cdef readonly bint is_key_frame
    cdef readonly bint is_after_loss
    cdef readonly int64_t release_ns
    cdef uint64_t ntp

cdef class VideoReceiver:
    cdef CoreVideoReceiver core

cdef extern from "mixminus/conference/conference.hpp" namespace "mixminus::conference" nogil:
    cdef cppclass LegId:
        int32_t slot
        uint32_t generation

    cdef cppclass StreamOrigin:
        uint32_t ssrc
        uint16_t sequence_number
        uint32_t rtp_timestamp

    cdef cppclass LegConfig:
        CodecConfig codec
        int32_t payload_type
        int32_t red_payload_type
        MixRole role
        float gain_db
        uint32_t speaks_to
        uint32_t hears
        int32_t priority
        LegId follows
        cbool carries_talkers
        int32_t mixer_level_id
        StreamOrigin origin
        int32_t min_delay_ms
        int32_t max_delay_ms
        float ms_per_percent
        int32_t audio_level_id
        cbool lists_contributors
        cbool cancels_echo
        int32_t echo_tail_ms
        string cname

    cdef cppclass RemoteStatistics:
        int64_t packets_lost
        float fraction_lost
        uint32_t jitter
        int64_t round_trip_time_ns
        uint64_t reports_received
        uint64_t reports_malformed

    cdef cppclass LegStatistics:
        CoreReceiverStatistics inbound
        uint64_t packets_sent
        uint64_t bytes_sent
        uint64_t packets_overwritten
        uint64_t encode_failures
        RemoteStatistics remote
        float level_dbov
        cbool is_decoded
        uint64_t frames_not_decoded
        uint64_t levels_overstated
        uint64_t levels_understated
        cbool is_heard
        cbool has_said_bye
        EchoMetrics echo
        cbool cancels_echo

    cdef cppclass TalkerId:
        uint32_t conference
        uint32_t number
        cbool is_somebody() noexcept

    cdef cppclass Floor:
        TalkerId speaker
        TalkerId lecturer
        TalkerId called

    cdef cppclass Hello:
        uint32_t conference

    cdef cppclass TrunkStatistics:
        uint64_t packets_looped
        uint64_t packets_too_far
        uint64_t packets_without_origin
        uint64_t packets_without_lane
        uint64_t duplicates
        uint64_t hellos_received

    cdef cppclass Trunk:
        const Hello& neighbour() noexcept
        cbool is_alive(int64_t now_ns) noexcept
        const TrunkStatistics& statistics() noexcept

    cdef cppclass LegIds "std::vector<mixminus::conference::LegId>":
        void push_back(LegId id) except +

    cdef cppclass LegIdSpan "std::span<const mixminus::conference::LegId>":
        LegIdSpan(const LegIds& ids) noexcept

    cdef cppclass LegCodecs:
        unique_ptr[CoreCodec] decoder
        unique_ptr[CoreCodec] encoder

    cdef cppclass ConferenceConfig "mixminus::conference::Config":
        int32_t sample_rate_hz
        int32_t frame_ms
        int32_t capacity
        int32_t loudest
        int32_t threads
        cbool shares_encodes
        int32_t look_ahead_ms
        LevellerConfig leveller
        cbool gates_noise
        int32_t audiences
        int32_t min_hold_ms
        uint32_t id
        int32_t rank
        int32_t lanes
        int64_t unix_offset_ns

    cdef cppclass CoreConference "mixminus::conference::Conference":
        Status configure(const ConferenceConfig& config) noexcept
        Status add_leg(const LegConfig& config, LegCodecs codecs, LegId& id) noexcept
        Status remove_leg(LegId id) noexcept
        void receive(LegId id, span[const_uint8_t] datagram, int64_t arrival_ns, size_t path) noexcept
        void tick(int64_t now_ns) noexcept
        span[const_uint8_t] packet(LegId id) noexcept
        void take_packet(LegId id) noexcept
        span[const_uint8_t] report(LegId id) noexcept
        void take_report(LegId id) noexcept
        Status set_gain_db(LegId id, float gain_db) noexcept
        Status set_muted(LegId id, cbool is_muted) noexcept
        cbool is_muted(LegId id) noexcept
        Status set_role(LegId id, MixRole role) noexcept
        Status set_speaks_to(LegId id, uint32_t groups) noexcept
        Status set_hears(LegId id, uint32_t groups) noexcept
        Status set_priority(LegId id, int32_t priority) noexcept
        Status set_exception(LegId listener, LegId talker, float gain_db) noexcept
        Status clear_exception(LegId listener, LegId talker) noexcept
        void lecture(TalkerId talker) noexcept
        void give_floor(TalkerId talker) noexcept
        void mute_all_but(LegIdSpan legs) noexcept
        const Floor& floor() noexcept
        uint32_t decider() noexcept
        TalkerId talker_at(int32_t slot) noexcept
        LegId leg_of(TalkerId talker) noexcept
        LegId id_at(int32_t slot) noexcept
        span[const_int32_t] ranking() noexcept
        const Trunk* trunk(LegId id) noexcept
        uint64_t talkers_turned_away() noexcept
        cbool has(LegId id) noexcept
        Status statistics(LegId id, LegStatistics& statistics) noexcept
        int32_t mix_of(LegId id) noexcept
        int32_t distinct_mixes() noexcept
        int32_t decodes() noexcept
        size_t encodes() noexcept
        span[const_int32_t] talkers() noexcept
        uint64_t packets_for_nobody() noexcept
        const ConferenceConfig& config() noexcept


cdef class Conference:
    cdef CoreConference core
    cdef object random
    cdef dict legs_by_slot
    cdef int64_t last_tick_ns
    cdef LegId own(self, Leg leg) except *
    cdef TalkerId talker_named(self, who) except *
    cdef object leg_at(self, int32_t slot)


cdef class Leg:
    cdef Conference conference
    cdef LegId id
    cdef readonly str name
    cdef readonly uint32_t ssrc
    cdef readonly int slot

cdef extern from "mixminus/serve/switchboard.hpp" namespace "mixminus::serve" nogil:
    cdef cppclass EndpointAddress "std::array<std::uint8_t, 16>":
        uint8_t* data() noexcept

    cdef cppclass Endpoint:
        EndpointAddress address
        uint16_t port
        uint32_t ssrc

    cdef cppclass Stranger:
        Endpoint endpoint
        uint8_t payload_type

    cdef cppclass Strangers "std::span<const mixminus::serve::Stranger>":
        size_t size() noexcept
        const Stranger& operator[](size_t index) noexcept

    cdef struct SwitchboardStatistics:
        uint64_t datagrams_received
        uint64_t datagrams_malformed
        uint64_t datagrams_from_strangers
        uint64_t datagrams_sent
        uint64_t datagrams_not_sent
        uint64_t receive_calls
        uint64_t send_calls

    cdef cppclass CoreSwitchboard "mixminus::serve::Switchboard":
        Status configure(int socket, int32_t capacity, uint64_t hash_key) noexcept
        Strangers receive(CoreConference& conference, int64_t now_ns, int64_t realtime_offset_ns) noexcept
        void send(CoreConference& conference) noexcept
        Status connect(const Endpoint& endpoint, LegId leg, int64_t now_ns) noexcept
        void disconnect(LegId leg) noexcept
        int64_t last_arrival_ns(LegId leg) noexcept
        const SwitchboardStatistics& statistics() noexcept


cdef class Switchboard:
    cdef CoreSwitchboard core
    cdef Conference conference
    cdef object socket
    cdef bint knows(self, Leg leg) noexcept
