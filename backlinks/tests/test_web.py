"""The guarded client against servers that mean harm, on loopback."""

import gzip
import time

import pytest

from backlinks.clients.web import MOST_BYTES, Unreachable, Unsafe, Visit, fetch
from backlinks.tests.small_internet import (
    ANOTHER_PUBLIC,
    PUBLIC,
    SmallInternet,
    answering,
    dripping,
    pouring,
    sending,
)

SHOP = "https://shop.example.com/a"
OK = b"HTTP/1.1 200 OK\r\n"
MOMENT = 1.0


def read(net, url=SHOP, **rules):
    return fetch(url, Visit(network=net, **rules))


def refused(net, url=SHOP, **rules):
    with pytest.raises(Unsafe) as refusal:
        read(net, url, **rules)
    return refusal.value


def unread(net, url=SHOP, **rules):
    with pytest.raises(Unreachable) as failure:
        read(net, url, **rules)
    return str(failure.value)


def test_a_page_is_read_at_its_address_under_its_name(net):
    with net.site(answering(body=b"<p>Hello.</p>", X_Robots_Tag="noindex")):
        page = read(net, "https://shop.example.com/a%20b/ü?q=ä b".replace(" ", "+") + "#part")

    assert (page.status, page.body, page.is_cut) == (200, b"<p>Hello.</p>", False)
    assert page.headers["x-robots-tag"] == "noindex"
    assert (net.asked, net.dialled) == (["shop.example.com."], [(PUBLIC, 443)])
    assert net.requests[0].split(b"\r\n") == [
        b"GET /a%20b/%C3%BC?q=%C3%A4+b HTTP/1.1",
        b"Host: shop.example.com",
        b"User-Agent: Copydesk",
        b"Accept: text/html,*/*;q=0.5",
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"",
        b"",
    ]


def test_a_host_in_other_letters_is_asked_for_in_punycode(net):
    with net.site(answering(), name="xn--bcher-kva.example.com"):
        assert read(net, "https://bücher.example.com/").status == 200

    assert net.asked == ["xn--bcher-kva.example.com."]
    assert b"\r\nHost: xn--bcher-kva.example.com\r\n" in net.requests[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://１２７.０.０.１/",
        "https://127。0。0。1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://localhost./",
        "https://metadata.google.internal/",
        "https://%6c%6f%63%61%6c%68%6f%73%74/",
        "https://shop.example.com:22/",
        "https://user@shop.example.com/",
        "https://shop.example.com@127.0.0.1/",
        "https://shop.example.com\\@127.0.0.1/",
        "http://shop.example.com/",
        "ftp://shop.example.com/",
        "file:///etc/passwd",
        "gopher://shop.example.com/",
    ],
)
def test_what_is_no_plain_public_address_is_neither_looked_up_nor_dialled(net, url):
    assert not refused(net, url).is_redirect

    assert (net.asked, net.dialled) == ([], [])


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["fd00:ec2::254"],
        ["fe80::1%eth0"],
        [PUBLIC, "192.168.0.1"],
        ["::1", PUBLIC],
        [PUBLIC] * 9 + ["10.0.0.1"],
    ],
)
def test_a_name_with_any_address_that_is_not_public_is_never_dialled(net, addresses):
    net.names["shop.example.com"] = [addresses]

    assert (refused(net).code, net.dialled) == ("not_public", [])


def test_the_address_that_was_judged_is_the_one_that_is_dialled(net):
    """Rebinding: the name leads to us the second time it is looked up. It is looked up once."""
    net.names["shop.example.com"] = [[PUBLIC], ["127.0.0.1"]]

    with net.site(answering()):
        assert read(net).status == 200

    assert (net.asked, net.dialled) == (["shop.example.com."], [(PUBLIC, 443)])


