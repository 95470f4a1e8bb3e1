#include "mixminus/compose/scaler.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <vector>

#include "compose/lanes.hpp"
#include "compose/sharp.hpp"
#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

using kernels::ColumnTaps;
using kernels::ScaledRows;
using kernels::SharpColumns;

// What rows are made of stays in the first cache while strip after strip of them is made.
constexpr std::int32_t kBlockBytes = 8192;

bool is_side(std::int32_t side) { return side >= 1 && side <= kMaxSide; }

std::vector<Taps> taps_of_all(std::int32_t source_size, std::int32_t size, std::int32_t one) {
  std::vector<Taps> all;
  for (std::int32_t index = 0; index < size; ++index) all.push_back(taps_of(source_size, size, index, one));
  return all;
}

/// The taps of all outputs, as kernels take them.
struct Columns {
  explicit Columns(const std::vector<Taps>& outputs) {
    for (const Taps& output : outputs) {
      taps.push_back({static_cast<std::uint32_t>(output.first), static_cast<std::uint32_t>(output.weights.size()),
                      static_cast<std::uint32_t>(weights.size())});
      for (const std::int32_t weight : output.weights) weights.push_back(static_cast<std::int16_t>(weight));
    }
  }
  std::vector<kernels::TapRange> taps;
  std::vector<std::int16_t> weights;
};

std::uint32_t in_both_halves(std::int32_t weight) {
  return 0x10001U * static_cast<std::uint32_t>(std::min(weight, ScaledRows::kOne - 1));
}

struct Rows {
  explicit Rows(const std::vector<Taps>& outputs) {
    std::size_t next = 0;
    for (const Taps& output : outputs) {
      const bool is_carried = output.first + 1 == next;
      next = output.first + output.weights.size();
      taps.push_back({static_cast<std::uint32_t>(output.first + is_carried),
                      static_cast<std::uint32_t>(output.weights.size() - is_carried),
                      static_cast<std::uint32_t>(weights.size()), is_carried ? in_both_halves(output.weights[0]) : 0});
      for (std::size_t tap = is_carried; tap < output.weights.size(); ++tap)
        weights.push_back(in_both_halves(output.weights[tap]));
    }
  }
  std::vector<kernels::RowTaps> taps;
  std::vector<std::uint32_t> weights;
};

}  // namespace

struct Scaler::Tables {
  Tables(Size source, Size result)
      : Tables(source, taps_of_all(source.width, result.width, ColumnTaps::kOne),
               taps_of_all(source.height, result.height, ScaledRows::kOne)) {}
  Tables(Size source, const std::vector<Taps>& across, const std::vector<Taps>& down)
      : columns(across), lanes(across, source.width), rows(down) {
    const auto source_bytes = std::int64_t{source.width} * source.height;
    block_rows = std::max(2, static_cast<std::int32_t>(kBlockBytes * std::ssize(down) / source_bytes));
  }
  [[nodiscard]] ColumnTaps column_taps() const noexcept {
    return {columns.taps.size(), columns.taps.data(), columns.weights.data(), lanes.loads,
            lanes.rounds,        lanes.first.data(),  lanes.picks.data(),     lanes.weights.data()};
  }

  Columns columns;
  Lanes lanes;
  Rows rows;
  std::int32_t block_rows;
};

struct Scaler::SharpTables {
  SharpTables(Size source, Size result) : columns(source.width, result.width), rows(source.height, result.height) {}

  SharpTaps columns, rows;
};

Status Scaler::configure(Size source, Size result, Filter filter) noexcept try {
  for (const std::int32_t side : {source.width, source.height, result.width, result.height})
    if (!is_side(side)) return Status::out_of_range;
  tables_ = filter == Filter::area ? std::make_shared<const Tables>(source, result) : nullptr;
  sharp_ = filter == Filter::sharp ? std::make_shared<const SharpTables>(source, result) : nullptr;
  kernel_ = &kernels::active();
  source_ = source;
  result_ = result;
  way_ = way();
  return Status::ok;
} catch (const std::bad_alloc&) {
  return Status::capacity_reached;
}

Scaler::Way Scaler::way() const noexcept {
  if (source_ == result_) return Way::copy;
  if (sharp_) return Way::sharpen;
  const auto is_ratio = [&](std::int32_t from, std::int32_t to) {
    return source_.width * to == result_.width * from && source_.height * to == result_.height * from;
  };
  if (is_ratio(2, 1)) return Way::halve;
  if (is_ratio(4, 1)) return Way::quarter;
  return is_ratio(4, 3) ? Way::three_of_four : Way::weigh;
}

