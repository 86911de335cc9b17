"""What the address of a target may look like, judged without fetching anything.

It never resolves or connects: whether a page is there, and safe, is for others to find out.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import idna

from backlinks.domains import registrable
from backlinks.lookalikes import is_written_in_twins, mixes_alphabets

LONGEST = 2048
PORTS = {None, 80, 443}
# Never registrable by the public, or never meant for readers beyond one network (RFC 6761, 6762, 7686, 8375, 9476).
PRIVATE_SUFFIXES = {"alt", "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain"}
PRIVATE_SUFFIXES |= {"localhost", "mail", "onion", "private"}
NOT_IN_A_URL = re.compile(r'[\\<>"^`{|}]')
NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
TOP_LEVEL = re.compile(r"(?:[a-z]{2,63}|xn--[a-z0-9-]+)")

COPY_IT = "Open the page in your browser and copy the address from there."
A_DOMAIN = "Use the website's name, such as example.com."


@dataclass(frozen=True)
class Problem:
    """Why an address is refused, in words that say how to mend it."""

    code: str
    message: str


@dataclass(frozen=True)
class Target:
    """An address as it was typed, its host in punycode ("" when it has none), and what is wrong with it."""

    url: str
    host: str
    problems: tuple[Problem, ...]

    @property
    def domain(self) -> str:
        """What somebody registered; "" without a host."""
        return registrable(self.host) if self.host else ""

    @property
    def readable_host(self) -> str:
        """The host in the letters a reader sees."""
        return idna.decode(self.host) if self.host else ""

    @property
    def has_twin_letters(self) -> bool:
        """Some part of the name could be taken for Latin: refused under a Latin ending, only noted under others."""
        return any(is_written_in_twins(label) for label in self.readable_host.split("."))

    @property
    def topic(self) -> str:
        """The words of host and path, for whoever must find a fitting place; letters only, at most twelve."""
        parts = urlsplit(self.url)
        text = " ".join(idna.decode(self.host).split(".")[:-1]) + " " + unquote(parts.path)
        words = [word for word in re.findall(r"[^\W\d_]{2,40}", text) if word.lower() not in {"www", "html", "index"}]
        return " ".join(dict.fromkeys(words[:12]))


def read_target(url: str, *, allow_http: bool = False) -> Target:
    """Judge the syntax of `url`. Only the first reason is given where later ones could not be judged."""
    unreadable = _unreadable(url)
    if unreadable:
        return Target(url, "", (unreadable,))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _refused(url, "malformed", f"This is not a web address. {COPY_IT}")
    scheme = _scheme_problem(parts, allow_http=allow_http)
    if scheme or not parts.hostname:
        return Target(url, "", (scheme or Problem("no_host", f"The address names no website. {COPY_IT}"),))
    if "@" in parts.netloc:
        return _refused(url, "userinfo", "The address contains a user name or password (before the @). Remove it.")
    if port not in PORTS or parts.netloc.endswith(":"):
        words = (
            "The address names an unusual port (after the colon). Remove it; only the standard ones can be linked to."
        )
        return _refused(url, "port", words)
    host, problem = _host(parts)
    return Target(url, host, (problem,) if problem else ())


def _refused(url: str, code: str, message: str) -> Target:
    return Target(url, "", (Problem(code, message),))


def _unreadable(url: str) -> Problem | None:
    """Before parsing, because parsers disagree on what such characters mean."""
    if len(url) > LONGEST:
        words = (
            f"The address is longer than {LONGEST} characters. Leave out what follows the ? if the page opens without."
        )
        return Problem("too_long", words)
    if any(unicodedata.category(character)[0] in "CZ" for character in url):
        return Problem("forbidden_character", "The address contains a space or an invisible character. Remove it.")
    if NOT_IN_A_URL.search(url):
        words = 'The address contains one of \\ < > " ^ ` { | }. Write %7C for |, and so on.'
        return Problem("forbidden_character", words)
    return None


def _scheme_problem(parts: SplitResult, *, allow_http: bool) -> Problem | None:
    if parts.scheme == "https" or (allow_http and parts.scheme == "http"):
        return None
    return Problem("not_https", "The address must begin with https://")


def _host(parts: SplitResult) -> tuple[str, Problem | None]:
    """The host in punycode, and what is wrong with it. Numbers are looked for after normalising: １２７.１ is 127.1."""
    if "[" in parts.netloc:
        return "", Problem("ip_address", f"Link to a domain name, not to an IP address. {A_DOMAIN}")
    try:
        host = idna.encode(parts.hostname or "", uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return "", Problem("bad_host", f"The website's name in the address is not a valid domain name. {COPY_IT}")
    labels = host.split(".")
    if labels[-1] == "":
        return "", Problem("not_public", "The website's name ends in a dot. Remove the dot.")
    if NUMBER.fullmatch(labels[-1]):
        return "", Problem("ip_address", f"Link to a domain name, not to an IP address. {A_DOMAIN}")
    if len(labels) < 2 or labels[-1] in PRIVATE_SUFFIXES or not TOP_LEVEL.fullmatch(labels[-1]):
        return "", Problem("not_public", f"The address is not on a public domain. {A_DOMAIN}")
    return host, _name_problem(host)


def _name_problem(host: str) -> Problem | None:
    if not registrable(host):
        words = f"Nobody can own {host}: it is an ending that many websites share. Give the whole name of the website."
        return Problem("not_registrable", words)
    labels = idna.decode(host).split(".")
    if any(mixes_alphabets(label) for label in labels):
        words = "The domain mixes alphabets in a way that imitates another name. Type the name anew in one alphabet."
        return Problem("look_alike", words)
    has_latin_ending = not host.rpartition(".")[2].startswith("xn--")
    if has_latin_ending and any(is_written_in_twins(label) for label in labels):
        words = "The domain only looks like Latin letters and so imitates another name. Use a name in Latin letters."
        return Problem("look_alike", words)
    return None