def test_each_redirect_is_judged_afresh_even_to_the_same_name(net):
    net.names["shop.example.com"] = [[PUBLIC], ["127.0.0.1"]]

    with net.site(answering(302, Location="/again")):
        refusal = refused(net)

    assert (refusal.code, refusal.is_redirect, net.dialled) == ("not_public", True, [(PUBLIC, 443)])


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("https://127.0.0.1/", "ip_address"),
        ("https://127.1/", "ip_address"),
        ("//[::1]/", "ip_address"),
        ("http://shop.example.com/", "not_https"),
        ("file:///etc/passwd", "not_https"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "not_https"),
        ("javascript:alert(1)", "not_https"),
        ("https://shop.example.com:6379/", "port"),
        ("https://admin:admin@shop.example.com/", "userinfo"),
        ("https://inside.example.com/", "not_public"),
        ("https://printer.local/", "not_public"),
        ("https://p\u0430ypal.com/", "look_alike"),
        ("https://[::1", "malformed"),
        ("/a b", "forbidden_character"),
    ],
)
def test_a_redirect_to_where_no_target_may_lead_is_refused(net, location, code):
    net.names["inside.example.com"] = [["10.0.0.1"]]
    raw = location.encode().decode("latin-1")

    with net.site(sending(f"HTTP/1.1 302 Found\r\nLocation: {raw}\r\n\r\n".encode("latin-1"))):
        refusal = refused(net)

    assert (refusal.code, refusal.is_redirect, net.dialled) == (code, True, [(PUBLIC, 443)])


def test_redirects_are_followed_to_another_site(net):
    with (
        net.site(answering(301, Location="https://other.example.com/ü")),
        net.site(answering(body=b"there"), name="other.example.com", address=ANOTHER_PUBLIC),
    ):
        page = read(net)

    assert (page.body, page.hops) == (b"there", (SHOP, "https://other.example.com/ü"))
    assert net.dialled == [(PUBLIC, 443), (ANOTHER_PUBLIC, 443)]


def counting_down(connection, request):
    """/a5 redirects to /a4 and so on; /a0 is a page."""
    number = int(request.split()[1].decode().removeprefix("/a"))
    location = f"302 Found\r\nLocation: /a{number - 1}" if number else "200 OK"
    connection.sendall(f"HTTP/1.1 {location}\r\nContent-Length: 0\r\n\r\n".encode())


def test_five_redirects_are_followed_and_a_sixth_is_not(net):
    with net.site(counting_down):
        assert len(read(net, "https://shop.example.com/a5").hops) == 6
        assert unread(net, "https://shop.example.com/a6") == "it redirects in circles, or too often"

    assert len(net.requests) == 6 + 6


def test_a_circle_ends_where_it_closes(net):
    with net.site(answering(302, Location="#top")):
        assert unread(net) == "it redirects in circles, or too often"

    assert len(net.requests) == 1


def test_cookies_are_not_sent_back(net):
    served = []

    def serve(connection, request):
        served.append(request)
        step = "302 Found\r\nLocation: /next\r\nSet-Cookie: session=1" if len(served) == 1 else "200 OK"
        connection.sendall(f"HTTP/1.1 {step}\r\nContent-Length: 0\r\n\r\n".encode())

    with net.site(serve):
        assert read(net).status == 200

    assert len(served) == 2
    assert b"cookie" not in served[1].lower()


def test_proxies_of_the_environment_are_not_used(net, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with net.site(answering()):
        assert read(net).status == 200

    assert net.dialled == [(PUBLIC, 443)]


def test_a_giant_page_is_cut_at_two_megabytes(net):
    head = OK + b"Content-Length: 1000000000\r\n\r\n"

    with net.site(pouring(head, b"x" * 65_536)):
        page = read(net)

    assert (len(page.body), page.is_cut, MOST_BYTES) == (2_000_000, True, 2_000_000)


def test_a_page_of_exactly_the_limit_is_whole(net):
    with net.site(answering(body=b"x" * 1000)):
        assert not read(net, most_bytes=1000).is_cut
        assert read(net, most_bytes=999).is_cut


def test_an_endless_page_in_chunks_is_cut(net):
    with net.site(pouring(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65_535 + b"\r\n")):
        assert len(read(net).body) == 2_000_000


def test_chunks_that_are_mostly_overhead_are_not_read_for_ever(net):
    with net.site(pouring(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"p" * 4000 + b"\r\nx\r\n")):
        assert unread(net) == "more came than is read"


@pytest.mark.parametrize(
    "poured",
    [
        pouring(OK, b"X-Bomb: " + b"x" * 8000 + b"\r\n"),
        pouring(OK + b"X-Bomb: ", b"x" * 65_536),
        pouring(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        pouring(b"HTTP/1.1 200 ", b"O" * 65_536),
        pouring(OK, b"a: b\r\n"),
    ],
)
def test_headers_without_end_are_given_up(net, poured):
    started = time.monotonic()

    with net.site(poured):
        assert unread(net).startswith(("more came than is read", "it cannot be read: "))

    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "slow",
    [
        dripping(b"", b"", 0.05),
        dripping(b"HTTP/1.1 200 ", b"O", 0.05),
        dripping(OK, b"X: y\r\n", 0.05),
        dripping(OK + b"Content-Length: 1000000\r\n\r\n", b"x", 0.05),
        dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05),
    ],
)
@pytest.mark.parametrize("tls", [True, False])
def test_time_is_counted_in_total_and_not_per_read(net, slow, tls):
    started = time.monotonic()

    with net.site(slow, tls=tls):
        url = SHOP if tls else "http://shop.example.com/"
        assert unread(net, url, seconds=MOMENT, allow_http=True) == "it took too long"

    assert MOMENT * 0.9 <= time.monotonic() - started < MOMENT + 1


