from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughive_worker.net.danger import Danger, danger_of
from bughive_worker.net.egress import EgressPolicy, Refusal

FORBIDDEN = {
    Danger.LOOPBACK: ["127.0.0.1", "127.255.255.254", "::1"],
    Danger.PRIVATE: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1"],
    Danger.LINK_LOCAL: ["169.254.0.1", "169.254.169.253", "fe80::1"],
    Danger.METADATA: ["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"],
    Danger.SHARED: ["100.64.0.1", "100.127.255.255"],
    Danger.UNSPECIFIED: ["0.0.0.0", "0.1.2.3", "::"],
    Danger.BROADCAST: ["255.255.255.255"],
    Danger.MULTICAST: ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    Danger.RESERVED: [
        *("192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "192.88.99.1"),
        *("2001:db8::1", "100::1", "3fff::1", "5f00::1", "64:ff9b:1::1", "::2", "4000::1", "2001:10::1"),
    ],
}
CARRIERS = ["::ffff:{v4}", "::{v4}", "::ffff:0:{v4}", "64:ff9b::{v4}", "2002:{hex}::1", "2001:0:{hex}::f7f7:f7f7"]
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::200e"]
OPEN = EgressPolicy()


def carried(form, address):
    high, low = divmod(int(IPv4Address(address)), 0x1_0000)
    return form.format(v4=address, hex=f"{high:x}:{low:x}")


def teredo_client(address):
    high, low = divmod(int(IPv4Address(address)) ^ 0xFFFF_FFFF, 0x1_0000)
    return f"2001:0:808:808::{high:x}:{low:x}"


@pytest.mark.parametrize(
    ("danger", "address"), [(danger, address) for danger, addresses in FORBIDDEN.items() for address in addresses]
)
def test_an_address_that_is_no_public_one_is_refused_by_its_name(danger, address):
    refusal = OPEN.verdict("shop.example", 443, [address])
    assert isinstance(refusal, Refusal)
    assert refusal.danger is danger
    assert "BUGHIVE_EGRESS_ALLOW_CIDRS" in refusal.message
    assert address in refusal.message


@pytest.mark.parametrize("form", CARRIERS)
@pytest.mark.parametrize("address", [a for group in FORBIDDEN.values() for a in group if ":" not in a and a[0] != "0"])
def test_an_address_is_refused_inside_an_ipv6_address_too(form, address):
    assert danger_of(ip_address(carried(form, address))) is danger_of(ip_address(address)) is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_a_teredo_client_is_judged(address):
    assert danger_of(ip_address(teredo_client(address))) is danger_of(ip_address(address))


@pytest.mark.parametrize("address", [*PUBLIC, *(carried(form, "8.8.8.8") for form in CARRIERS)])
def test_public_addresses_are_open_on_web_ports(address):
    for port in (80, 443, 8000, 8443, 9999):
        assert OPEN.verdict("shop.example", port, [address]) == (address,)


@pytest.mark.parametrize("port", [1, 22, 25, 81, 3306, 5432, 6379, 7999, 10_000, 65_535])
def test_other_ports_are_refused(port):
    refusal = OPEN.verdict("shop.example", port, ["8.8.8.8"])
    assert isinstance(refusal, Refusal)
    assert refusal.danger is Danger.PORT
    assert "shop.example to BUGHIVE_EGRESS_ALLOW_HOSTS" in refusal.message


def test_one_forbidden_address_among_the_answers_refuses_the_name():
    refusal = OPEN.verdict("shop.example", 443, ["8.8.8.8", "2606:4700::1111", "10.0.0.1"])
    assert isinstance(refusal, Refusal)
    assert refusal.danger is Danger.PRIVATE


def test_all_good_answers_are_returned_in_order():
    assert OPEN.verdict("shop.example", 443, PUBLIC) == tuple(PUBLIC)


@pytest.mark.parametrize("host", ["a..b", "", "a b", "1.2.3.4.5", "a/b"])
def test_what_is_no_host_is_refused(host):
    refusal = OPEN.verdict(host, 80, [])
    assert isinstance(refusal, Refusal)
    assert refusal.danger is Danger.NO_HOST


def test_an_allowed_network_is_open_on_every_port_and_in_every_form():
    policy = EgressPolicy.parse(["10.1.0.0/16", "127.0.0.1/32", "169.254.169.254/32"])
    assert policy.verdict("shop.internal", 3000, ["10.1.2.3"]) == ("10.1.2.3",)
    assert policy.verdict("shop.internal", 3000, ["::ffff:10.1.2.3"]) == ("::ffff:10.1.2.3",)
    assert policy.verdict("metadata", 80, ["169.254.169.254"]) == ("169.254.169.254",)
    for outside in ("10.2.0.1", "127.0.0.2", "::1", "::ffff:10.2.0.1"):
        assert isinstance(policy.verdict("shop.internal", 80, [outside]), Refusal)


def test_an_allowed_server_does_not_admit_a_forbidden_teredo_client():
    assert isinstance(EgressPolicy.parse(["8.8.8.8/32"]).verdict("h", 80, [teredo_client("10.0.0.1")]), Refusal)


def test_an_allowed_name_may_be_private_but_never_a_metadata_service():
    policy = EgressPolicy.parse(allow_hosts=["Shop.Internal", "*.dev.internal"])
    assert policy.verdict("shop.internal", 3000, ["10.0.0.1", "127.0.0.1"]) == ("10.0.0.1", "127.0.0.1")
    assert policy.verdict("SHOP.internal.", 6379, ["8.8.8.8"]) == ("8.8.8.8",)
    assert policy.verdict("a.dev.internal", 80, ["100.64.0.1"]) == ("100.64.0.1",)
    for address in ("169.254.169.254", "169.254.1.1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "fd00:ec2::254"):
        refusal = policy.verdict("shop.internal", 80, [address])
        assert isinstance(refusal, Refusal)
        assert "ALLOW_HOSTS" not in refusal.message
    assert isinstance(policy.verdict("dev.internal", 80, ["10.0.0.1"]), Refusal)
    assert isinstance(policy.verdict("xshop.internal", 80, ["10.0.0.1"]), Refusal)


def test_an_allowed_host_may_be_an_address():
    policy = EgressPolicy.parse(allow_hosts=["127.0.0.1", "[::1]"])
    assert policy.verdict("0x7f.1", 3000, ["127.0.0.1"]) == ("127.0.0.1",)
    assert policy.verdict("::1", 3000, ["::1"]) == ("::1",)


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ({"allow_cidrs": ["10.0.0.1/8"]}, "host bits"),
        ({"allow_cidrs": ["shop"]}, "'shop'"),
        ({"allow_hosts": ["a b"]}, "'a b'"),
        ({"allow_hosts": ["*"]}, r"'\*'"),
    ],
)
def test_a_wrong_entry_is_named(lists, words):
    with pytest.raises(ValueError, match=words):
        EgressPolicy.parse(**lists)


@given(st.integers(0, 2**128 - 1).map(IPv6Address) | st.integers(0, 2**32 - 1).map(IPv4Address))
def test_whatever_is_let_through_is_global_unicast(address):
    allowed = OPEN.verdict("shop.example", 443, [str(address)])
    if not isinstance(allowed, Refusal) and isinstance(address, IPv4Address):
        assert address.is_global
        assert not address.is_multicast
