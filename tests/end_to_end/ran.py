"""What a command printed, and what a release holds."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Built:
    """A release and all that its making printed."""

    folder: Path
    printed: str

    def files(self) -> dict[str, bytes]:
        """Name -> content."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}
