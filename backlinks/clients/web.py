"""Reading a page at an address that a stranger gave us.

It connects to public addresses only, each looked up once and then pinned; it sends no cookie, uses no proxy, decodes
nothing, and ends after a given time whatever the other side does.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from socket import socket
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from backlinks.clients.addresses import is_public
from backlinks.clients.internet import INTERNET, NameNotFound, Network
from backlinks.clients.wire import Deadline, TooLate, TooMuch, Wire
from backlinks.targets import read_target

MOST_SECONDS = 10.0
MOST_BYTES = 2_000_000
MOST_HEAD_BYTES = 65_536
MOST_REDIRECTS = 5
MOST_ADDRESSES_TRIED = 4
REDIRECTS = {301, 302, 303, 307, 308}
PORTS = {"http": 80, "https": 443}
KEPT_IN_A_PATH = "%/:=&?~+!$,;'@()*[]-._"
HEADERS = "User-Agent: Copydesk\r\nAccept: text/html,*/*;q=0.5\r\nAccept-Encoding: identity\r\nConnection: close\r\n"


class Unsafe(Exception):
    """This address, or one it redirects to (`is_redirect`), must not be visited; `code` says why."""

    def __init__(self, code: str, message: str, *, is_redirect: bool) -> None:
        super().__init__(message)
        self.code = code
        self.is_redirect = is_redirect


class Unreachable(Exception):
    """Nothing readable came back; the message is for staff, since it tells what was found."""


@dataclass(frozen=True)
class Page:
    """What was answered at `url`, the last of `hops`. A body in an encoding we never asked for is left out."""

    url: str
    hops: tuple[str, ...]
    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool


@dataclass(frozen=True)
class Visit:
    """The rules of one reading. Our own watch may besides read `own_origin` (scheme://host:port), wherever it is."""

    allow_http: bool = False
    own_origin: str = ""
    seconds: float = MOST_SECONDS
    seconds_per_name: float = MOST_SECONDS
    most_bytes: int = MOST_BYTES
    network: Network = INTERNET


@dataclass(frozen=True)
class _Hop:
    """One address on the way, which passed the rules; `host` as the DNS knows it."""

    parts: SplitResult
    host: str
    is_own: bool
    is_redirect: bool

    @property
    def port(self) -> int:
        return self.parts.port or PORTS[self.parts.scheme]

    @property
    def request(self) -> bytes:
        host = self.parts.netloc if self.is_own else self.host
        path = quote(self.parts.path or "/", safe=KEPT_IN_A_PATH)
        query = f"?{quote(self.parts.query, safe=KEPT_IN_A_PATH)}" if self.parts.query else ""
        return f"GET {path}{query} HTTP/1.1\r\nHost: {host}\r\n{HEADERS}\r\n".encode("ascii")


def fetch(url: str, visit: Visit) -> Page:
    """The page, at most five redirects further. Raises Unsafe or Unreachable, within `visit.seconds`."""
    deadline = Deadline(monotonic() + visit.seconds)
    hops, is_own = [url], True
    while True:
        hop = _hop(hops, visit, may_be_own=is_own)
        page, is_own = _read(hop, tuple(hops), visit, deadline), hop.is_own
        location = page.headers.get("location")
        if page.status not in REDIRECTS or location is None:
            return page
        following = _next(page.url, location)
        if following in hops or len(hops) > MOST_REDIRECTS:
            raise Unreachable("it redirects in circles, or too often")
        hops.append(following)


def _hop(hops: list[str], visit: Visit, *, may_be_own: bool) -> _Hop:
    """A stranger's page must not lead back to our own origin: only an unbroken chain from it stays trusted."""
    is_redirect = len(hops) > 1
    parts = urlsplit(hops[-1])
    if may_be_own and f"{parts.scheme}://{parts.netloc}" == visit.own_origin:
        return _Hop(parts, parts.hostname or "", True, is_redirect)
    target = read_target(hops[-1], allow_http=visit.allow_http)
    for problem in target.problems:
        raise Unsafe(problem.code, problem.message, is_redirect=is_redirect)
    return _Hop(parts, target.host, False, is_redirect)


def _next(url: str, location: str) -> str:
    """Where a redirect leads, without its fragment. Headers are read as Latin-1, and mostly written as UTF-8."""
    try:
        following = urljoin(url, location.encode("latin-1").decode()).partition("#")[0]
        urlsplit(following)
    except ValueError as error:
        raise Unsafe("malformed", "it redirects to something that is no address", is_redirect=True) from error
    return following


def _read(hop: _Hop, hops: tuple[str, ...], visit: Visit, deadline: Deadline) -> Page:
    try:
        addresses = _addresses(hop, visit, deadline)
        with _connected(addresses, hop, visit, deadline) as wire:
            return _exchange(wire, hop, hops, visit.most_bytes)
    except NameNotFound as error:
        raise Unreachable(str(error)) from error
    except TooMuch as error:
        raise Unreachable("more came than is read") from error
    except (TooLate, TimeoutError) as error:
        raise Unreachable("it took too long") from error
    except ssl.SSLError as error:
        raise Unreachable(f"its certificate or encryption is wrong: {error.reason or error}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"it cannot be read: {type(error).__name__}") from error


def _addresses(hop: _Hop, visit: Visit, deadline: Deadline) -> list[str]:
    """Every one of them must be public: a name with one private address beside public ones is a trap.

    The dot keeps the resolver from trying the name inside our own domain.
    """
    name = hop.host if hop.is_own else f"{hop.host}."
    found = list(visit.network.addresses(name, min(deadline.left(), visit.seconds_per_name)))
    private = [] if hop.is_own else [address for address in found if not is_public(address)]
    if private:
        raise Unsafe("not_public", f"its name leads to {private[0]}", is_redirect=hop.is_redirect)
    return found[:MOST_ADDRESSES_TRIED]


def _connected(addresses: list[str], hop: _Hop, visit: Visit, deadline: Deadline) -> Wire:
    """A connection to the first address that answers, each given its share of the time left."""
    wire = Wire(_dialled(addresses, hop.port, visit.network, deadline), deadline)
    if hop.parts.scheme == "https":
        wire.encrypt(visit.network.tls, hop.host)
    return wire


def _dialled(addresses: list[str], port: int, network: Network, deadline: Deadline) -> socket:
    failure = OSError("no address")
    for number, address in enumerate(addresses):
        try:
            return network.dial(address, port, deadline.left() / (len(addresses) - number))
        except OSError as error:
            failure = error
    raise failure


def _exchange(wire: Wire, hop: _Hop, hops: tuple[str, ...], most_bytes: int) -> Page:
    wire.allow(MOST_HEAD_BYTES)
    wire.send(hop.request)
    response = HTTPResponse(wire, method="GET")  # type: ignore[arg-type]
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    wire.allow(most_bytes + MOST_HEAD_BYTES)
    body = response.read(most_bytes + 1)
    if headers.get("content-encoding", "identity").lower() != "identity":
        body = b""
    return Page(hops[-1], hops, response.status, headers, body[:most_bytes], len(body) > most_bytes)
