"""A hall: how its loudspeaker reaches its microphone."""

import numpy as np
from numpy.typing import NDArray

SIZE_M = (9.0, 6.5, 3.2)
LOUDSPEAKER_M = (1.1, 2.3, 2.1)
MICROPHONE_M = (4.2, 3.7, 1.2)
REFLECTION = 0.75  # of the pressure, by each wall
LENGTH_S = 0.24
SOUND_M_PER_S = 343.0


def hall_response(rate_hz: int, echo_return_loss_db: float = 6.0) -> NDArray[np.float64]:
    """Return the impulse response from loudspeaker to microphone, by image sources.

    J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65(4), 1979.
    Its energy is `echo_return_loss_db` below one.
    """
    count = int(np.ceil(LENGTH_S * SOUND_M_PER_S / (2 * min(SIZE_M))))
    n = np.arange(-count, count + 1)
    squares, walls = [], []  # along each axis
    for size, source, ear in zip(SIZE_M, LOUDSPEAKER_M, MICROPHONE_M, strict=True):
        images = np.concatenate([2 * n * size + source, 2 * n * size - source])
        squares.append((images - ear) ** 2)
        walls.append(np.concatenate([2 * np.abs(n), np.abs(n - 1) + np.abs(n)]))
    distance_m = np.sqrt(np.add.outer(np.add.outer(squares[0], squares[1]), squares[2]))
    bounces = np.add.outer(np.add.outer(walls[0], walls[1]), walls[2])
    at = np.rint(distance_m / SOUND_M_PER_S * rate_hz).astype(int)
    is_in_time = at < round(LENGTH_S * rate_hz)
    response = np.bincount(
        at[is_in_time], REFLECTION ** bounces[is_in_time] / distance_m[is_in_time]
    )
    scale = 10 ** (-echo_return_loss_db / 20) / np.sqrt(np.sum(response**2))
    scaled: NDArray[np.float64] = response * scale
    return scaled
