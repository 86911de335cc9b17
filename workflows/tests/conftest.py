"""Fixtures of the workflows room."""

from collections.abc import Iterator

import pytest

from workflows.tests.given import sample_steps


@pytest.fixture(autouse=True)
def steps() -> Iterator[None]:
    with sample_steps():
        yield
