// Resampler: polyphase FIR conversion between the rates of telephony and of conferencing.
#include "mixminus/dsp/resampler.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "dsp/filter_bank.hpp"
#include "kernels/table.hpp"

namespace mixminus::dsp {
namespace {

constexpr std::array kRatesHz = {8'000, 12'000, 16'000, 24'000, 32'000, 44'100, 48'000};
constexpr std::int32_t kMostInputSamples = 1 << 20;

bool is_supported(std::int32_t rate_hz) {
  return std::find(kRatesHz.begin(), kRatesHz.end(), rate_hz) != kRatesHz.end();
}

std::size_t index(std::int32_t v) { return static_cast<std::size_t>(v); }

}  // namespace

Status Resampler::configure(std::int32_t input_rate_hz, std::int32_t output_rate_hz,
                            std::int32_t max_input_samples) noexcept try {
  if (!is_supported(input_rate_hz) || !is_supported(output_rate_hz)) return Status::out_of_range;
  if (max_input_samples < 1 || max_input_samples > kMostInputSamples) return Status::out_of_range;
  *this = {};
  kernels_ = &kernels::active();
  input_rate_hz_ = input_rate_hz;
  output_rate_hz_ = output_rate_hz;
  max_input_samples_ = index(max_input_samples);
  if (input_rate_hz == output_rate_hz) return Status::ok;
  bank_ = shared_filter_bank(input_rate_hz, output_rate_hz);
  const std::size_t most_inputs = index(bank_->period_inputs) + max_input_samples_;
  inputs_.assign(index(bank_->history) + most_inputs + index(bank_->lookahead), 0.0F);
  outputs_.assign(outputs_due(most_inputs) + index(bank_->period_outputs) + FilterBank::kGroupOutputs, 0);
  return Status::ok;
} catch (const std::bad_alloc&) {
  *this = {};
  return Status::capacity_reached;
}

std::size_t Resampler::outputs_due(std::size_t inputs) const noexcept {
  const std::size_t input_hz = index(input_rate_hz_);
  return (inputs * index(output_rate_hz_) + input_hz - 1) / input_hz;
}

std::size_t Resampler::output_samples(std::size_t input_samples) const noexcept {
  if (!bank_) return input_rate_hz_ == 0 ? 0 : input_samples;
  return outputs_due(filled_ + input_samples) - outputs_due(filled_);
}

Status Resampler::process(std::span<const std::int16_t> input, std::span<std::int16_t> output) noexcept {
  if (input_rate_hz_ == 0) return Status::not_configured;
  if (input.size() > max_input_samples_ || output.size() != output_samples(input.size())) return Status::shape_mismatch;
  if (!bank_) {
    std::copy(input.begin(), input.end(), output.begin());
    return Status::ok;
  }
  std::copy(input.begin(), input.end(), inputs_.data() + bank_->history + filled_);
  const std::size_t first_output = outputs_due(filled_);
  filled_ += input.size();
  filter(first_output, first_output + output.size());
  std::copy_n(outputs_.data() + first_output, output.size(), output.begin());
  drop_whole_periods();
  return Status::ok;
}

void Resampler::filter(std::size_t first_output, std::size_t end_output) noexcept {
  const std::size_t input_step = index(bank_->period_inputs);
  const std::size_t output_step = index(bank_->period_outputs);
  // last group first: where it reaches past its period, the first group of the next one overwrites it
  for (std::size_t g = bank_->groups.size(); g-- > 0;) {
    const FilterBank::Group& group = bank_->groups[g];
    const std::size_t start = g * FilterBank::kGroupOutputs;
    if (end_output <= start) continue;
    const std::size_t begin = first_output >= start + FilterBank::kGroupOutputs ? 1 : 0;
    const std::size_t end = (end_output - start + output_step - 1) / output_step;
    if (begin >= end) continue;
    kernels_->filter_run({
        .rows = bank_->rows[group.first_row].lane.data(),
        .row_count = group.row_count,
        .input = inputs_.data() + (bank_->history + group.first_input) + begin * input_step,
        .input_step = input_step,
        .output = outputs_.data() + start + begin * output_step,
        .output_step = output_step,
        .count = end - begin,
    });
  }
}

void Resampler::drop_whole_periods() noexcept {
  const std::size_t done = filled_ - filled_ % index(bank_->period_inputs);
  if (done == 0) return;
  filled_ -= done;
  std::copy_n(inputs_.data() + done, index(bank_->history) + filled_, inputs_.data());
}

std::int64_t Resampler::delay_ns() const noexcept {
  if (!bank_) return 0;
  const std::int64_t lower_hz = std::min(input_rate_hz_, output_rate_hz_);
  return (FilterBank::kDelaySamples * std::int64_t{1'000'000'000} + lower_hz / 2) / lower_hz;
}

void Resampler::reset() noexcept {
  std::fill(inputs_.begin(), inputs_.end(), 0.0F);
  filled_ = 0;
}

void Resampler::continue_from(const Resampler& other) noexcept {
  std::copy_n(other.inputs_.begin(), std::min(other.inputs_.size(), inputs_.size()), inputs_.begin());
  filled_ = other.filled_;
}

}  // namespace mixminus::dsp
