"""A hall: how its loudspeakers reach its microphones."""

import numpy as np
from numpy.typing import NDArray

SOUND_M_PER_S = 343.0


def hall_response(
    rate_hz: int,
    echo_return_loss_db: float = 6.0,
    size_m: tuple[float, float, float] = (9.0, 6.5, 3.2),
    loudspeaker_m: tuple[float, float, float] = (1.1, 2.3, 2.1),
    microphone_m: tuple[float, float, float] = (4.2, 3.7, 1.2),
    reflection: float = 0.75,
    length_s: float = 0.24,
) -> NDArray[np.float64]:
    """Return the impulse response from loudspeaker to microphone, by image sources.

    J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room acoustics",
    JASA 65(4), 1979. Every wall reflects ``reflection`` of the pressure; the energy of the whole is
    ``echo_return_loss_db`` below one.
    """
    count = int(np.ceil(length_s * SOUND_M_PER_S / (2 * min(size_m))))
    n = np.arange(-count, count + 1)
    squares, walls = [], []
    for size, source, ear in zip(size_m, loudspeaker_m, microphone_m, strict=True):
        images = np.concatenate([2 * n * size + source, 2 * n * size - source])
        squares.append((images - ear) ** 2)
        walls.append(np.concatenate([2 * np.abs(n), np.abs(n - 1) + np.abs(n)]))
    distance_m = np.sqrt(np.add.outer(np.add.outer(squares[0], squares[1]), squares[2]))
    bounces = np.add.outer(np.add.outer(walls[0], walls[1]), walls[2])
    at = np.rint(distance_m / SOUND_M_PER_S * rate_hz).astype(int)
    is_in_time = at < round(length_s * rate_hz)
    pressure = reflection ** bounces[is_in_time] / distance_m[is_in_time]
    response = np.bincount(at[is_in_time], pressure)
    scaled: NDArray[np.float64] = (
        response * 10 ** (-echo_return_loss_db / 20) / np.sqrt(np.sum(response**2))
    )
    return scaled
