"""Articles for sale, each long enough for two links, published by the command an operator would use."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.system import OURS, ROOT, System

PARAGRAPHS = 16
_PARAGRAPH = (
    "Part {part} of this piece, the {number}th on the shelf, tells how a small workshop keeps its tools in good order "
    "all year, what the people there do when something wears out, and why they write it down in a book each week. "
    "Nobody in the workshop likes the writing much, but everybody reads what the others wrote before work starts."
)


def filled(system: System, articles: int) -> list[dict[str, Any]]:
    """As the catalogue's API lists them."""
    with tempfile.TemporaryDirectory() as folder:
        files = [_written(Path(folder), number) for number in range(articles)]
        known = {name: value for name, value in os.environ.items() if name not in OURS}
        urls = {
            "DATABASE_URL": system.demo["database_url"],
            "REDIS_URL": system.demo["redis_url"],
            "SECRET_KEY": "soak",
        }
        command = [sys.executable, "manage.py", "import_articles", "--publish", *map(str, files)]
        subprocess.run(command, cwd=ROOT, env=known | urls, check=True, capture_output=True)
    rows = system.rows("SELECT id, slug FROM articles_article WHERE slug LIKE 'shelf-%%' ORDER BY id")
    return [dict(row) for row in rows]


def _written(folder: Path, number: int) -> Path:
    file = folder / f"shelf-{number}.md"
    front = f"---\ntitle: What is on shelf {number}\nslug: shelf-{number}\nlanguage: en\nprice_minor: 4900\n---\n\n"
    body = "\n\n".join(_PARAGRAPH.format(part=part, number=number) for part in range(1, PARAGRAPHS + 1))
    file.write_text(f"{front}# Shelf {number}\n\n{body}\n")
    return file
