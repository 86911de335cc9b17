"""Who wants to know that readers see another text of an article: told in the transaction that changed it.

This room knows neither orders nor watches; whoever listens only notes work to be done.
"""

from collections.abc import Callable

from articles.models import Article

Listener = Callable[[Article], None]
_listeners: list[Listener] = []


def on_going_live(listener: Listener) -> None:
    """`listener` must be quick and must not go outside; called in a room's wiring."""
    _listeners.append(listener)


def tell(article: Article) -> None:
    for listener in _listeners:
        listener(article)
