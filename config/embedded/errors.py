"""What can keep the embedded servers from running."""


class EmbeddedError(Exception):
    """Linli cannot run here. The message says what happened and what to do, to the person at the terminal."""


class StopRequestedError(Exception):
    """Somebody asked to stop (Ctrl-C, SIGTERM) while something was still being started."""
