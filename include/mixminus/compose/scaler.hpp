// Scaler: one plane of 8-bit pixels made smaller or larger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::kernels {
struct SourceRows;
struct Table;
}  // namespace mixminus::kernels

namespace mixminus::compose {

/// Rows of the result; whoever makes which, the bytes are the same.
struct Band {
  std::int32_t first = 0;
  std::int32_t rows = 0;
};

/// Downwards exact area, upwards bilinear, each axis by itself. Rows are weighed with 8 bits without rounding, columns
/// with 14, and the sum is rounded once. Threads may share a Scaler that is configured, each with sums of its own.
class MIXMINUS_API Scaler {
 public:
  /// Makes the tables; allocates. out_of_range: a side is not in 1..kMaxSide. capacity_reached: no memory.
  Status configure(Size source, Size result) noexcept;

  [[nodiscard]] Size source() const noexcept { return source_; }
  [[nodiscard]] Size result() const noexcept { return result_; }

  /// Tests only: an instruction set that is not the best; configure() forgets it.
  void run_on(const kernels::Table& kernel) noexcept { kernel_ = &kernel; }

  /// How many sums process() needs between its two passes.
  [[nodiscard]] std::size_t scratch_sums() const noexcept { return scratch_sums_; }

  /// Writes the rows of `band`, which is inside the result, and nothing else; planes point at their first row.
  void process(PlaneView source, Plane result, Band band, std::span<std::int16_t> scratch) const noexcept;

 private:
  enum class Way : std::uint8_t { copy, halve, quarter, three_of_four, weigh };
  struct RowTaps {
    std::uint32_t first;
    std::uint32_t taps;
    std::uint32_t weights;  ///< where they begin
  };

  void make_rows();
  void make_columns();
  [[nodiscard]] Way way() const noexcept;
  void weigh(PlaneView source, Plane result, Band band, std::int16_t* sums) const noexcept;
  void shortcut(const kernels::SourceRows& rows, std::uint8_t* row) const noexcept;
  [[nodiscard]] kernels::SourceRows rows_of(PlaneView source, std::int32_t index) const noexcept;

  const kernels::Table* kernel_ = nullptr;
  Size source_{};
  Size result_{};
  Way way_ = Way::copy;
  std::size_t scratch_sums_ = 0;
  std::vector<RowTaps> rows_;
  std::vector<std::uint8_t> row_weights_;
  std::size_t outputs_per_lane_ = 4;
  std::size_t rounds_ = 1;
  std::vector<std::uint32_t> lane_first_;
  std::vector<std::uint8_t> lane_picks_;
  std::vector<std::int16_t> lane_weights_;
};

}  // namespace mixminus::compose
