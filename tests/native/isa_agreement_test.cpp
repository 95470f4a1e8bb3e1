// Every table of this CPU gives the bits of the scalar one; what tests/kernels says of x86, said wherever C++ runs.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <random>
#include <vector>

#include "compose/colour.hpp"
#include "dsp/fft_tables.hpp"
#include "kernels/table.hpp"
#include "mixminus/compose/intake.hpp"
#include "mixminus/compose/scaler.hpp"

using mixminus::kernels::FadedRow;
using mixminus::kernels::FilterRun;
using mixminus::kernels::SpectrumPair;
using mixminus::kernels::Table;

namespace {

struct Input {
  explicit Input(std::size_t samples) : rows(4, std::vector<std::int16_t>(samples)), sums(samples), curve(samples) {
    std::mt19937 random(static_cast<unsigned>(samples));
    for (auto& row : rows)
      for (auto& sample : row) sample = random() % 5 == 0 ? INT16_MIN : static_cast<std::int16_t>(random());
    for (auto& sum : sums) sum = static_cast<std::int32_t>(random() % 140'000) - 70'000;
    for (auto& value : curve) value = static_cast<float>(random() % 10'000) / 10'000.0F;
  }

  std::vector<std::vector<std::int16_t>> rows;
  std::vector<std::int32_t> sums;
  std::vector<float> curve;
};

struct Output {
  std::vector<std::int32_t> sums;
  std::vector<std::int32_t> rest;
  std::vector<std::int16_t> samples;
  std::int64_t product = 0;
  friend bool operator==(const Output&, const Output&) = default;
};

Output mix(const Table& table, const Input& input) {
  const std::size_t samples = input.sums.size();
  const std::int16_t* rows[] = {input.rows[0].data(), input.rows[1].data(), input.rows[2].data()};
  const FadedRow faded{input.rows[3].data(), input.curve.data(), 0.7F, -1.3F};
  Output output{.sums = input.sums,
                .rest = std::vector<std::int32_t>(2 * samples + 1),
                .samples = std::vector<std::int16_t>(2 * samples)};
  table.add_rows(rows, 3, output.sums.data(), samples);
  table.add_faded(faded, output.sums.data(), samples);
  table.minus_row(output.sums.data(), rows[1], output.rest.data(), samples);
  table.minus_faded(output.sums.data(), faded, output.rest.data() + samples, samples);
  table.block_peaks(output.sums.data(), samples, 1, output.rest.data() + 2 * samples);
  const float knots[] = {0.9F, 0.3F};
  table.apply_gains(output.sums.data(), {knots, input.curve.data(), samples, 1}, output.samples.data());
  table.narrow(output.sums.data(), output.samples.data() + samples, samples);
  output.product = table.dot_product(rows[0], rows[1], samples) ^ table.energy(rows[0], samples);
  return output;
}

Output filter(const Table& table, const Input& input) {
  constexpr std::size_t kTaps = 36;
  constexpr std::size_t kOutputs = 16;
  std::vector<float> coefficients(kTaps * kOutputs);
  for (std::size_t i = 0; i < coefficients.size(); ++i)
    coefficients[i] = input.curve[i % input.curve.size()] * (i % 3 == 0 ? -0.4F : 0.3F);
  std::vector<float> signal(input.rows[0].begin(), input.rows[0].end());
  const std::size_t periods = signal.size() < kTaps ? 0 : (signal.size() - kTaps) / 7 + 1;
  Output output;
  output.samples.resize(periods * kOutputs);
  table.filter_run({coefficients.data(), kTaps, signal.data(), 7, output.samples.data(), kOutputs, periods});
  return output;
}

std::vector<float> transform(const Table& table, std::size_t half) {
  const auto tables = mixminus::dsp::shared_fft_tables(half);
  std::mt19937 random(static_cast<unsigned>(half));
  std::vector<float> samples(4 * half), bins(2 * half + 2);
  for (float& sample : samples) sample = static_cast<float>(random() % 65'536) - 32'768.0F;
  table.fft_forward(tables->plan, samples.data(), bins.data(), bins.data() + half + 1);
  table.fft_inverse(tables->plan, bins.data(), bins.data() + half + 1, samples.data() + 2 * half);
  samples.insert(samples.end(), bins.begin(), bins.end());
  return samples;
}

std::vector<float> spectrum(const Table& table, const Input& input) {
  const std::size_t bins = input.curve.size();
  std::vector<float> x(2 * bins), w(2 * bins), p(input.curve);
  for (std::size_t i = 0; i < 2 * bins; ++i) x[i] = static_cast<float>(input.rows[i % 3][i % bins]) / 32'768.0F;
  const SpectrumPair pair{x.data(), x.data() + bins, x.data() + bins, x.data()};
  for (int i = 0; i < 3; ++i) {
    table.complex_mac(pair, w.data(), w.data() + bins, bins);
    table.kalman_step({pair, input.curve.data(), 0.998F, 0.5F, 0.002F, w.data(), w.data() + bins, p.data()}, bins);
    table.power_mac(w.data(), w.data() + bins, input.curve.data(), p.data(), bins);
    table.fir(x.data(), std::min<std::size_t>(bins, 25), w.data(), p.data(), bins);
    w.push_back(table.accumulate_correlation(pair, 0.9F, w.data(), w.data() + bins, bins));
  }
  w.insert(w.end(), p.begin(), p.end());
  std::vector<float> known(5 * bins, 0.5F);
  const auto row = [&](std::size_t index) { return known.data() + index * bins; };
  for (const float learn : {1.0F, 0.5F, 0.0F}) {
    w.push_back(table.follow_noise({learn, row(0), row(1), row(2), row(3)}, x.data(), x.data() + bins, bins));
    table.suppress_noise({row(0), row(1), row(4), 2.5F, 0.2F}, x.data(), x.data() + bins, bins);
  }
  w.insert(w.end(), known.begin(), known.end());
  w.insert(w.end(), x.begin(), x.end());
  return w;
}

using mixminus::compose::Filter;

std::vector<std::uint8_t> scale(const Table& table, mixminus::compose::Size size, Filter filter) {
  constexpr mixminus::compose::Size kSource{256, 96};
  std::mt19937 random(1);
  std::vector<std::uint8_t> plane(256 * 96), scaled(static_cast<std::size_t>(size.width * size.height));
  for (auto& pixel : plane) pixel = random() % 5 == 0 ? std::uint8_t{255} : static_cast<std::uint8_t>(random());
  mixminus::compose::Scaler scaler;
  if (scaler.configure(kSource, size, filter) != mixminus::Status::ok) return {};
  scaler.run_on(table);
  scaler.process({plane.data(), kSource.width}, {scaled.data(), size.width}, {0, size.height});
  return scaled;
}

// By copying, 2:1, 4:1, 4:3, and with one, two, four and eight loads, one and two rounds, and without vectors.
bool scalers_agree(const Table& table, const Table& scalar) {
  constexpr std::int32_t kWidths[] = {256, 128, 64, 192, 500, 131, 110, 83, 50, 31, 9, 1};
  constexpr std::int32_t kHeights[] = {96, 48, 24, 72, 200, 50, 40, 33, 13, 12, 5, 1};
  for (std::size_t i = 0; i < std::size(kWidths); ++i)
    for (const Filter filter : {Filter::area, Filter::sharp}) {
      const mixminus::compose::Size size{kWidths[i], kHeights[i]};
      if (scale(table, size, filter) != scale(scalar, size, filter)) return false;
    }
  return true;
}

std::vector<std::uint8_t> upright(const Table& table, mixminus::compose::Size size, int kind) {
  using namespace mixminus::compose;
  std::mt19937 random(static_cast<unsigned>(kind));
  const std::ptrdiff_t row_bytes = 4 * size.width + 4;
  std::vector<std::uint8_t> memory(static_cast<std::size_t>(row_bytes * size.height));
  for (auto& pixel : memory) pixel = random() % 5 == 0 ? std::uint8_t{255} : static_cast<std::uint8_t>(random());
  const PlaneView plane{memory.data(), row_bytes};
  const Picture picture{
      size, {plane, plane, plane}, static_cast<PixelFormat>(kind % 4), static_cast<Rotation>(kind / 4)};
  Intake intake;
  intake.prepare(picture);
  intake.run_on(table);
  const Picture turned = intake.upright(picture, {});
  std::vector<std::uint8_t> all;
  for (std::size_t index = 0; index < 3; ++index)
    for (std::int32_t y = 0; y < turned.size.height / (index ? 2 : 1); ++y)
      all.insert(all.end(), turned.planes[index].at({0, y}).pixels,
                 turned.planes[index].at({turned.size.width / (index ? 2 : 1), y}).pixels);
  return all;
}

std::vector<std::uint8_t> recolour(const Table& table, mixminus::compose::Size size, int kind) {
  using namespace mixminus::compose;
  std::vector<std::uint8_t> all(static_cast<std::size_t>(size.width * size.height * 2));
  std::mt19937 random(static_cast<unsigned>(kind));
  for (auto& pixel : all) pixel = static_cast<std::uint8_t>(random());
  const Plane luma{all.data(), size.width};
  const Plane chroma = luma.at({0, size.height});
  const Canvas canvas{luma, chroma, chroma.at({0, size.height / 2})};
  recolour(table, canvas, {0, 0, size.width, size.height}, {Matrix::bt601, kind % 2 == 1}, {Matrix::bt709, kind > 1});
  return all;
}

bool pixels_agree(const Table& table, const Table& scalar) {
  for (const mixminus::compose::Size size : {mixminus::compose::Size{2, 2}, {18, 34}, {130, 70}, {318, 16}}) {
    for (int kind = 0; kind < 16; ++kind)
      if (upright(table, size, kind) != upright(scalar, size, kind)) return false;
    for (int kind = 0; kind < 4; ++kind)
      if (recolour(table, size, kind) != recolour(scalar, size, kind)) return false;
  }
  return true;
}

std::vector<std::uint8_t> blend(const Table& table, std::size_t pixels) {
  std::mt19937 random(static_cast<unsigned>(pixels));
  std::vector<std::uint8_t> rows(3 * pixels);
  for (auto& pixel : rows) pixel = random() % 5 == 0 ? std::uint8_t{255} : static_cast<std::uint8_t>(random());
  table.blend(rows.data(), rows.data() + pixels, rows.data() + 2 * pixels, pixels);
  return rows;
}

bool agree(const Table& table, const Table& scalar, std::size_t samples) {
  const Input input(samples);
  return mix(table, input) == mix(scalar, input) && filter(table, input) == filter(scalar, input) &&
         spectrum(table, input) == spectrum(scalar, input) && blend(table, samples) == blend(scalar, samples);
}

}  // namespace

int main() {
  const Table& scalar = *mixminus::kernels::available(0);
  for (std::size_t index = 0; const Table* table = mixminus::kernels::available(index); ++index) {
    for (const std::size_t samples : {1U, 7U, 8U, 15U, 16U, 17U, 33U, 64U, 65U, 160U, 480U, 481U, 960U}) {
      if (agree(*table, scalar, samples)) continue;
      return std::printf("%s differs from %s at %zu samples\n", table->isa, scalar.isa, samples), 1;
    }
    for (const std::size_t half : {1U, 2U, 5U, 9U, 25U, 64U, 80U, 120U, 160U, 240U, 320U, 375U, 480U}) {
      if (transform(*table, half) == transform(scalar, half)) continue;
      return std::printf("%s differs from %s in a transform of %zu\n", table->isa, scalar.isa, 2 * half), 1;
    }
    if (!scalers_agree(*table, scalar)) return std::printf("%s scales otherwise than %s\n", table->isa, scalar.isa), 1;
    if (!pixels_agree(*table, scalar)) return std::printf("%s turns otherwise than %s\n", table->isa, scalar.isa), 1;
    std::printf("%s agrees\n", table->isa);
  }
  return 0;
}
