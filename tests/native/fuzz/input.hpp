// Reads the input of a fuzz target from the front; zeros when it is used up.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mixminus/base/packet_view.hpp"

namespace fuzz {

class Input {
 public:
  explicit Input(mixminus::Bytes data) noexcept : data_(data) {}

  std::uint8_t byte() noexcept {
    if (data_.empty()) return 0;
    const std::uint8_t first = data_.front();
    data_ = data_.subspan(1);
    return first;
  }
  mixminus::Bytes take(std::size_t size) noexcept {
    const mixminus::Bytes taken = data_.first(std::min(size, data_.size()));
    data_ = data_.subspan(taken.size());
    return taken;
  }
  [[nodiscard]] bool is_empty() const noexcept { return data_.empty(); }

 private:
  mixminus::Bytes data_;
};

}  // namespace fuzz
