"""Official releases: which there is for this machine, whether its server can be reached, and the download itself."""

import hashlib
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from rehearsal.programs.errors import ProgramError
from rehearsal.programs.table import Program, Release

PATIENCE = 4.0
"""Seconds after which a server that has not answered counts as out of reach: name look-up, connection and first answer."""
_TIMEOUT = httpx.Timeout(20.0, connect=PATIENCE)
_CHUNK = 1 << 20
_CPUS = {"x86_64": ("amd64", "x64"), "amd64": ("amd64", "x64"), "aarch64": ("arm64", "arm64"), "arm64": ("arm64", "arm64")}
"""What the machine calls itself → what Go's and what Node's users call it."""


class DownloadError(Exception):
    """A release cannot be used; the reason is for the user, who gets the program another way."""


def release_for_this_machine(program: Program) -> Release | None:
    """The program's release with its URLs filled in, if its project publishes one for this machine. Raises ProgramError."""
    system = platform.system().lower()
    release, cpu = program.releases.get(system), _CPUS.get(platform.machine().lower())
    if release is None or cpu is None:
        return None
    arch, x64 = cpu
    url, checksums = (_from_mirror(text.format(os=system, arch=arch, cpu=x64)) for text in (release.url, release.checksums))
    return Release(url, checksums, release.members)


def _from_mirror(url: str) -> str:
    """The URL below `ML_PLATFORM_MIRROR`, if that is set: the mirror's address, the original host, the original path.

    A mirror also answers for the checksums, so it is trusted like the projects themselves. Raises ProgramError.
    """
    mirror, parts = os.environ.get("ML_PLATFORM_MIRROR", "").rstrip("/"), urlsplit(url)
    if mirror and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", mirror):
        raise ProgramError(f"ML_PLATFORM_MIRROR={mirror} is not an address; write it like https://mirror.example.com/releases")
    return f"{mirror}/{parts.netloc}{parts.path}" if mirror else url


def server(release: Release) -> str:
    """The address that answers for a release."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(release.url))


def connect() -> httpx.Client:
    """What asks the servers, by way of the user's proxy if there is one. Raises DownloadError."""
    try:
        return httpx.Client(timeout=_TIMEOUT, follow_redirects=True)
    except (ImportError, ValueError) as error:
        raise DownloadError(f"the proxy of this environment cannot be used: {error}") from None


def reachable(client: httpx.Client, servers: Iterable[str]) -> set[str]:
    """Those of the servers that answer at all, asked all at once, within `PATIENCE`."""
    asked = set(servers)
    # Not a `with`: it would wait for name look-ups, which have no time limit of their own.
    pool = ThreadPoolExecutor(max_workers=max(1, len(asked)))
    answers = {pool.submit(_answers, client, address): address for address in asked}
    done, _ = wait(answers, timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    return {answers[answer] for answer in done if answer.result()}


def _answers(client: httpx.Client, address: str) -> bool:
    try:
        client.head(address, timeout=PATIENCE, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return True


def download(
    client: httpx.Client, program: Program, release: Release, scratch: Path, progress: Callable[[int, int], None]
) -> Path:
    """Get a release and check it; the folder, inside `scratch`, of its files.

    `progress` is told bytes so far and bytes in all (0 if unknown). Raises DownloadError.
    """
    file = scratch / Path(urlsplit(release.url).path).name
    try:
        expected = _published_sum(client, release)
        if _save(client, release.url, file, progress) != expected:
            raise DownloadError(f"what came from {release.url} does not match its published checksum")
    except httpx.HTTPStatusError as error:
        raise DownloadError(f"{error.request.url} answered {error.response.status_code}") from None
    except httpx.HTTPError as error:
        raise DownloadError(f"the download from {server(release)} failed: {error}") from None
    return _unpack(program, release, file, scratch)


def _published_sum(client: httpx.Client, release: Release) -> str:
    text = client.get(release.checksums).raise_for_status().text
    name = Path(urlsplit(release.url).path).name
    if found := re.search(rf"^([0-9a-f]{{64}})(?:\s+\*?{re.escape(name)})?\s*$", text, re.MULTILINE):
        return found[1]
    raise DownloadError(f"{release.checksums} has no checksum of {name}")


def _save(client: httpx.Client, url: str, file: Path, progress: Callable[[int, int], None]) -> str:
    """Write to a file what the URL gives; its SHA-256 sum."""
    digest, received = hashlib.sha256(), 0
    with client.stream("GET", url) as response, file.open("wb") as content:
        total = int(response.raise_for_status().headers.get("content-length", 0))
        for chunk in response.iter_bytes(_CHUNK):
            content.write(chunk)
            digest.update(chunk)
            received += len(chunk)
            progress(received, total)
    return digest.hexdigest()


def _unpack(program: Program, release: Release, file: Path, scratch: Path) -> Path:
    """A folder of the release's files, all executable."""
    files, unpacked = scratch / "files", scratch / "unpacked"
    files.mkdir()
    if release.members:
        try:
            shutil.unpack_archive(file, unpacked)
        except (shutil.ReadError, EOFError) as error:
            raise DownloadError(f"{release.url} cannot be unpacked: {error}") from None
        for member in unpacked.rglob(release.members):
            if member.is_file():
                member.rename(files / member.name)
    else:
        file.rename(files / program.name)
    if not (files / program.name).exists():
        raise DownloadError(f"{release.url} holds no {program.name}")
    for member in files.iterdir():
        member.chmod(0o755)
    return files
