"""What can go wrong for good."""


class ProgramError(Exception):
    """A program cannot be had. The message is for the user: what is wrong and what to do about it."""
