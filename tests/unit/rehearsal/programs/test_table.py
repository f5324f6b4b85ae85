"""The table of programs agrees with the go.mod files and with the charts that the stack deploys."""

import re
from pathlib import Path

import pytest

from config import versions
from rehearsal.layout import CHECKOUT
from rehearsal.programs import CHARTS, PROGRAMS, Chart, Program, table


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=str)
def test_a_program_is_built_at_the_version_that_the_table_says(program: Program):
    text = (CHECKOUT / "tools" / program.graph / "go.mod").read_text()
    required = dict(re.findall(r"^(?:require )?\s*(\S+) v(\S+) // indirect$", text, re.MULTILINE))
    module = program.module or max((name for name in required if program.package.startswith(name)), key=len)
    assert required[module] == program.version


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=str)
def test_a_program_is_among_the_tools_of_its_graph(program: Program):
    assert program.package in (CHECKOUT / "tools" / program.graph / "go.mod").read_text().split()


@pytest.mark.parametrize("chart", CHARTS.values(), ids=str)
def test_a_charts_module_is_pinned(chart: Chart):
    assert f"{chart.module} v" in (CHECKOUT / "tools" / chart.graph / "go.mod").read_text()
    assert f"{chart.module} v" in (CHECKOUT / "tools" / chart.graph / "go.sum").read_text()


def test_every_chart_that_a_stack_deploys_is_there_at_its_version():
    deployed = {value for value in vars(versions).values() if isinstance(value, versions.Chart)}
    assert {(chart.reference.rpartition("/")[2], chart.version) for chart in deployed} == {
        (chart.name, chart.version) for chart in CHARTS.values()
    }


def test_a_program_of_our_own_is_another_one_once_its_source_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    before = PROGRAMS["karpenter"].edition
    assert before.startswith(f"{PROGRAMS['karpenter'].version}-")
    monkeypatch.setattr(table, "CHECKOUT", tmp_path)
    assert PROGRAMS["karpenter"].edition != before


def test_kueue_is_of_the_version_of_its_chart():
    assert PROGRAMS["kueue"].version == versions.KUEUE.version