void Scaler::process(PlaneView source, Plane result, Band band, const std::uint8_t* next) const noexcept {
  if (band.rows < 1) return;
  if (way_ == Way::weigh) return weigh(source, result, band, next);
  if (way_ == Way::sharpen) return sharpen(source, result, band);
  for (std::int32_t index = band.first; index < band.first + band.rows; ++index)
    shortcut(source, result.pixels + index * result.stride_bytes, index);
}

const std::uint8_t* Scaler::first_of(PlaneView source, std::int32_t row) const noexcept {
  const auto index = static_cast<std::size_t>(row);
  const std::uint32_t first = sharp_ ? sharp_->rows.first[index] : tables_->rows.taps[index].first;
  return source.pixels + static_cast<std::ptrdiff_t>(first) * source.stride_bytes;
}

// Blocks of equal size, so that each is long enough to fetch the next.
void Scaler::weigh(PlaneView source, Plane result, Band band, const std::uint8_t* next) const noexcept {
  const ColumnTaps columns = tables_->column_taps();
  const std::int32_t blocks = (band.rows + tables_->block_rows - 1) / tables_->block_rows;
  for (std::int32_t block = 0; block < blocks; ++block) {
    const std::int32_t index = band.first + band.rows * block / blocks;
    const std::int32_t end = band.first + band.rows * (block + 1) / blocks;
    kernel_->scale({source.pixels, source.stride_bytes, result.pixels + index * result.stride_bytes,
                    result.stride_bytes, tables_->rows.taps.data() + index, tables_->rows.weights.data(),
                    static_cast<std::size_t>(end - index), block + 1 < blocks ? first_of(source, end) : next},
                   columns);
  }
}

// Rows first: their sums lie side by side. The last rows end with the band and are partly made twice.
void Scaler::sharpen(PlaneView source, Plane result, Band band) const noexcept {
  const std::int32_t at_once = std::min(band.rows, static_cast<std::int32_t>(SharpColumns::kRows));
  const std::int32_t last = band.first + band.rows - at_once;
  for (std::int32_t y = band.first; y < band.first + band.rows; y += at_once)
    for (Span piece{}; piece.end < static_cast<std::size_t>(result_.width);) {
      piece = {piece.end, sharp_->columns.end_of_piece(piece.end)};
      sharpen_piece(source, result, {std::min(y, last), at_once}, piece);
    }
}

void Scaler::sharpen_piece(PlaneView source, Plane result, Band band, Span outputs) const noexcept {
  const auto& [columns, rows] = *sharp_;
  const auto first = columns.first[outputs.begin], end = columns.first[outputs.end - 1];
  std::array<std::int16_t, SharpTaps::kMaxColumns * SharpColumns::kRows> sums;
  std::array<std::uint8_t, SharpTaps::kMaxOutputs * SharpColumns::kRows> pixels;
  if (band.rows < static_cast<std::int32_t>(SharpColumns::kRows)) sums.fill(0);
  for (std::int32_t row = 0; row < band.rows; ++row)
    kernel_->sharp_rows({first_of(source, band.first + row) + first, source.stride_bytes,
                         rows.weights_of(static_cast<std::size_t>(band.first + row)), rows.taps},
                        sums.data() + row, end - first + columns.taps);
  kernel_->sharp_columns({columns.first.data() + outputs.begin, columns.weights_of(outputs.begin), columns.taps,
                          outputs.end - outputs.begin},
                         sums.data(), pixels.data());
  kernel_->transpose({pixels.data(), SharpColumns::kRows,
                      result.pixels + band.first * result.stride_bytes + outputs.begin, result.stride_bytes,
                      static_cast<std::size_t>(band.rows), outputs.end - outputs.begin});
}

void Scaler::shortcut(PlaneView source, std::uint8_t* row, std::int32_t index) const noexcept {
  const auto from = [&](std::int32_t line) { return source.pixels + line * source.stride_bytes; };
  const auto outputs = static_cast<std::size_t>(result_.width);
  const std::uint8_t in_three = static_cast<std::uint8_t>(index % 3);
  if (way_ == Way::copy) std::memcpy(row, from(index), outputs);
  if (way_ == Way::halve) kernel_->halve(from(2 * index), from(2 * index + 1), row, outputs);
  if (way_ == Way::quarter) kernel_->quarter(from(4 * index), source.stride_bytes, row, outputs);
  if (way_ == Way::three_of_four)
    kernel_->three_of_four(from(index / 3 * 4 + in_three), source.stride_bytes, 3 - in_three, row, outputs);
}

}  // namespace mixminus::compose
