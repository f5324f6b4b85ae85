"""Which programs there are, at which versions, and where each comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from rehearsal.layout import CHECKOUT


@dataclass(frozen=True)
class Release:
    """A program as its project publishes it for one operating system.

    In both URLs `{os}` is `linux` or `darwin`, `{arch}` is `amd64` or `arm64`, and `{cpu}` is `x64` or `arm64`.
    """

    url: str
    """The program itself, or an archive of it."""
    checksums: str
    """The project's file of SHA-256 sums: `sha256sum` lines, or nothing but the sum."""
    members: str = ""
    """For an archive, which of its files to keep, as a glob; the program is one of them."""


@dataclass(frozen=True)
class Chart:
    """A Helm chart at one version, as the source of its project has it in `charts/<name>`."""

    name: str
    version: str
    graph: str
    """The folder in `tools/` whose go.mod pins it."""
    module: str
    """The Go module that has it."""

    def __str__(self) -> str:
        return f"the chart {self.name} {self.version}"


@dataclass(frozen=True)
class Program:
    """One program at one version."""

    name: str
    version: str
    graph: str
    """The folder in `tools/` whose go.mod pins it."""
    package: str
    """Its Go package."""
    module: str = ""
    """The Go module whose version it has, if its package is one of our own."""
    stamps: tuple[str, ...] = ()
    """What its own project sets by the linker (`-X`): variable=value."""
    version_arguments: tuple[str, ...] = ()
    """Arguments that make it print its version; none if it has no such, and then one on PATH is never taken."""
    accepted_versions: str = ""
    """Which versions on PATH are as good, as a version specifier."""
    releases: Mapping[str, Release] = field(default_factory=dict[str, Release], hash=False)
    """Operating system → release. Only releases that have checksums; without one it is built."""
    chart: str = ""
    """Its Helm chart, a key of `CHARTS`, which is obtained with it."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def edition(self) -> str:
        """What tells a build of it from others: its version and, if its package is one of our own, what is in that."""
        if not self.module:
            return self.version
        files = sorted((CHECKOUT / self.package.removeprefix("ml-platform/")).glob("*.go"))
        return f"{self.version}-{sha256(b''.join(file.read_bytes() for file in files)).hexdigest()[:8]}"


_KUBERNETES = "1.36.3"
_ETCD = "3.6.16"
_HELM = "3.21.4"
_KARPENTER = "1.14.1"
_KUEUE = "0.18.4"
_KWOK = "0.8.0"
_PULUMI = "3.259.0"


def _kubernetes(name: str, *systems: str) -> Program:
    url = f"https://dl.k8s.io/v{_KUBERNETES}/bin/{{os}}/{{arch}}/{name}"
    return Program(
        name,
        _KUBERNETES,
        graph="kubernetes",
        package=f"k8s.io/kubernetes/cmd/{name}",
        stamps=(
            f"k8s.io/component-base/version.gitVersion=v{_KUBERNETES}",
            "k8s.io/component-base/version.gitMajor=1",
            "k8s.io/component-base/version.gitMinor=36",
        ),
        version_arguments=("--version",),
        accepted_versions="==1.36.*",
        releases=dict.fromkeys(systems, Release(url, f"{url}.sha256")),
    )


def _etcd(archive: str) -> Release:
    folder = f"https://github.com/etcd-io/etcd/releases/download/v{_ETCD}"
    return Release(f"{folder}/etcd-v{_ETCD}-{{os}}-{{arch}}.{archive}", f"{folder}/SHA256SUMS", members="etcd")


def _helm() -> Release:
    url = f"https://get.helm.sh/helm-v{_HELM}-{{os}}-{{arch}}.tar.gz"
    return Release(url, f"{url}.sha256sum", members="helm")


def _pulumi() -> Release:
    folder = f"https://github.com/pulumi/pulumi/releases/download/v{_PULUMI}"
    return Release(
        f"{folder}/pulumi-v{_PULUMI}-{{os}}-{{cpu}}.tar.gz",
        f"{folder}/pulumi-{_PULUMI}-checksums.txt",
        members="pulumi*",  # the language hosts too, which the engine looks for beside itself
    )


PROGRAMS: Mapping[str, Program] = {
    program.name: program
    for program in (
        Program(
            "etcd",
            _ETCD,
            graph="kubernetes",
            package="go.etcd.io/etcd/server/v3",
            version_arguments=("--version",),
            accepted_versions="==3.6.*",
            releases={"linux": _etcd("tar.gz"), "darwin": _etcd("zip")},
        ),
        _kubernetes("kube-apiserver", "linux"),
        _kubernetes("kube-controller-manager", "linux"),
        _kubernetes("kube-scheduler", "linux"),
        replace(
            _kubernetes("kubectl", "linux", "darwin"),
            version_arguments=("version", "--client"),
            accepted_versions=">=1.35,<1.38",  # Kubernetes' version skew policy: one minor older or newer than the API server
        ),
        Program(
            "kwok",
            _KWOK,
            graph="kubernetes",
            package="sigs.k8s.io/kwok/cmd/kwok",
            stamps=(f"sigs.k8s.io/kwok/pkg/consts.Version=v{_KWOK}",),
            version_arguments=("--version",),
            accepted_versions="==0.8.*",
        ),
        Program(
            "kueue",
            _KUEUE,
            graph="kubernetes",
            package="sigs.k8s.io/kueue/cmd/kueue",
            stamps=(
                f"sigs.k8s.io/kueue/pkg/version.GitVersion=v{_KUEUE}",
                # By default `/visibility`, a folder of its image; on this machine it is one of the process's own.
                "sigs.k8s.io/kueue/pkg/visibility.certDir=visibility",
            ),
            chart="kueue",
        ),
        Program(
            "karpenter",
            _KARPENTER,
            graph="kubernetes",
            package="ml-platform/tools/kubernetes/karpenter",
            module="sigs.k8s.io/karpenter",
            stamps=(f"sigs.k8s.io/karpenter/pkg/operator.Version={_KARPENTER}",),
        ),
        Program(
            "helm",
            _HELM,
            graph="kubernetes",
            package="helm.sh/helm/v3/cmd/helm",
            stamps=(f"helm.sh/helm/v3/internal/version.version=v{_HELM}",),
            version_arguments=("version", "--short"),
            accepted_versions=">=3.18,<4",
            releases=dict.fromkeys(("linux", "darwin"), _helm()),
        ),
        Program(
            "pulumi",
            _PULUMI,
            graph="pulumi",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            stamps=(f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={_PULUMI}",),
            version_arguments=("version",),
            accepted_versions="~=3.259.0",
            releases=dict.fromkeys(("linux", "darwin"), _pulumi()),
        ),
    )
}
"""Name → program."""

_KARPENTER_AWS = "github.com/aws/karpenter-provider-aws"

CHARTS: Mapping[str, Chart] = {
    chart.name: chart
    for chart in (
        Chart("kueue", _KUEUE, "kubernetes", "sigs.k8s.io/kueue"),
        Chart("karpenter", "1.14.1", "charts", _KARPENTER_AWS),
        Chart("karpenter-crd", "1.14.1", "charts", _KARPENTER_AWS),
        Chart("vertical-pod-autoscaler", "0.13.0", "charts", "k8s.io/autoscaler/vertical-pod-autoscaler"),
    )
}
"""Name → chart."""
