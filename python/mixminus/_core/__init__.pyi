from . import aec as aec
from . import kernels as kernels
from . import rtp as rtp
from . import video as video

__version__: str

def isa() -> str: ...
