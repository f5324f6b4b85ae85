"""The ledger: which processes were started for a rehearsal, kept in a file so that another command can find and end them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rehearsal.files import write_atomically


class Entry(BaseModel):
    """One process. A pid alone names nothing for long; a pid with its start time names one process for ever."""

    model_config = ConfigDict(frozen=True)

    pid: int | None = Field(default=None, description="absent once it was ended")
    started: float = Field(default=0, description="seconds since the epoch, as psutil.Process.create_time gives them")
    argv: tuple[str, ...] = ()
    ports: dict[str, int] = Field(default_factory=dict, description="what is served → port of 127.0.0.1; kept for the next start")
    restarts: int = Field(default=0, description="how often it died and was started again")
    ready: bool = Field(default=False, description="whether everything that it does can be relied on")
    failure: str | None = Field(default=None, description="why it gave up, for the user")


_ENTRIES = TypeAdapter(dict[str, Entry])


class Ledger:
    """Name → entry, in one JSON file that is replaced as a whole at every change. It has one writer at a time: the supervisor."""

    def __init__(self, path: Path):
        self._path = path

    def entries(self) -> dict[str, Entry]:
        """All entries; none when the file is missing, or is not a ledger (somebody's edit): then nothing is known."""
        try:
            return _ENTRIES.validate_json(self._path.read_bytes())
        except (FileNotFoundError, NotADirectoryError, ValidationError):
            return {}

    def get(self, name: str) -> Entry:
        """The entry of this name, or an empty one."""
        return self.entries().get(name, Entry())

    def put(self, name: str, entry: Entry) -> None:
        """Record an entry. Raises `OSError` when the ledger cannot be written."""
        self._write({**self.entries(), name: entry})

    def update(self, name: str, **changes: object) -> None:
        """Change some fields of an entry."""
        self.put(name, self.get(name).model_copy(update=changes))

    def remove(self, name: str) -> None:
        """Forget an entry."""
        self._write({other: entry for other, entry in self.entries().items() if other != name})

    def _write(self, entries: dict[str, Entry]) -> None:
        write_atomically(self._path, _ENTRIES.dump_json(entries, indent=2).decode())
