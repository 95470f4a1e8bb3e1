#include "compose/lanes.hpp"

#include <algorithm>

#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

using kernels::ColumnTaps;
constexpr std::size_t kColumns = 16, kOutputs = 8;  // of a lane and of a sum of lanes

struct Shape {
  std::size_t loads, rounds;
};
constexpr Shape kShapes[] = {{1, 1}, {1, 2}, {2, 1}, {4, 1}, {8, 1}};

std::size_t strips_of(std::size_t outputs) { return (outputs + ColumnTaps::kStrip - 1) / ColumnTaps::kStrip; }

std::size_t begin_of(std::size_t strip, std::size_t outputs) {
  const std::size_t begin = strip * ColumnTaps::kStrip;
  return begin + ColumnTaps::kStrip <= outputs || strip == 0 ? begin : outputs - ColumnTaps::kStrip;
}

/// A weight of 1 does not fit into a byte with its sign, two halves do.
Taps signed_taps(const Taps& taps, std::size_t tap) {
  if (taps.weights.size() == 1) return {taps.first, {taps.weights[0] / 2}};
  return {taps.first + tap, {taps.weights[tap]}};
}

std::size_t taps_of_output(const Taps& taps) { return std::max<std::size_t>(taps.weights.size(), 2); }

}  // namespace

Lanes::Lanes(const std::vector<Taps>& outputs, std::int32_t source_width) {
  for (const Shape& shape : kShapes) {
    loads = shape.loads;
    rounds = shape.rounds;
    if (fits(outputs, source_width)) break;
    loads = 0;
  }
  const std::size_t lanes = strips_of(outputs.size()) * ColumnTaps::kStrip / kOutputs * loads;
  first.resize(lanes);
  picks.resize(lanes * rounds * kColumns);
  weights.resize(lanes * rounds * kColumns);
  for (std::size_t index = 0; index < lanes; ++index) fill(outputs, index, lane_at(outputs, index, source_width));
}

Lanes::Lane Lanes::lane_at(const std::vector<Taps>& outputs, std::size_t index, std::int32_t source_width) const {
  const std::size_t half = index % 2, load = index / 2 % loads, vector = index / 2 / loads;
  const std::size_t count = kOutputs / loads;
  const std::size_t output =
      begin_of(vector / 2, outputs.size()) + vector % 2 * kOutputs + half * 2 * kOutputs + load * count;
  if (output >= outputs.size()) return {output, 0, 0};
  return {output, std::min(count, outputs.size() - output),
          std::min(outputs[output].first, static_cast<std::size_t>(source_width) - kColumns)};
}

bool Lanes::fits(const std::vector<Taps>& outputs, std::int32_t source_width) const {
  if (source_width < static_cast<std::int32_t>(kColumns)) return false;
  for (const Taps& taps : outputs)
    if (taps_of_output(taps) > 2 * loads * rounds) return false;
  for (std::size_t index = 0; index < strips_of(outputs.size()) * 4 * loads; ++index) {
    const Lane lane = lane_at(outputs, index, source_width);
    if (lane.outputs == 0) continue;
    const Taps& last = outputs[lane.output + lane.outputs - 1];
    if (last.first + last.weights.size() > lane.first + kColumns) return false;
  }
  return true;
}

std::size_t Lanes::pair_at(std::size_t index, std::size_t output, std::size_t pair) const {
  if (loads != 2) return output * loads + pair;
  const bool is_second = index / 2 % 2 != 0;
  return (pair ^ std::size_t{is_second}) * kOutputs / 2 + output;
}

void Lanes::fill(const std::vector<Taps>& outputs, std::size_t index, const Lane& lane) {
  first[index] = static_cast<std::uint32_t>(lane.first);
  for (std::size_t i = 0; i < lane.outputs; ++i) {
    const Taps& taps = outputs[lane.output + i];
    for (std::size_t tap = 0; tap < taps_of_output(taps); ++tap) {
      const Taps one = signed_taps(taps, tap);
      const std::size_t round = tap / (2 * loads), byte = 2 * pair_at(index, i, tap % (2 * loads) / 2) + tap % 2;
      const std::size_t place = ((index / 2 * rounds + round) * 2 + index % 2) * kColumns + byte;
      picks[place] = static_cast<std::uint8_t>(one.first - lane.first);
      weights[place] = static_cast<std::int8_t>(one.weights[0]);
    }
  }
}

}  // namespace mixminus::compose
