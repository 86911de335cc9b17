import pytest

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
