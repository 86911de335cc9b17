import socket
import threading
import time

import pytest

from backlinks.clients.internet import LOOKUPS_AT_ONCE, Internet, NameNotFound


@pytest.fixture(autouse=True)
def no_names():
    """This file asks the real class; the resolver itself is replaced."""


def resolving(monkeypatch, look_up):
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return Internet()


def entry(address, family=socket.AF_INET):
    return (family, socket.SOCK_STREAM, 6, "", (address, 0))


def test_every_address_of_a_name_is_told_once(monkeypatch):
    found = [entry("8.8.8.8"), entry("8.8.8.8"), entry("2606:4700::1", socket.AF_INET6), entry("10.0.0.1")]
    asked = []

    def look_up(host, port, **options):
        asked.append(host)
        return found

    assert resolving(monkeypatch, look_up).addresses("a.example.", 1) == ["8.8.8.8", "2606:4700::1", "10.0.0.1"]
    assert asked == ["a.example."]


@pytest.mark.parametrize("problem", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_name_that_cannot_be_found_is_not_found(monkeypatch, problem):
    def look_up(host, port, **options):
        raise problem

    with pytest.raises(NameNotFound, match="leads nowhere"):
        resolving(monkeypatch, look_up).addresses("a.example.", 1)


def test_a_resolver_that_hangs_is_left_and_only_so_many_are_left_at_once(monkeypatch):
    answered = threading.Event()

    def look_up(host, port, **options):
        answered.wait(20)
        return [entry("8.8.8.8")]

    internet = resolving(monkeypatch, look_up)
    started = time.monotonic()
    for _ in range(LOOKUPS_AT_ONCE):
        with pytest.raises(NameNotFound, match="in time"):
            internet.addresses("slow.example.", 0.02)
    with pytest.raises(NameNotFound, match="too many names"):
        internet.addresses("slow.example.", 0.02)
    assert time.monotonic() - started < 5

    answered.set()

    assert internet.addresses("slow.example.", 5) == ["8.8.8.8"]


def test_certificates_are_checked():
    context = Internet().tls

    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
    assert context.minimum_version.name == "TLSv1_2"
