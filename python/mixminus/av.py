"""Frames of PyAV in and out of a compositor, without copies; needs the extra ``mixminus[av]``."""

from fractions import Fraction
from typing import Any, Literal, NamedTuple, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from mixminus._tick import Compositor
from mixminus.errors import ShapeMismatchError

__all__ = ["push_frame", "to_video_frame"]

FULL, LIMITED = 2, 1  # AVCOL_RANGE_JPEG, AVCOL_RANGE_MPEG
# AVCOL_SPC_*: what is neither is shown as the canvas
MATRICES: dict[int, Literal["bt601", "bt709"]] = {1: "bt709", 5: "bt601", 6: "bt601"}
SPACES = {"bt709": 1, "bt601": 6}


class _Intake(NamedTuple):
    """How a pixel format is pushed."""

    format: Literal["i420", "nv12", "p010", "bgra"]
    dtype: type[np.uint8 | np.uint16]
    numbers: tuple[int, ...]  # of a pixel, in each plane


I420 = _Intake("i420", np.uint8, (1, 1, 1))
FORMATS = {
    "yuv420p": I420,
    "yuvj420p": I420,
    "nv12": _Intake("nv12", np.uint8, (1, 2)),
    "p010le": _Intake("p010", np.uint16, (1, 2)),
    "bgra": _Intake("bgra", np.uint8, (4,)),
    "bgr0": _Intake("bgra", np.uint8, (4,)),
}


class Canvas(Protocol):
    """What a frame is made of: a Compositor, or what has the same attributes."""

    @property
    def picture(self) -> NDArray[np.uint8]: ...
    @property
    def format(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def full_range(self) -> bool: ...


def push_frame(compositor: Compositor, source: int, frame: av.VideoFrame) -> None:
    """Give a decoded frame as the picture that a source shows until its next one.

    Parameters
    ----------
    compositor : Compositor
    source : int
        Of `Compositor.add_source`.
    frame : av.VideoFrame
        Of ``yuv420p``, ``yuvj420p``, ``nv12``, ``p010le``, or ``bgra`` and ``bgr0`` with even sides: nothing is
        copied, and the frame is held until the next picture of the source is pushed. Any other format is made
        ``yuv420p`` by PyAV, or ``bgra`` where it has red, green and blue. Matrix, range and rotation are those of the
        frame, where it says them: otherwise matrix and range of the canvas, upright.

    Raises
    ------
    OutOfRangeError
        There is no such source, or the frame is to be turned by what is not a multiple of 90 degrees.
    ShapeMismatchError
        A side is not in 1..16384.
    """
    taken = frame if can_be_held(frame) else frame.reformat(format=nearest_format(frame))
    intake = FORMATS[taken.format.name]
    planes = [
        rows_of(plane, intake.dtype, numbers)
        for plane, numbers in zip(taken.planes, intake.numbers, strict=True)
    ]
    is_made_of_rgb = frame.format.is_rgb  # by swscale, with BT.601 unless it is told otherwise
    compositor.push(
        source,
        *planes,
        format=intake.format,
        rotation=-int(getattr(frame, "rotation", 0)) % 360,  # PyAV's goes counterclockwise
        colour="bt601" if is_made_of_rgb else MATRICES.get(int(taken.colorspace)),
        full_range=False if is_made_of_rgb else full_range_of(taken),
    )


def is_even(frame: av.VideoFrame) -> bool:
    return frame.width % 2 == 0 and frame.height % 2 == 0


def can_be_held(frame: av.VideoFrame) -> bool:
    intake = FORMATS.get(frame.format.name)
    return intake is not None and (intake.format != "bgra" or is_even(frame))


def nearest_format(frame: av.VideoFrame) -> str:
    if frame.format.is_rgb and is_even(frame):
        return "bgra"
    return "yuvj420p" if frame.format.name.startswith("yuvj") else "yuv420p"


def full_range_of(frame: av.VideoFrame) -> bool | None:
    """Return what a frame says of its range; ``yuvj420p`` says it by its name."""
    if frame.format.name == "yuvj420p":
        return True
    return {FULL: True, LIMITED: False}.get(int(frame.color_range))


def rows_of(plane: Any, dtype: type[np.uint8 | np.uint16], numbers: int) -> NDArray[Any]:
    """Return the pixels of a plane where they lie; the array keeps the frame alive."""
    if plane.line_size <= 0:
        raise ShapeMismatchError("rows of a frame must follow each other downwards")
    memory = np.frombuffer(plane, dtype)
    rows = memory[: plane.height * plane.line_size // memory.itemsize].reshape(plane.height, -1)
    if numbers == 1:
        return rows[:, : plane.width]
    return rows[:, : numbers * plane.width].reshape(plane.height, plane.width, numbers)


def to_video_frame(
    canvas: Canvas, pts: int | None = None, time_base: Fraction | None = None, *, copy: bool = False
) -> av.VideoFrame:
    """Return the canvas as a frame, to be encoded.

    Parameters
    ----------
    canvas : Compositor
        Or another canvas of it.
    pts : int, optional
        In units of `time_base`.
    time_base : Fraction, optional
        In seconds.
    copy : bool
        The frame has memory of its own, and stays as it is when the canvas changes.

    Returns
    -------
    av.VideoFrame
        ``yuv420p`` or ``nv12``, as the canvas. It lies in the memory of the canvas (`from_numpy_buffer` wraps both
        as one array), so it is to be encoded before anything is composed again, by an encoder that copies what it
        keeps, as libx264 and libvpx do. One that refers to earlier frames needs `copy`. If the height is not a
        multiple of four, which PyAV takes for granted, it is a copy anyway.
    """
    picture = canvas.picture
    name = "nv12" if canvas.format == "nv12" else "yuv420p"
    can_be_wrapped = picture.shape[0] % 6 == 0
    make = (
        av.VideoFrame.from_ndarray
        if copy or not can_be_wrapped
        else av.VideoFrame.from_numpy_buffer
    )
    frame = make(picture, name)
    frame.colorspace = SPACES[canvas.colour]
    frame.color_range = FULL if canvas.full_range else LIMITED
    if pts is not None:
        frame.pts = pts
    if time_base is not None:
        frame.time_base = time_base
    return frame
