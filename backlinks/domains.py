"""Which domain somebody registered a host under, by the public suffix list that comes with the library.

It never downloads a newer list.
"""

from functools import cache

import tldextract


def registrable(host: str) -> str:
    """The domain somebody had to register for `host` to exist (punycode): bbc.co.uk of news.bbc.co.uk.

    "" for a name that nobody can register, such as co.uk. Under an unknown top level, the last two labels.
    """
    found = _suffixes()(host)
    if found.suffix:
        return found.top_domain_under_public_suffix
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else ""


@cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
