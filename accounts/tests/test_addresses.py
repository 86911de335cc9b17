"""Where a request comes from."""

import pytest

from accounts.addresses import client_ip, client_network, masked_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "", "198.51.100.1"),
        (0, "203.0.113.7", "198.51.100.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "10.9.9.9, 203.0.113.7", "203.0.113.7"),
        (2, "10.9.9.9, 203.0.113.7, 192.0.2.2", "203.0.113.7"),
        (2, "203.0.113.7", "198.51.100.1"),
        (1, "", "198.51.100.1"),
        (1, "not an address", ""),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_only_our_own_hops_are_believed(rf, settings, proxies, forwarded, believed):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_ip(request) == believed


def test_a_request_over_a_unix_socket_has_no_address(rf):
    request = rf.get("/", REMOTE_ADDR="")

    assert (client_ip(request), client_network(request)) == ("", "")


@pytest.mark.parametrize(
    ("address", "network"), [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:aaaa::7", "2001:db8:1:2::")]
)
def test_a_limit_counts_an_ipv6_network_as_one(rf, address, network):
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.113.0"), ("2001:db8:1:2::7", "2001:db8:1::"), ("", ""), ("nonsense", "")],
)
def test_the_record_keeps_only_the_network(address, kept):
    assert masked_ip(address) == kept
