#include "mixminus/compose/intake.hpp"

#include <algorithm>
#include <array>

#include "compose/colour.hpp"
#include "compose/planes.hpp"
#include "kernels/table.hpp"

namespace mixminus::compose {
namespace {

using kernels::Table;

Size half_of(Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }
Size in_plane(Size size, std::size_t index) { return index == 0 ? size : half_of(size); }
std::size_t columns_of(Size size) { return static_cast<std::size_t>(size.width); }

std::int32_t padded(std::int32_t width) {
  constexpr auto kLine = static_cast<std::int32_t>(kCacheLineBytes);
  return (width + kLine - 1) / kLine * kLine;
}

std::size_t padded_bytes(Size size) {
  return static_cast<std::size_t>(padded(size.width)) * static_cast<std::size_t>(size.height);
}

bool is_turned(const Picture& picture) { return picture.rotation != Rotation::none; }

/// Which planes are written when the format is changed: [first, 3).
std::size_t first_new_plane(PixelFormat format) {
  if (format == PixelFormat::i420) return 3;
  return format == PixelFormat::nv12 ? 1 : 0;
}

/// Planes [first, 3) of an I420 picture, one behind the other from `memory` on, which is moved behind them.
Canvas planes_in(std::uint8_t*& memory, Size size, std::size_t first) {
  Canvas planes{};
  for (std::size_t index = first; index < planes.size(); ++index) {
    const Size side = in_plane(size, index);
    planes[index] = {memory, padded(side.width)};
    memory += padded_bytes(side);
  }
  return planes;
}

std::size_t bytes_from(Size size, std::size_t first) {
  std::size_t bytes = 0;
  for (std::size_t index = first; index < 3; ++index) bytes += padded_bytes(in_plane(size, index));
  return bytes;
}

std::size_t bytes_for(const Picture& picture) {
  const std::size_t turned = is_turned(picture) ? bytes_from(upright_size(picture), 0) : 0;
  return bytes_from(picture.size, first_new_plane(picture.format)) + turned + kCacheLineBytes;
}

void split_rows(const Table& kernel, const Picture& from, const Canvas& to) {
  const Size half = half_of(from.size);
  for (std::int32_t y = 0; y < half.height; ++y)
    kernel.split_pairs(from.planes[1].at({0, y}).pixels, to[1].at({0, y}).pixels, to[2].at({0, y}).pixels,
                       columns_of(half));
}

const std::uint16_t* words_at(const PlaneView& plane, std::int32_t y) {
  return reinterpret_cast<const std::uint16_t*>(plane.at({0, y}).pixels);
}

void narrow_pairs(const Table& kernel, const std::uint16_t* words, std::uint8_t* first, std::uint8_t* second,
                  std::size_t count) {
  std::array<std::uint8_t, 1024> pairs;
  for (std::size_t done = 0; done < count; done += pairs.size() / 2) {
    const std::size_t some = std::min(count - done, pairs.size() / 2);
    kernel.narrow_words(words + 2 * done, pairs.data(), 2 * some);
    kernel.split_pairs(pairs.data(), first + done, second + done, some);
  }
}

void narrow_rows(const Table& kernel, const Picture& from, const Canvas& to) {
  const Size half = half_of(from.size);
  for (std::int32_t y = 0; y < from.size.height; ++y)
    kernel.narrow_words(words_at(from.planes[0], y), to[0].at({0, y}).pixels, columns_of(from.size));
  for (std::int32_t y = 0; y < half.height; ++y)
    narrow_pairs(kernel, words_at(from.planes[1], y), to[1].at({0, y}).pixels, to[2].at({0, y}).pixels,
                 columns_of(half));
}

void colour_rows(const Table& kernel, const Picture& from, const Canvas& to, ColourSpace colour) {
  const Size half = half_of(from.size);
  for (std::int32_t y = 0; y < half.height; ++y)
    kernel.from_bgra(
        {from.planes[0].at({0, 2 * y}).pixels, from.planes[0].at({0, 2 * y + 1}).pixels, to[0].at({0, 2 * y}).pixels,
         to[0].at({0, 2 * y + 1}).pixels, to[1].at({0, y}).pixels, to[2].at({0, y}).pixels, columns_of(half)},
        from_rgb(colour));
}

PlaneView upside_down(PlaneView plane, Size size) {
  return {plane.at({0, size.height - 1}).pixels, -plane.stride_bytes};
}

Plane upside_down(Plane plane, Size size) { return {plane.at({0, size.height - 1}).pixels, -plane.stride_bytes}; }

void transpose(const Table& kernel, PlaneView from, Plane to, Size size) {
  kernel.transpose({from.pixels, from.stride_bytes, to.pixels, to.stride_bytes, columns_of(size),
                    static_cast<std::size_t>(size.height)});
}

void turn_plane(const Table& kernel, PlaneView from, Plane to, Size size, Rotation rotation) {
  if (rotation == Rotation::by_90) return transpose(kernel, upside_down(from, size), to, size);
  if (rotation == Rotation::by_270) return transpose(kernel, from, upside_down(to, {size.height, size.width}), size);
  from = upside_down(from, size);
  for (std::int32_t y = 0; y < size.height; ++y)
    kernel.reverse(from.at({0, y}).pixels, to.at({0, y}).pixels, columns_of(size));
}

bool fits(const PlaneView& plane, std::ptrdiff_t row_bytes, std::size_t alignment) {
  const auto address = reinterpret_cast<std::uintptr_t>(plane.pixels);
  const auto place = address | static_cast<std::uintptr_t>(plane.stride_bytes);
  return plane.pixels && plane.stride_bytes >= row_bytes && place % alignment == 0;
}

}  // namespace

bool is_readable(const Picture& picture) noexcept {
  const auto [width, height] = picture.size;
  if (width < 1 || width > kMaxSide || height < 1 || height > kMaxSide) return false;
  const std::int32_t half = (width + 1) / 2;
  const auto& planes = picture.planes;
  switch (picture.format) {
    case PixelFormat::i420:
      return fits(planes[0], width, 1) && fits(planes[1], half, 1) && fits(planes[2], half, 1);
    case PixelFormat::nv12:
      return fits(planes[0], width, 1) && fits(planes[1], 2 * half, 1);
    case PixelFormat::p010:
      return fits(planes[0], 2 * width, 2) && fits(planes[1], 4 * half, 2);
    case PixelFormat::bgra:
      return width % 2 == 0 && height % 2 == 0 && fits(planes[0], 4 * width, 1);
  }
  return false;
}

void Intake::prepare(const Picture& picture) {
  if (!kernel_) kernel_ = &kernels::active();
  if (picture.format == PixelFormat::i420 && !is_turned(picture)) return;
  const std::size_t bytes = bytes_for(picture);
  if (bytes <= bytes_) return;
  memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
  bytes_ = bytes;
}

Picture Intake::upright(const Picture& picture, ColourSpace colour) noexcept {
  Picture result = picture;
  std::uint8_t* memory = memory_ ? aligned(memory_.get()) : nullptr;
  const std::size_t first = first_new_plane(picture.format);
  const Canvas changed = planes_in(memory, picture.size, first);
  if (picture.format == PixelFormat::nv12) split_rows(*kernel_, picture, changed);
  if (picture.format == PixelFormat::p010) narrow_rows(*kernel_, picture, changed);
  if (picture.format == PixelFormat::bgra) colour_rows(*kernel_, picture, changed, result.colour = colour);
  for (std::size_t index = first; index < changed.size(); ++index) result.planes[index] = view_of(changed[index]);
  result.format = PixelFormat::i420;
  return is_turned(picture) ? turned(result, memory) : result;
}

Picture Intake::turned(const Picture& picture, std::uint8_t* memory) const noexcept {
  Picture result{.size = upright_size(picture), .colour = picture.colour};
  const Canvas planes = planes_in(memory, result.size, 0);
  for (std::size_t index = 0; index < planes.size(); ++index) {
    turn_plane(*kernel_, picture.planes[index], planes[index], in_plane(picture.size, index), picture.rotation);
    result.planes[index] = view_of(planes[index]);
  }
  return result;
}

}  // namespace mixminus::compose
