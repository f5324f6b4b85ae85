"""The programs that a rehearsal runs: found on this machine, else downloaded, else built from source."""

from rehearsal.programs.errors import ProgramError
from rehearsal.programs.obtain import charts, obtain
from rehearsal.programs.table import PROGRAMS, Program, Release

__all__ = ["PROGRAMS", "Program", "ProgramError", "Release", "charts", "obtain"]
