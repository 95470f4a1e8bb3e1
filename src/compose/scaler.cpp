#include "mixminus/compose/scaler.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "compose/lanes.hpp"
#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

constexpr std::int64_t kRowOne = 256;

// Stores leave in order: sums would wait behind pixels for lines of the canvas that are still in memory.
constexpr std::int32_t kRowsAhead = 2;
constexpr std::int32_t kCacheLineBytes = 64;

inline void prefetch_for_writing(const std::uint8_t* row, std::int32_t width) {
  for (std::int32_t x = 0; x < width + kCacheLineBytes; x += kCacheLineBytes) __builtin_prefetch(row + x, 1);
}

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
  if (band.rows < 1 || scratch.size() < scratch_sums()) return;
  if (way_ == Way::weigh) return weigh(source, result, band, scratch.data());
  for (std::int32_t index = band.first; index < band.first + band.rows; ++index)
    shortcut(rows_of(source, index), result.pixels + index * result.stride_bytes);
}

void Scaler::weigh(PlaneView source, Plane result, Band band, std::int16_t* sums) const noexcept {
  const kernels::ColumnTaps columns{static_cast<std::size_t>(result_.width),
                                    outputs_per_lane_,
                                    rounds_,
                                    lane_first_.data(),
                                    lane_picks_.data(),
                                    lane_weights_.data()};
  for (std::int32_t index = band.first; index < band.first + band.rows; ++index) {
    std::uint8_t* row = result.pixels + index * result.stride_bytes;
    prefetch_for_writing(row + kRowsAhead * result.stride_bytes, result_.width);
    kernel_->weigh_rows(rows_of(source, index), sums);
    kernel_->weigh_columns(sums, columns, row);
  }
}

void Scaler::shortcut(const kernels::SourceRows& rows, std::uint8_t* row) const noexcept {
  const auto outputs = static_cast<std::size_t>(result_.width);
  if (way_ == Way::copy) std::memcpy(row, rows.first, outputs);
  if (way_ == Way::halve) kernel_->halve(rows.first, rows.first + rows.stride_bytes, row, outputs);
  if (way_ == Way::quarter) kernel_->quarter(rows.first, rows.stride_bytes, row, outputs);
  if (way_ == Way::three_of_four) kernel_->three_of_four(rows, row);
}

kernels::SourceRows Scaler::rows_of(PlaneView source, std::int32_t index) const noexcept {
  const RowTaps& taps = rows_[static_cast<std::size_t>(index)];
  return {source.pixels + static_cast<std::ptrdiff_t>(taps.first) * source.stride_bytes, source.stride_bytes, taps.taps,
          row_weights_.data() + taps.weights, static_cast<std::size_t>(source_.width)};
}

}  // namespace mixminus::compose
