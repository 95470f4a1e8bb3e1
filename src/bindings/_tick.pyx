# cython: boundscheck=False, wraparound=False, embedsignature=True, embedsignature.format=python, binding=True
"""What a server calls per packet or per tick: one class per stage, one file per stage."""

cimport numpy as cnp

cnp.import_array()

include "borrow.pxi"
include "tick_dsp.pxi"
