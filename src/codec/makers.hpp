// One maker per codec; each says unsupported_codec for what it cannot do.
#pragma once

#include <memory>

#include "mixminus/codec/codec.hpp"

namespace mixminus::codec {

Status make_g711(const Config& config, std::unique_ptr<Codec>& codec);
Status make_l16(const Config& config, std::unique_ptr<Codec>& codec);
Status make_g722(const Config& config, std::unique_ptr<Codec>& codec);
Status make_opus(const Config& config, std::unique_ptr<Codec>& codec);

}  // namespace mixminus::codec
