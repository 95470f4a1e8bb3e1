// Compiled once per instruction set, as namespace MIXMINUS_ISA; its table is its only global symbol.
//
// Include no C++ library code here or in body_*.inl: an inline function instantiated with AVX-512
// may be the copy that the linker keeps for everyone, and then an older CPU dies far from the cause.
#include "kernels/body_blend.inl"
#include "kernels/body_compose.inl"
#include "kernels/body_dsp.inl"
#include "kernels/body_mix.inl"
#include "kernels/body_noise.inl"
#include "kernels/body_pixels.inl"
#include "kernels/body_real_fft.inl"
#include "kernels/body_sharp.inl"
#include "kernels/body_spectrum.inl"
#include "kernels/table.hpp"

#define MIXMINUS_TEXT_(x) #x
#define MIXMINUS_TEXT(x) MIXMINUS_TEXT_(x)

namespace mixminus::kernels::MIXMINUS_ISA {

extern const Table table;
const Table table{
    .isa = MIXMINUS_TEXT(MIXMINUS_ISA),
    .filter_run = filter_run,
    .dot_product = dot_product,
    .energy = energy,
    .add_rows = add_rows,
    .add_faded = add_faded,
    .minus_row = minus_row,
    .minus_faded = minus_faded,
    .block_peaks = block_peaks,
    .apply_gains = apply_gains,
    .narrow = narrow,
    .fft_forward = fft_forward,
    .fft_inverse = fft_inverse,
    .complex_mac = complex_mac,
    .accumulate_correlation = accumulate_correlation,
    .kalman_step = kalman_step,
    .power_mac = power_mac,
    .fir = fir,
    .follow_noise = follow_noise,
    .suppress_noise = suppress_noise,
    .scale = scale,
    .halve = halve,
    .quarter = quarter,
    .three_of_four = three_of_four,
    .sharp_rows = sharp_rows,
    .sharp_columns = sharp_columns,
    .split_pairs = split_pairs,
    .join_pairs = join_pairs,
    .narrow_words = narrow_words,
    .from_bgra = from_bgra,
    .recolour = recolour,
    .transpose = transpose,
    .reverse = reverse,
    .blend = blend,
};

}  // namespace mixminus::kernels::MIXMINUS_ISA
