from . import kernels as kernels
from . import rtp as rtp

__version__: str

def isa() -> str: ...
