import pytest

from articles.markdown.links import SPONSORED_REL, markdown_link
from articles.markdown.render import render


def test_a_paid_link_keeps_its_rel() -> None:
    html = render(f"Text with {markdown_link('https://example.org/?a=1&b=2', 'a good guide')}.\n")

    assert html == (
        f'<p>Text with <a href="https://example.org/?a=1&amp;b=2" rel="{SPONSORED_REL}">a good guide</a>.</p>\n'
    )


def test_a_paid_link_in_raw_html_keeps_its_rel() -> None:
    assert render('<p><a href="https://example.org" rel="sponsored noopener">x</a></p>') == (
        '<p><a href="https://example.org" rel="sponsored noopener">x</a></p>'
    )


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "Text <script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        '[x](/y){onclick="alert(1)" style="x"}',
        '<iframe src="https://example.org"></iframe>',
        "<style>p { color: red }</style>",
        '<svg onload="alert(1)"></svg>',
        '<p style="position: fixed" id="sign-in" class="x">text</p>',
        "![x](data:image/png;base64,AAAA)",
        '<form action="/orders/"><input name="x"></form>',
        '<meta http-equiv="refresh" content="0">',
    ],
)
def test_nothing_that_runs_frames_or_restyles_gets_through(source: str) -> None:
    html = render(source).lower()

    for banned in ("<script", "<style", "<iframe", "<svg", "<form", "<input", "<meta"):
        assert banned not in html
    for banned in (
        "onerror=",
        "onclick=",
        "onload=",
        'href="java',
        'href="data',
        'src="data',
        "style=",
        "id=",
        "class=",
    ):
        assert banned not in html


def test_front_matter_is_not_shown() -> None:
    assert render("\ufeff---\ntitle: x\n---\n# Hello\n") == "<h1>Hello</h1>\n"
    assert render('+++\ntitle = "x"\n+++\nHello\n') == "<p>Hello</p>\n"


def test_tables_strikethrough_code_and_footnotes_are_rendered() -> None:
    html = render("| a |\n|---|\n| ~~b~~ |\n\n```python\nx < 1\n```\n\nText[^1].\n\n[^1]: Note.\n")

    assert "<td><s>b</s></td>" in html
    assert '<pre><code class="language-python">x &lt; 1\n</code></pre>' in html
    assert '<sup><a href="#fn1" id="fnref1">[1]</a></sup>' in html
    assert '<li id="fn1">' in html
