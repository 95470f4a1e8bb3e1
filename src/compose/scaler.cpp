#include "mixminus/compose/scaler.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "compose/lanes.hpp"
#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

constexpr std::int64_t kRowOne = 256;

bool is_side(std::int32_t side) { return side >= 1 && side <= kMaxSide; }

}  // namespace

Status Scaler::configure(Size source, Size result) noexcept try {
  for (const std::int32_t side : {source.width, source.height, result.width, result.height})
    if (!is_side(side)) return Status::out_of_range;
  kernel_ = &kernels::active();
  source_ = source;
  result_ = result;
  make_rows();
  make_columns();
  way_ = way();
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Scaler::Way Scaler::way() const noexcept {
  if (source_ == result_) return Way::copy;
  const auto is_ratio = [&](std::int32_t from, std::int32_t to) {
    return source_.width * to == result_.width * from && source_.height * to == result_.height * from;
  };
  if (is_ratio(2, 1)) return Way::halve;
  if (is_ratio(4, 1)) return Way::quarter;
  return is_ratio(4, 3) ? Way::three_of_four : Way::weigh;
}

void Scaler::make_rows() {
  rows_.clear();
  row_weights_.clear();
  for (std::int32_t index = 0; index < result_.height; ++index) {
    const Taps taps = taps_of(source_.height, result_.height, index, kRowOne);
    const auto count = static_cast<std::uint32_t>(taps.weights.size());
    rows_.push_back({static_cast<std::uint32_t>(taps.first), count, static_cast<std::uint32_t>(row_weights_.size())});
    for (const std::int32_t weight : taps.weights) row_weights_.push_back(static_cast<std::uint8_t>(weight));
    if (count % 2 == 0) continue;
    row_weights_.back() = static_cast<std::uint8_t>(taps.weights.back() / 2);  // two halves, see SourceRows
    row_weights_.push_back(static_cast<std::uint8_t>(taps.weights.back() - taps.weights.back() / 2));
  }
}

void Scaler::make_columns() {
  Lanes lanes(source_.width, result_.width);
  outputs_per_lane_ = lanes.outputs_per_lane;
  rounds_ = lanes.rounds;
  scratch_sums_ = lanes.readable_sums;
  lane_first_ = std::move(lanes.first);
  lane_picks_ = std::move(lanes.picks);
  lane_weights_ = std::move(lanes.weights);
}

void Scaler::process(PlaneView source, Plane result, Band band, std::span<std::int16_t> scratch) const noexcept {
  if (scratch.size() < scratch_sums_) return;
  for (std::int32_t index = band.first; index < band.first + band.rows; ++index)
    process_row(source, result.pixels + index * result.stride_bytes, static_cast<std::size_t>(index), scratch.data());
}

void Scaler::process_row(PlaneView source, std::uint8_t* row, std::size_t index, std::int16_t* sums) const noexcept {
  const RowTaps& taps = rows_[index];
  const std::uint8_t* first = source.pixels + static_cast<std::ptrdiff_t>(taps.first) * source.stride_bytes;
  const auto outputs = static_cast<std::size_t>(result_.width);
  const kernels::SourceRows rows{first, source.stride_bytes, taps.taps, row_weights_.data() + taps.weights,
                                 static_cast<std::size_t>(source_.width)};
  if (way_ == Way::copy) return static_cast<void>(std::memcpy(row, first, outputs));
  if (way_ == Way::halve) return kernel_->halve(first, first + source.stride_bytes, row, outputs);
  if (way_ == Way::quarter) return kernel_->quarter(first, source.stride_bytes, row, outputs);
  if (way_ == Way::three_of_four) return kernel_->three_of_four(rows, row);
  kernel_->weigh_rows(rows, sums);
  kernel_->weigh_columns(
      sums, {outputs, outputs_per_lane_, rounds_, lane_first_.data(), lane_picks_.data(), lane_weights_.data()}, row);
}

}  // namespace mixminus::compose
