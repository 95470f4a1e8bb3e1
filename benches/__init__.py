"""Benches; a package so that one can use what another made."""
