"""The programs that a rehearsal runs: found on this machine, else downloaded, else built from source."""

from rehearsal.programs.errors import ProgramError
from rehearsal.programs.obtain import charts, obtain
from rehearsal.programs.table import CHARTS, PROGRAMS, Chart, Program, Release

__all__ = ["CHARTS", "PROGRAMS", "Chart", "Program", "ProgramError", "Release", "charts", "obtain"]
