// FftTables: the twiddles of one size, computed in double once and shared by all its transforms.
#include "dsp/fft_tables.hpp"

#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <numeric>

namespace mixminus::dsp {
namespace {

/// Columns before the transposition: enough to fill a vector, few enough that rows do afterwards.
std::size_t columns_of(std::size_t half) { return std::gcd(half, half < 256 ? std::size_t{8} : std::size_t{16}); }

double angle(std::size_t numerator, std::size_t denominator) {
  return -2.0 * std::numbers::pi * static_cast<double>(numerator % denominator) / static_cast<double>(denominator);
}

/// Stages that transform columns of `rows` rows (Stockham, decimation in frequency).
void add_stages(FftTables& tables, std::size_t rows, std::size_t columns) {
  for (const std::size_t radix : {5U, 4U, 3U, 2U})
    for (; rows % radix == 0; rows /= radix, columns *= radix) {
      std::vector<float>& turns = tables.turns.emplace_back();
      for (std::size_t group = 0; group < rows / radix; ++group)
        for (std::size_t k = 1; k < radix; ++k) {
          turns.push_back(static_cast<float>(std::cos(angle(group * k, rows))));
          turns.push_back(static_cast<float>(std::sin(angle(group * k, rows))));
        }
      tables.stages.push_back({radix, rows / radix, columns, turns.data()});
    }
}

void add_turns(FftTables& tables, std::size_t rows, std::size_t columns) {
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column) {
      tables.turn_re.push_back(static_cast<float>(std::cos(angle(row * column, rows * columns))));
      tables.turn_im.push_back(static_cast<float>(std::sin(angle(row * column, rows * columns))));
    }
}

void add_untangling(FftTables& tables, std::size_t half) {
  for (std::size_t k = 0; k <= half / 2; ++k) {
    tables.untangle_re.push_back(static_cast<float>(std::sin(angle(k, 2 * half))));
    tables.untangle_im.push_back(static_cast<float>(-std::cos(angle(k, 2 * half))));
  }
}

std::shared_ptr<const FftTables> design(std::size_t half) {
  const std::size_t columns = columns_of(half);
  const std::size_t rows = half / columns;
  const auto tables = std::make_shared<FftTables>();
  add_stages(*tables, rows, columns);
  const std::size_t first_stages = tables->stages.size();
  add_stages(*tables, columns, rows);
  add_turns(*tables, rows, columns);
  add_untangling(*tables, half);
  tables->plan = {half,
                  rows,
                  columns,
                  tables->stages.data(),
                  first_stages,
                  tables->stages.size(),
                  tables->turn_re.data(),
                  tables->turn_im.data(),
                  tables->untangle_re.data(),
                  tables->untangle_im.data()};
  return tables;
}

}  // namespace

std::shared_ptr<const FftTables> shared_fft_tables(std::size_t half) {
  static std::mutex mutex;
  static std::map<std::size_t, std::weak_ptr<const FftTables>> all;
  const std::scoped_lock lock(mutex);
  std::weak_ptr<const FftTables>& known = all[half];
  std::shared_ptr<const FftTables> tables = known.lock();
  if (!tables) known = tables = design(half);
  return tables;
}

}  // namespace mixminus::dsp
