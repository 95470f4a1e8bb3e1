// How bytes, numbers and refusals of _core.rtp cross the border.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mixminus/base/packet_view.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::bindings {

/// Raises the class `exception` of mixminus/errors.py.
[[noreturn]] inline void raise(const char* exception, const std::string& message) {
  namespace py = pybind11;
  py::set_error(py::module_::import("mixminus.errors").attr(exception), message.c_str());
  throw py::error_already_set();
}

inline void require(bool is_representable, const char* message) {
  if (!is_representable) raise("OutOfRangeError", message);
}

inline void require_well_formed(bool is_well_formed, const char* message) {
  if (!is_well_formed) raise("MalformedError", message);
}

/// A Python integer as a Word; OutOfRangeError when it does not fit, TypeError when it is none.
template <typename Word>
Word number(pybind11::handle value, const char* name) {
  if (PyIndex_Check(value.ptr()) == 0) throw pybind11::type_error(std::string(name) + " must be an integer");
  pybind11::detail::make_caster<Word> caster;
  if (!caster.load(value, false))
    raise("OutOfRangeError", std::string(name) + " does not fit " + std::to_string(8 * sizeof(Word)) + " bits");
  return pybind11::detail::cast_op<Word>(caster);
}

inline Bytes view(const pybind11::bytes& source) {
  const std::string_view text = source;
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline pybind11::bytes copy(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// New bytes of a size that is known before they are written.
inline pybind11::bytes blank(std::size_t size_bytes, std::span<std::uint8_t>& memory) {
  PyObject* const object = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size_bytes));
  if (object == nullptr) throw pybind11::error_already_set();
  memory = {reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(object)), size_bytes};
  return pybind11::reinterpret_steal<pybind11::bytes>(object);
}

}  // namespace mixminus::bindings
