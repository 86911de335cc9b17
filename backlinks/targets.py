"""What the address of a target may look like, judged without fetching anything.

It never resolves or connects: whether a page is there, and safe, is for others to find out.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import idna

LONGEST = 2048
PORTS = {None, 80, 443}
# Never registrable by the public, or never meant for readers beyond one network (RFC 6761, 6762, 7686, 8375).
PRIVATE_SUFFIXES = {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "invalid"}
NOT_IN_A_URL = re.compile(r'[\\<>"^`{|}]')
NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
TOP_LEVEL = re.compile(r"(?:[a-z]{2,63}|xn--[a-z0-9-]+)")
# Scripts that are written together in one word; anything else mixed in one label is how look-alikes are made (UTS 39).
WRITTEN_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "HANGUL"},
    {"LATIN", "HAN", "BOPOMOFO"},
)
SCRIPT_OF_NAME = {"CJK": "HAN", "KATAKANA-HIRAGANA": "KATAKANA"}
CYRILLIC_LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуъьҽпгѵѡ")


@dataclass(frozen=True)
class Problem:
    """Why an address is refused, in words a customer can act on."""

    code: str
    message: str


@dataclass(frozen=True)
class Target:
    """An address as it was typed, its host in punycode ("" when it has none), and what is wrong with it."""

    url: str
    host: str
    problems: tuple[Problem, ...]

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
        return _refused(url, "malformed", "This is not a web address. Copy it from your browser's address bar.")
    scheme = _scheme_problem(parts, allow_http=allow_http)
    if scheme or not parts.hostname:
        return Target(url, "", (scheme or Problem("no_host", "The address names no website."),))
    if "@" in parts.netloc:
        return _refused(url, "userinfo", "The address contains a user name or password (before the @). Remove it.")
    if port not in PORTS or parts.netloc.endswith(":"):
        return _refused(url, "port", "The address names an unusual port. Only the standard ones can be linked to.")
    host, problem = _host(parts)
    return Target(url, host, (problem,) if problem else ())


def _refused(url: str, code: str, message: str) -> Target:
    return Target(url, "", (Problem(code, message),))


def _unreadable(url: str) -> Problem | None:
    """Before parsing, because parsers disagree on what such characters mean."""
    if len(url) > LONGEST:
        return Problem("too_long", f"The address is longer than {LONGEST} characters.")
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
        return "", Problem("ip_address", "Link to a domain name, not to an IP address.")
    try:
        host = idna.encode(parts.hostname or "", uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return "", Problem("bad_host", "The website's name in the address is not a valid domain name.")
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return "", Problem("ip_address", "Link to a domain name, not to an IP address.")
    if len(labels) < 2 or labels[-1] in PRIVATE_SUFFIXES or not TOP_LEVEL.fullmatch(labels[-1]):
        return "", Problem("not_public", "The address is not on a public domain such as example.com.")
    if any(_looks_like_another(label, labels[-1]) for label in idna.decode(host).split(".")):
        return host, Problem("look_alike", "The domain mixes alphabets in a way that imitates another name.")
    return host, None


def _looks_like_another(label: str, top_level: str) -> bool:
    letters = [character for character in label if unicodedata.category(character)[0] == "L"]
    scripts = {_script(letter) for letter in letters}
    if len(scripts) > 1:
        return not any(scripts <= together for together in WRITTEN_TOGETHER)
    return scripts == {"CYRILLIC"} and not top_level.startswith("xn--") and set(letters) <= CYRILLIC_LIKE_LATIN


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0]
    return SCRIPT_OF_NAME.get(name, name)
