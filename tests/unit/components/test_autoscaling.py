"""Pods that are given what they turn out to need."""

from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan


def test_the_vertical_autoscaler_is_there_when_asked_for(values: Values, build: Build, local: Plan):
    assert not local.of("VerticalAutoscaler")
    values["ml-platform:verticalAutoscaling"] = True
    (release,) = (each for each in build(values).of("Release") if "vertical" in each.name)
    assert release.inputs["repositoryOpts"]["repo"].startswith("https://")


def test_its_pods_meet_the_strictest_standard(values: Values, build: Build):
    values["ml-platform:verticalAutoscaling"] = True
    namespace = build(values).one("Namespace", "vertical-autoscaler-system")
    assert namespace.metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
