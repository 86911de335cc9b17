from pathlib import Path

import pytest

from articles.markdown.links import links, markdown_link
from articles.quality.density import host_of, links_to_host, slots_for
from articles.quality.linkability import assess

SENTENCE = "This sentence has exactly ten words and ends like prose. "
PARAGRAPH = (SENTENCE * 10).strip()  # 100 words
PAID = markdown_link("https://paid.example/", "a paid link")


def article(paragraphs: int) -> str:
    return "\n\n".join([PARAGRAPH] * paragraphs) + "\n"


@pytest.mark.parametrize(("words", "slots"), [(0, 0), (399, 0), (400, 1), (799, 1), (800, 2), (1200, 3), (9000, 3)])
def test_one_link_per_400_words_and_three_at_most(words: int, slots: int) -> None:
    assert slots_for(words) == slots


def test_an_article_says_how_much_room_it_has() -> None:
    found = assess(article(8), language="en")

    assert (found.linkable, found.code) == (True, "linkable")
    assert (found.slots, found.free, found.eligible) == (2, 2, 6)
    assert found.message == "This article can take 2 more paid links."


def test_a_short_article_is_refused_with_its_length() -> None:
    found = assess(article(3), language="en")

    assert (found.linkable, found.code, found.slots, found.free) == (False, "too_short", 0, 0)
    assert "about 300 words" in found.message


def test_an_article_without_plain_prose_is_refused() -> None:
    body = "\n".join(f"- {SENTENCE}" for _ in range(50))

    found = assess(body, language="en")

    assert (found.linkable, found.code, found.eligible) == (False, "no_paragraph", 0)


@pytest.mark.parametrize("taken", [1, 2])
def test_sold_links_that_are_not_live_take_their_slots(taken: int) -> None:
    found = assess(article(8), language="en", taken_slots=taken)

    assert found.free == 2 - taken
    assert found.code == ("linkable" if taken < 2 else "no_slot_left")


def test_a_live_link_is_counted_once_although_it_is_also_taken() -> None:
    body = article(8).replace(SENTENCE.strip(), f"This sentence carries {PAID} and has some more words.", 1)

    assert assess(body, language="en").free == 1
    assert assess(body, language="en", taken_slots=1).free == 1
    assert assess(body, language="en", taken_slots=2).code == "no_slot_left"


def test_every_pending_link_needs_a_paragraph_of_its_own() -> None:
    lists = "\n".join(f"- {SENTENCE}" for _ in range(100))
    body = f"{PARAGRAPH}\n\n{PARAGRAPH}\n\n{lists}\n"

    assert assess(body, language="en").free == 1
    assert assess(body, language="en", taken_slots=1).code == "no_slot_left"


@pytest.mark.parametrize("host", ["example.org", "www.example.org", "EXAMPLE.org"])
def test_a_host_the_article_links_to_is_refused(host: str) -> None:
    body = article(8) + "\nThe end, with [a link](https://www.example.org/page).\n"

    found = assess(body, language="en", target_host=host)

    assert (found.linkable, found.code) == (False, "target_already_linked")


def test_another_host_is_welcome() -> None:
    body = article(8) + "\nThe end, with [a link](https://www.example.org/page).\n"

    assert assess(body, language="en", target_host="blog.example.org").linkable


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org:443/a", "example.org"),
        ("//example.org/a", "example.org"),
        ("/a", ""),
        ("mailto:a@example.org", ""),
        ("https://[not-an-address/", ""),
        ("https://BÜCHER.de/a", "xn--bcher-kva.de"),
        ("https://xn--bcher-kva.de/a", "xn--bcher-kva.de"),
        ("https://example。com/a", "example.com"),
        ("https://example.com./a", "example.com"),
    ],
)
def test_a_host_is_read_from_any_url(url: str, host: str) -> None:
    assert host_of(url) == host


def test_no_host_matches_no_link() -> None:
    assert links_to_host(links("[a](/b) [c](https://example.org)"), "") == []


def test_the_sample_articles_take_what_they_are_meant_to_take() -> None:
    folder = Path(__file__).parents[1] / "sample_articles"
    languages = {"cuidar-la-cadena": "es", "garten-im-schatten": "de"}

    free = {
        path.stem: assess(path.read_text(encoding="utf-8"), language=languages.get(path.stem, "en")).free
        for path in folder.glob("*.md")
    }

    assert free == {
        "cuidar-la-cadena": 1,
        "garten-im-schatten": 1,
        "meetings-across-time-zones": 2,
        "names-for-your-home-network": 1,
        "newsletter-moves-to-thursday": 0,
        "saving-seed": 3,
        "sourdough-on-a-schedule": 1,
        "winter-commuter-bike": 3,
    }
