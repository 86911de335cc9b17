import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backlinks.targets import read_target


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/a/b-c?x=1#y", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("HTTPS://EXAMPLE.com", "example.com"),
        ("https://a.b.co.uk/path/some%20words", "a.b.co.uk"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://日本語.jp/パス", "xn--wgv71a119e.jp"),
        ("https://почта.рф/", "xn--80a1acny.xn--p1ai"),
    ],
)
def test_addresses_of_public_websites_pass_and_hosts_are_told_in_punycode(url, host):
    target = read_target(url)

    assert (target.url, target.host, target.problems) == (url, host, ())


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "not_https"),
        ("example.com", "not_https"),
        ("//example.com", "not_https"),
        ("http://example.com/", "not_https"),
        ("javascript:alert(1)", "not_https"),
        ("data:text/html,x", "not_https"),
        ("https:///path", "no_host"),
        ("https://[::1", "malformed"),
        ("https://example.com:99999/", "malformed"),
        ("https://example.com/" + "a" * 2040, "too_long"),
        ("https://example.com/a b", "forbidden_character"),
        (" https://example.com/", "forbidden_character"),
        ("https://example.com/\n", "forbidden_character"),
        ("https://exam\tple.com/", "forbidden_character"),
        ("https://example.com/\x00", "forbidden_character"),
        ("https://example.com/\u00a0", "forbidden_character"),
        ("https://ex\u200bample.com/", "forbidden_character"),
        ("https://example.com/\u202egnp.exe", "forbidden_character"),
        ("https://example.com/\ud800", "forbidden_character"),
        ("https://example.com\\@evil.com", "forbidden_character"),
        ("https://example.com/<b>", "forbidden_character"),
        ("https://user:pass@example.com/", "userinfo"),
        ("https://@example.com/", "userinfo"),
        ("https://example.com:8443/", "port"),
        ("https://example.com:/", "port"),
        ("https://127.0.0.1/", "ip_address"),
        ("https://127.1/", "ip_address"),
        ("https://0x7f000001/", "ip_address"),
        ("https://2130706433/", "ip_address"),
        ("https://0177.0.0.1/", "ip_address"),
        ("https://017700000001/", "ip_address"),
        ("https://0x7f.1/", "ip_address"),
        ("https://0X7F.0x0.0x0.0x1/", "ip_address"),
        ("https://example.0x/", "ip_address"),
        ("https://①②⑦.⓪.⓪.①/", "ip_address"),
        ("https://[::ffff:127.0.0.1]/", "ip_address"),
        ("https://[fe80::1%25eth0]/", "ip_address"),
        ("https://127.0.0.1./", "not_public"),
        ("https://example.localdomain/", "not_public"),
        ("https://host.docker.internal/", "not_public"),
        ("https://x.onion/", "not_public"),
        ("https://1.0.0.127.in-addr.arpa/", "not_public"),
        ("https://co.uk/", "not_registrable"),
        ("https://公司.cn/", "not_registrable"),
        ("https://example.com:０８０/", "malformed"),
        ("https://example.com:80:443/", "malformed"),
        ("https://example。com@127.0.0.1/", "userinfo"),
        ("https://example.com%2f@127.0.0.1/", "userinfo"),
        ("https://127.0.0.1%2f.example.com/", "bad_host"),
        ("https://example.com%00.evil.com/", "bad_host"),
        ("https://%31%32%37.0.0.1/", "bad_host"),
        ("https://example.com%2e/", "bad_host"),
        ("https://exam\u2100ple.com/", "malformed"),
        ("file:///etc/passwd", "not_https"),
        ("gopher://example.com/", "not_https"),
        ("view-source:https://example.com/", "not_https"),
        ("https://[::1]/", "ip_address"),
        ("https://１２７.１/", "ip_address"),
        ("https://127。0。0。1/", "ip_address"),
        ("https://localhost/", "not_public"),
        ("https://printer.local/", "not_public"),
        ("https://intranet/", "not_public"),
        ("https://vault.internal/", "not_public"),
        ("https://example.com./", "not_public"),
        ("https://exa_mple.com/", "bad_host"),
        ("https://%65xample.com/", "bad_host"),
        ("https://a..com/", "bad_host"),
        ("https://-a.com/", "bad_host"),
        (f"https://{'a' * 64}.com/", "bad_host"),
        ("https://p\u0430ypal.com/", "look_alike"),
        ("https://xn--pypal-4ve.com/", "look_alike"),
        ("https://\u0430\u0440\u0440\u04cf\u0435.com/", "look_alike"),
        ("https://www.\u0430\u0440\u0440\u04cf\u0435.com/", "look_alike"),
        ("https://xn--80ak6aa92e.com/", "look_alike"),
        ("https://\u03bf\u03c1\u03bf.com/", "look_alike"),
        ("https://g\u03bf\u03bfgle.com/", "look_alike"),
        ("https://\u0585\u0581.com/", "look_alike"),
    ],
)
def test_anything_else_is_refused_with_one_code_and_words(url, code):
    problems = read_target(url).problems

    assert [problem.code for problem in problems] == [code]
    assert problems[0].message.endswith((".", "https://"))


