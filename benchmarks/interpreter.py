"""Stands before a project's Python: runs the real one, and notes what it took: memory, processor time and time.

Started by the language host as `interpreter.py NOTES PYTHON ARGUMENT…`. The kernel keeps the peak of every process, and its
processor time, and tells them to the parent that waits for it: nothing is sampled, and the program runs as it always does.
"""

import os
import sys
import time

_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes: `ru_maxrss` is in KiB, on macOS in bytes."""


def main() -> int:
    """The exit code of the real interpreter. It notes a line of bytes, processor seconds and seconds."""
    notes, *command = sys.argv[1:]
    begin = time.monotonic()
    _, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
    with open(notes, "a") as file:  # noqa: PTH123 - pathlib would double the time that this takes
        file.write(f"{usage.ru_maxrss * _UNIT} {usage.ru_utime + usage.ru_stime} {time.monotonic() - begin}\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
