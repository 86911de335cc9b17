from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlinks.clients.addresses import is_public

# IANA's special-purpose registries, and what else must never be reached for a stranger.
PRIVATE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::/8", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/32",
    "2001:2::/48", "2001:3::/32", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16",
    "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/2",
]  # fmt: skip


@pytest.mark.parametrize("block", PRIVATE)
def test_no_address_of_a_special_block_is_public(block):
    network = ip_network(block)

    for address in (network[0], network[network.num_addresses // 2], network[-1]):
        assert not is_public(str(address)), address


@given(st.sampled_from(PRIVATE).flatmap(lambda block: st.ip_addresses(network=block)))
def test_wherever_in_the_block_it_lies(address):
    assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_not_public_in_the_clothes_of_ipv6(address):
    number = int(address)
    disguises = [
        ip_address(0xFFFF << 32 | number),  # IPv4-mapped
        ip_address(number | 1 << 127 >> 127 << 120),  # IPv4-compatible, in a block of no use
        ip_address(0x64FF9B << 96 | number),  # NAT64
        ip_address(0x2002 << 112 | number << 80),  # 6to4
        ip_address(0x20010000 << 96 | (number ^ 0xFFFFFFFF)),  # Teredo
        ip_address(0x5EFE << 32 | number | 0xFE80 << 112),  # ISATAP, link-local
    ]

    assert not any(is_public(str(disguise)) for disguise in disguises)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "151.101.1.69", "2606:2800:21f::1", "2a00:1450::1"])
def test_addresses_of_websites_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "text",
    ["", "example.com", "127.1", "0x7f000001", "0177.0.0.1", "2130706433", "8.8.8.8 ", "08.8.8.8", "2a00:1450::1%eth0"],
)
def test_only_whole_plain_literals_are_read(text):
    assert not is_public(text)


def test_metadata_services_are_not_public():
    for address in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"):
        assert not is_public(address)
    assert is_public(str(IPv4Address("168.63.129.17")))