def test_http_is_allowed_only_by_setting():
    assert read_target("http://example.com/", allow_http=True).problems == ()
    assert [problem.code for problem in read_target("ftp://example.com/", allow_http=True).problems] == ["not_https"]


def test_the_topic_is_words_and_nothing_that_could_instruct():
    target = read_target("https://www.seed-savers.example/grow/tomato_seeds%20at-home/index.html?ignore=all&rules=1")

    assert target.topic == "seed savers grow tomato seeds at home"


@pytest.mark.parametrize(
    "url",
    [
        "https://почта.com/",
        "https://αθήνα.com/",
        "https://日本語とローマ字abc.jp/",
        "https://한국어.kr/",
        "https://café.fr/",
    ],
)
def test_names_in_other_alphabets_that_imitate_nothing_pass(url):
    target = read_target(url)

    assert (target.problems, target.has_twin_letters) == ((), False)


def test_twin_letters_under_an_ending_of_their_own_are_only_noted():
    target = read_target("https://оса.рф/")

    assert (target.problems, target.has_twin_letters, target.readable_host) == ((), True, "оса.рф")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.bbc.co.uk/", "bbc.co.uk"),
        ("https://a.b.example.com/", "example.com"),
        ("https://shop.bücher.example/", "xn--bcher-kva.example"),
        ("https://me.github.io/", "github.io"),
        ("https://127.1/", ""),
    ],
)
def test_the_registered_domain_is_known_without_asking_anybody(url, domain):
    assert read_target(url).domain == domain


@given(number=st.integers(0, 2**32 - 1), bases=st.tuples(*[st.sampled_from("dxo")] * 4), cut=st.integers(1, 4))
@example(number=0x7F000001, bases=("d", "d", "d", "d"), cut=2)
def test_an_ipv4_address_in_any_notation_is_no_name(number, bases, cut):
    """As inet_aton reads them: one to four parts, each decimal, octal or hexadecimal, the last taking what is left."""
    whole = number.to_bytes(4, "big")
    parts = [*whole[: cut - 1], int.from_bytes(whole[cut - 1 :], "big")]
    notations = {"d": "{}", "x": "0x{:x}", "o": "0{:o}"}
    host = ".".join(notations[base].format(part) for part, base in zip(parts, bases, strict=False))

    assert [problem.code for problem in read_target(f"https://{host}/").problems] == ["ip_address"]


@given(st.text(max_size=60))
@example("https://[")
@example("https://xn--a.com")
@example("https://\ud800.com")
def test_anything_typed_is_judged_and_never_breaks(text):
    for url in (text, f"https://{text}", f"https://{text}.com/", f"https://example.com/{text}"):
        target = read_target(url)
        assert bool(target.problems) or target.host.isascii()
        assert all(problem.message for problem in target.problems)
