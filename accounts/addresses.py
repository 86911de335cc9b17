"""Where a request comes from, as far as it can be believed.

Only the hops that our own proxies wrote are read: what a client writes about itself must never count.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

LIMITED_PREFIX = {4: 32, 6: 64}  # an IPv6 customer has a /64 to hop about in
SHOWN_PREFIX = {4: 24, 6: 48}


def client_ip(request: HttpRequest) -> str:
    """The client's address, or "" when there is none (a unix socket, a malformed header)."""
    parsed = _parsed(_believed(request))
    return str(parsed) if parsed else ""


def came_the_whole_way(request: HttpRequest) -> bool:
    """Whether each proxy of ours wrote down where the request came from; else its address may be a proxy's own."""
    return len(_hops(request)) >= settings.TRUSTED_PROXIES


def client_network(request: HttpRequest) -> str:
    """What a rate limit counts: the address, or for IPv6 its /64."""
    return _network(client_ip(request), LIMITED_PREFIX)


def masked_ip(address: str) -> str:
    """What the record keeps: the /24 or, for IPv6, the /48, as its first address; "" for what is no address."""
    return _network(address, SHOWN_PREFIX)


def _believed(request: HttpRequest) -> str:
    peer = str(request.META.get("REMOTE_ADDR") or "")
    hops = _hops(request)
    proxies: int = settings.TRUSTED_PROXIES
    # Fewer hops than proxies: the request did not come the whole way, so the header is the client's own.
    return hops[-proxies] if 0 < proxies <= len(hops) else peer


def _hops(request: HttpRequest) -> list[str]:
    return [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(address: str, prefix: dict[int, int]) -> str:
    parsed = _parsed(address)
    return str(ip_network((parsed, prefix[parsed.version]), strict=False).network_address) if parsed else ""
