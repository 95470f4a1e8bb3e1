from . import kernels as kernels
from . import rtp as rtp

def isa() -> str: ...
