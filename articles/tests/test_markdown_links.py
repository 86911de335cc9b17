import string
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.markdown.links import SPONSORED_REL, Link, MarkerMissing, links, markdown_link, place_marker
from articles.markdown.render import render

HREF, ANCHOR = "https://example.org/guide", "a good guide"
UNRESERVED = string.ascii_letters + string.digits + "-._~"
NASTY = [
    "&", "&copy;", "&amp;", "&#35;", "(", ")", "[", "]", "'", '"', "*", "_", "__", "|", "~", "`", "^", "{", "}",
    "{{", "%}", "%20", "%5D", "%zz", ";", "=", "?", "#", "!", "$", "+", ",", "@", ":", "//", "ü", "路径", "🌱",
    ">", "<", "</a>",
]  # fmt: skip
urls = st.lists(st.sampled_from([*NASTY, *UNRESERVED]), max_size=25).map(
    lambda parts: "https://example.org/" + "".join(parts)
)
anchors = st.text(st.characters(categories=["L", "M", "N", "P", "S"], include_characters=" "), min_size=1, max_size=40)
befores = st.sampled_from(
    ["See ", "A `tick and ", "Wow!", "A note^", "(", "*", "**", "_", "~~", '"', "[a] ", "a < b ", "&", "1. ", ""]
)
afters = st.sampled_from([".", " and more.", "*", ")", "](x)", "{.a}", "!", " > c", "\n===", ""])


class _Anchors(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, str | None]] = []
        self.text = ""
        self._inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs))
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


@settings(deadline=None)
@given(urls, befores, afters)
@example("https://example.org/?a=1&copy=2&copy;=3", "See ", ".")
@example("https://example.org/a_(b)[c]'\"~*_|", "A `tick and ", ".")
def test_the_browser_gets_the_bought_address_byte_for_byte(href: str, before: str, after: str) -> None:
    body = place_marker(f"{before}[[LINK]]{ANCHOR}[[/LINK]]{after}", href, ANCHOR)

    rendered = _Anchors(render(body))

    assert rendered.found == [{"href": href, "rel": SPONSORED_REL}]
    assert rendered.text == ANCHOR


@settings(deadline=None)
@given(anchors, befores, afters)
@example("R&D &copy; [x] *a* `b` <i>", "See ", ".")
@example("^1", "A note^", ".")
def test_the_reader_gets_the_bought_words_character_for_character(anchor: str, before: str, after: str) -> None:
    body = f"{before.removesuffix('!').removesuffix('^')}{markdown_link(HREF, anchor)}{after}"

    rendered = _Anchors(render(body))

    assert rendered.found == [{"href": HREF, "rel": SPONSORED_REL}]
    assert rendered.text == anchor


def test_a_plain_link_reads_plainly() -> None:
    assert markdown_link(HREF, ANCHOR) == '[a good guide](<https://example.org/guide>){rel="sponsored noopener"}'


@pytest.mark.parametrize(
    "text",
    [
        "No marker.",
        "[[LINK]]a good guide",
        "a good guide[[/LINK]]",
        "[[LINK]]a good guide[[/LINK]] and [[LINK]]a good guide[[/LINK]]",
        "[[LINK]]another guide[[/LINK]]",
        "[[LINK]][[LINK]]a good guide[[/LINK]]",
    ],
)
def test_anything_but_one_pair_around_the_anchor_is_refused(text: str) -> None:
    with pytest.raises(MarkerMissing):
        place_marker(text, HREF, ANCHOR)


def test_a_composed_and_a_decomposed_anchor_are_the_same_words() -> None:
    placed = place_marker("Un [[LINK]]e\u0301tude utile[[/LINK]].", HREF, "\u00e9tude utile")

    assert links(placed)[0].text == "\u00e9tude utile"


def test_every_kind_of_link_is_read_in_order() -> None:
    body = (
        'One [inline](/a "title"), two [reference][r], three <https://auto.example/>.\n\n'
        '<p>Four <a href="/html" rel="nofollow" class="x">raw <b>HTML</b></a></p>\n\n'
        f"Five {markdown_link(HREF, ANCHOR)}, six <a href='/six'>inline HTML</a>.\n\n"
        "`[not](/code)`\n\n[r]: /reference\n"
    )

    assert links(body) == [
        Link("/a", "inline", "", 0, {"title": "title"}),
        Link("/reference", "reference", "", 0),
        Link("https://auto.example/", "https://auto.example/", "", 0),
        Link("/html", "raw HTML", "nofollow", 1, {"class": "x"}),
        Link(HREF, ANCHOR, SPONSORED_REL, 2),
        Link("/six", "inline HTML", "", 2),
    ]


def test_an_attribute_the_renderer_drops_is_still_reported() -> None:
    found = links('[a](/b){rel="nofollow" onclick="x" .c}')

    assert found == [Link("/b", "a", "nofollow", 0, {"onclick": "x", "class": "c"})]


def test_only_sponsored_links_are_paid() -> None:
    assert [link.is_paid for link in links(f'{markdown_link(HREF, ANCHOR)} [a](/b){{rel="nofollow"}}')] == [True, False]
