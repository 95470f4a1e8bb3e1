// Any extension body: elements lie inside it, and written again they are read again.
#include <array>
#include <vector>

#include "mixminus/rtp/header_extensions.hpp"
#include "views.hpp"

using namespace mixminus;

static std::vector<rtp::Element> elements_of(const PacketView& packet) {
  std::vector<rtp::Element> elements;
  rtp::ElementReader reader(packet);
  rtp::Element element;
  while (reader.next(element)) elements.push_back(element);
  fuzz::require(!reader.next(element));
  return elements;
}

static void levels_are_bounded(const PacketView& packet, std::uint8_t id) {
  rtp::AudioLevel level;
  if (rtp::find_audio_level(packet, id, level)) fuzz::require(level.level_dbov <= 0 && level.level_dbov >= -127);
  std::array<rtp::SourceLevel, rtp::kMaxCsrcs> levels;
  const std::size_t count = rtp::find_mixer_levels(packet, id, levels);
  fuzz::require(count == 0 || count == rtp::csrc_count(packet));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool is_two_byte = data[0] % 2 != 0;
  const std::size_t csrcs_bytes = std::size_t{4} * (data[1] % 16);
  const std::vector<std::uint8_t> body(data + 2, data + size);
  const std::vector<std::uint8_t> csrcs(csrcs_bytes);
  const auto profile = static_cast<std::uint16_t>(is_two_byte ? 0x1000 | data[0] >> 4 : 0xBEDE);
  const PacketView packet{.extension_profile = profile, .extension = body, .csrcs = csrcs};

  const std::vector<rtp::Element> elements = elements_of(packet);
  fuzz::require(elements.size() <= body.size());
  std::vector<std::uint8_t> memory(body.size() + 3);
  rtp::ElementWriter writer(is_two_byte ? rtp::ElementForm::two_byte : rtp::ElementForm::one_byte, memory);
  for (const rtp::Element& element : elements) {
    fuzz::require(element.id != 0 && fuzz::is_inside(body, element.data) && writer.add(element.id, element.data));
    levels_are_bounded(packet, element.id);
  }
  fuzz::require(writer.body().size() % 4 == 0);
  const std::vector<rtp::Element> again =
      elements_of({.extension_profile = writer.profile(), .extension = writer.body()});
  fuzz::require(again.size() == elements.size());
  for (std::size_t i = 0; i < again.size(); ++i)
    fuzz::require(again[i].id == elements[i].id && fuzz::same(again[i].data, elements[i].data));
  return 0;
}
