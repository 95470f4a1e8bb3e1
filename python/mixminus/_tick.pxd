# The C-level API: cimport these from Cython, with mixminus.get_include() on the include path.
from cpython.buffer cimport Py_buffer
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libcpp cimport bool as cbool
from libcpp.span cimport span

ctypedef const int16_t const_int16_t
ctypedef const uint8_t const_uint8_t

cdef extern from "mixminus/base/status.hpp" namespace "mixminus" nogil:
    cdef enum class Status(int):
        ok
        not_configured
        out_of_range
        shape_mismatch
        capacity_reached
        unsupported_codec
        unknown_leg
        malformed
