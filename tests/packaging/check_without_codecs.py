"""In a new environment: a wheel built without libopus and libspandsp says so and does the rest."""

from collections.abc import Callable

import mixminus


def refusal(make: Callable[[], object]) -> str:
    """Return what the error says."""
    try:
        make()
    except mixminus.UnsupportedCodecError as error:
        return str(error)
    return "accepted"


assert set(mixminus.codecs()) == {"pcmu", "pcma", "l16"}, mixminus.codecs()
assert mixminus.opus_version() is None
conference = mixminus.Conference()
assert "opus" in refusal(lambda: conference.add_leg(codec="opus"))
assert "g722" in refusal(lambda: mixminus.AudioReceiver("g722"))
leg = conference.add_leg(codec="pcmu")
conference.tick(0)
assert leg.take_packet()
print("works without libopus and libspandsp:", ", ".join(mixminus.codecs()))