def test_the_time_is_shared_by_all_redirects(net):
    def serve(connection, request):
        time.sleep(0.4)
        counting_down(connection, request)

    started = time.monotonic()
    with net.site(serve):
        assert unread(net, "https://shop.example.com/a5", seconds=MOMENT) == "it took too long"

    assert time.monotonic() - started < MOMENT + 1


def test_a_server_that_never_shakes_hands_is_left(net):
    """It speaks no TLS and says nothing."""
    with net.site(dripping(b"", b"", 0.05), tls=False):
        net.ports[PUBLIC, 443] = net.ports[PUBLIC, 80]
        started = time.monotonic()
        assert unread(net, seconds=MOMENT) == "it took too long"

    assert time.monotonic() - started < MOMENT + 1


def test_nothing_compressed_is_unpacked(net):
    bomb = gzip.compress(b"\0" * 10_000_000)
    assert len(bomb) < 20_000

    with net.site(answering(body=bomb, Content_Encoding="gzip")):
        page = read(net)

    assert (page.status, page.body) == (200, b"")


def test_a_certificate_of_another_name_is_not_accepted(net):
    with net.site(answering(), certificate="other.example.com"):
        assert unread(net) == "its certificate or encryption is wrong: CERTIFICATE_VERIFY_FAILED"

    assert net.requests == []


def test_a_certificate_nobody_vouches_for_is_not_accepted(net):
    with net.site(answering()):
        net.tls = SmallInternet().tls
        assert unread(net) == "its certificate or encryption is wrong: CERTIFICATE_VERIFY_FAILED"


@pytest.mark.parametrize("raw", [b"", b"\0\0\0", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"<p>0.9</p>"])
def test_what_is_no_http_is_unreachable(net, raw):
    with net.site(sending(raw)):
        assert unread(net).startswith("it cannot be read: ")


@pytest.mark.parametrize("size", [b"-1", b"-5", b"zz", b"ffffffffffffffffffff"])
def test_a_chunk_of_an_absurd_size_harms_nobody(net, size):
    with net.site(sending(OK + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc\r\n0\r\n\r\n")):
        assert unread(net).startswith("it cannot be read: ")


def test_the_second_address_is_tried_when_the_first_does_not_answer(net):
    net.names["shop.example.com"] = [[ANOTHER_PUBLIC, PUBLIC]]

    with net.site(answering()):
        assert read(net).status == 200

    assert net.dialled == [(ANOTHER_PUBLIC, 443), (PUBLIC, 443)]


def test_a_name_that_leads_nowhere_is_unreachable(net):
    assert unread(net) == "the name leads nowhere"
    assert net.dialled == []


def test_our_own_origin_may_be_read_by_our_watch_alone(net):
    """It is on loopback, on a port of its own, in plain HTTP: nothing a stranger may name."""
    net.names["127.0.0.1"] = [["127.0.0.1"]]
    own = "http://127.0.0.1:8000"
    with net.site(answering(body=b"ours"), name="127.0.0.1", address="127.0.0.1", tls=False):
        net.ports["127.0.0.1", 8000] = net.ports["127.0.0.1", 80]

        assert read(net, f"{own}/articles/x/", own_origin=own).body == b"ours"
        assert b"\r\nHost: 127.0.0.1:8000\r\n" in net.requests[0]
        assert refused(net, f"{own}/articles/x/").code == "not_https"
        for other in (
            "http://127.0.0.1:8001/",
            "http://127.0.0.1/",
            "https://127.0.0.1:8000/",
            "http://a@127.0.0.1:8000/",
        ):
            refused(net, other, own_origin=own, allow_http=True)


def test_a_strangers_page_does_not_lead_into_our_own_origin(net):
    own = "http://127.0.0.1:8000"

    with net.site(answering(302, Location=f"{own}/admin/")):
        assert refused(net, own_origin=own, allow_http=True).code == "port"

    assert net.dialled == [(PUBLIC, 443)]
