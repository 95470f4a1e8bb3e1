// Scaler: one plane of 8-bit pixels made smaller or larger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"
#include "mixminus/compose/picture.hpp"

namespace mixminus::kernels {
struct Table;
}  // namespace mixminus::kernels

namespace mixminus::compose {

/// Rows of the result; whoever makes which, the bytes are the same.
struct Band {
  std::int32_t first = 0;
  std::int32_t rows = 0;
};

enum class Filter : std::uint8_t {
  area,   ///< downwards exact area, upwards bilinear
  sharp,  ///< Lanczos with three lobes, downwards as much wider: keeps details, takes several times as long
};

/// Each axis by itself. Of `area`, columns are weighed with 7 bits and not rounded, rows with 15, and the sum is
/// rounded once; `sharp` has 14 bits and rounds rows to 1/64. Threads may share a Scaler that is configured.
class MIXMINUS_API Scaler {
 public:
  /// Makes the tables; allocates. out_of_range: a side is not in 1..kMaxSide. capacity_reached: no memory.
  Status configure(Size source, Size result, Filter filter = Filter::area) noexcept;

  [[nodiscard]] Size source() const noexcept { return source_; }
  [[nodiscard]] Size result() const noexcept { return result_; }

  /// Tests only: an instruction set that is not the best; configure() forgets it.
  void run_on(const kernels::Table& kernel) noexcept { kernel_ = &kernel; }

  /// Writes the rows of `band`, which is inside the result, and nothing else; planes point at their first row. What
  /// will be read after them, `next`, is fetched into the cache meanwhile.
  void process(PlaneView source, Plane result, Band band, const std::uint8_t* next = nullptr) const noexcept;

  /// What process() will read first to make `row`.
  [[nodiscard]] const std::uint8_t* first_of(PlaneView source, std::int32_t row) const noexcept;

 private:
  enum class Way : std::uint8_t { copy, halve, quarter, three_of_four, weigh, sharpen };
  struct Tables;
  struct SharpTables;
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  [[nodiscard]] Way way() const noexcept;
  void weigh(PlaneView source, Plane result, Band band, const std::uint8_t* next) const noexcept;
  void sharpen(PlaneView source, Plane result, Band band) const noexcept;
  void sharpen_piece(PlaneView source, Plane result, Band band, Span outputs) const noexcept;
  void shortcut(PlaneView source, std::uint8_t* row, std::int32_t index) const noexcept;

  const kernels::Table* kernel_ = nullptr;
  Size source_{};
  Size result_{};
  Way way_ = Way::copy;
  std::shared_ptr<const Tables> tables_;
  std::shared_ptr<const SharpTables> sharp_;  ///< one of both
};

}  // namespace mixminus::compose
