"""Those of the room, and one more."""

from pathlib import Path

from backlinks import migrations

__path__ = [*__path__, *migrations.__path__]
NEWEST = max(file.stem for folder in migrations.__path__ for file in Path(folder).glob("[0-9]*.py"))
