import pytest

from backlinks.reputation import SAMPLE, Denial, MalformedList, Unknown, denial_of, read_lists
from backlinks.targets import read_target
from backlinks.vetting import LISTS_AWAY, vet


class Away:
    """A reputation service that cannot be reached."""

    def denial_of(self, host):
        raise Unknown("the service is away")


class Distrusting:
    """One that knows better than our lists."""

    def denial_of(self, host):
        return Denial("phishing", host)


def test_a_domain_is_denied_with_everything_below_it_and_nothing_beside_it():
    assert denial_of("casino.example") == Denial("gambling", "casino.example")
    assert denial_of("a.b.casino.example") == Denial("gambling", "casino.example")
    for other in ("notcasino.example", "casino.example.com", "example"):
        assert denial_of(other) is None


def test_only_the_categories_of_the_setting_are_denied(settings):
    settings.TARGET_DENIED_CATEGORIES = ["malware"]

    assert denial_of("casino.example") is None
    assert denial_of("wicar.org") == Denial("malware", "wicar.org")


def test_the_operators_file_is_read_besides_ours(settings, tmp_path):
    own = tmp_path / "denied.txt"
    own.write_text("# ours\nRival.example denied\ncasino.example malware\n\n", encoding="utf-8")
    settings.TARGET_DENY_FILE = str(own)

    assert denial_of("www.rival.example") == Denial("denied", "rival.example")
    assert denial_of("bit.ly") == Denial("shortener", "bit.ly")


@pytest.mark.parametrize("line", ["rival.example", "rival.example denied too"])
def test_a_malformed_line_is_named(tmp_path, line):
    own = tmp_path / "denied.txt"
    own.write_text(f"a.example denied\n{line}\n", encoding="utf-8")

    with pytest.raises(MalformedList, match="line 2: not a domain and a category"):
        read_lists(str(own))


def test_every_domain_of_the_sample_is_one_that_could_be_bought():
    categories = {word for words in read_lists("").values() for word in words}

    assert SAMPLE.exists()
    for domain in read_lists(""):
        assert read_target(f"https://{domain}/").host == domain
    assert categories == {"malware", "shortener", "any-address", "gambling", "counterfeits", "phishing", "adult"}


def test_another_service_takes_the_place_of_the_lists(settings):
    settings.TARGET_REPUTATION = f"{__name__}.Distrusting"

    assert denial_of("example.com") == Denial("phishing", "example.com")


@pytest.mark.django_db
def test_a_service_that_is_away_warns_and_stops_nothing(settings):
    settings.TARGET_REPUTATION = f"{__name__}.Away"

    verdict = vet("https://shop.example.com/")

    assert verdict.is_safe
    finding = verdict.findings[1]
    assert (finding.check, finding.passed, finding.message) == ("target_reputation", False, LISTS_AWAY)
