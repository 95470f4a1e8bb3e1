// The table of one instruction set, by name.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "kernels/table.hpp"

namespace mixminus::bindings {

inline const kernels::Table& by_name(const std::string& isa) {
  for (std::size_t i = 0; const kernels::Table* table = kernels::available(i); ++i)
    if (isa == table->isa) return *table;
  throw pybind11::value_error("this CPU or build has no instruction set " + isa);
}

}  // namespace mixminus::bindings
