"""The one error of this room: its text is for the person at the terminal."""


class SetupError(Exception):
    """Something cannot be built, found or started; the message says what to do next."""
