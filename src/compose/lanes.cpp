#include "compose/lanes.hpp"

#include <algorithm>

#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

using kernels::ColumnTaps;
constexpr std::size_t kSumsOfLane = 8;

// Whole groups: those beyond the width have no taps and read the first sums with weight 0.
std::vector<Taps> taps_of_columns(std::int32_t source_width, std::int32_t width) {
  std::vector<Taps> outputs;
  for (std::int32_t x = 0; x < width; ++x) outputs.push_back(taps_of(source_width, width, x, ColumnTaps::kOne));
  outputs.resize((outputs.size() + ColumnTaps::kGroup - 1) / ColumnTaps::kGroup * ColumnTaps::kGroup, outputs.back());
  return outputs;
}

/// Of which output the first of a lane is, in its group.
std::size_t output_of_lane(std::size_t lane, std::size_t outputs_per_lane) {
  return lane / 2 * outputs_per_lane + lane % 2 * ColumnTaps::kGroup / 2;
}

}  // namespace

Lanes::Lanes(std::int32_t source_width, std::int32_t width) {
  const std::vector<Taps> outputs = taps_of_columns(source_width, width);
  while (!fits(outputs)) outputs_per_lane /= 2;
  std::size_t most = 0;
  for (const Taps& taps : outputs) most = std::max(most, taps.weights.size());
  rounds = (most + taps_per_round() - 1) / taps_per_round();
  readable_sums = static_cast<std::size_t>(source_width) + (rounds + 1) * kSumsOfLane;
  const std::size_t lanes = outputs.size() / outputs_per_lane, lanes_of_group = ColumnTaps::kGroup / outputs_per_lane;
  first.resize(lanes);
  picks.resize(lanes * 2 * kSumsOfLane);
  weights.resize(lanes * kSumsOfLane * rounds);
  for (std::size_t lane = 0; lane < lanes; ++lane)
    fill(outputs, lane,
         lane / lanes_of_group * ColumnTaps::kGroup + output_of_lane(lane % lanes_of_group, outputs_per_lane));
}

bool Lanes::fits(const std::vector<Taps>& outputs) const {
  for (std::size_t x = 0; x < outputs.size(); x += outputs_per_lane)
    if (outputs[x + outputs_per_lane - 1].first - outputs[x].first + taps_per_round() > kSumsOfLane) return false;
  return true;
}

void Lanes::fill(const std::vector<Taps>& outputs, std::size_t lane, std::size_t output) {
  first[lane] = static_cast<std::uint32_t>(outputs[output].first);
  for (std::size_t i = 0; i < kSumsOfLane; ++i) {
    const Taps& taps = outputs[output + i / taps_per_round()];
    const std::size_t sum = taps.first - first[lane] + i % taps_per_round();
    picks[16 * lane + 2 * i] = static_cast<std::uint8_t>(2 * sum);
    picks[16 * lane + 2 * i + 1] = static_cast<std::uint8_t>(2 * sum + 1);
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::size_t tap = round * taps_per_round() + i % taps_per_round();
      const std::size_t place = (lane / 2 * rounds + round) * 2 + lane % 2;
      if (tap < taps.weights.size()) weights[kSumsOfLane * place + i] = static_cast<std::int16_t>(taps.weights[tap]);
    }
  }
}

}  // namespace mixminus::compose
