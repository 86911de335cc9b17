from typing import Any

import pytest

from articles.markdown.links import markdown_link
from articles.models import ArticleVersion
from backlinks.preview import preview_of

HREF, ANCHOR = 'https://example.com/?a=1&b="2"', "garden <notes>"


def html_of(before, after, anchor=ANCHOR) -> Any:
    link = markdown_link(HREF, anchor)
    version = ArticleVersion(
        change={"before": before, "after": after.replace("@", link)},
        backlink_metadata={"target_url": HREF, "anchor_text": anchor},
    )
    return preview_of(version)


def test_an_added_sentence_is_marked_and_the_link_stands_out():
    preview = html_of("Peas climb.", "Peas climb. See @.")

    assert preview.html == (
        "Peas climb.<ins> See "
        '<mark class="paid-link" title="https://example.com/?a=1&amp;b=&quot;2&quot;">garden &lt;notes&gt;</mark>'
        ".</ins>"
    )
    assert (preview.before, preview.readable_after) == ("Peas climb.", "Peas climb. See garden <notes>.")
    assert preview.after == f"Peas climb. See {markdown_link(HREF, ANCHOR)}."


def test_what_is_to_be_read_holds_no_markup_of_other_links_or_emphasis_either():
    preview = html_of("*Peas* [climb](https://example.org/).", "*Peas* [climb](https://example.org/). See @.")

    assert (preview.readable_before, preview.readable_after) == ("Peas climb.", "Peas climb. See garden <notes>.")
    assert preview.before == "*Peas* [climb](https://example.org/)."


def test_words_that_only_become_a_link_are_not_crossed_out():
    preview = html_of("Keep your garden notes dry.", "Keep your @ dry.", anchor="garden notes")

    assert "<del>" not in preview.html
    assert preview.html.startswith("Keep your <ins><mark")


def test_what_was_changed_is_told_word_by_word():
    preview = html_of("Peas climb high walls.", "Peas climb tall walls, as @ say.")

    assert "<del>high</del><ins>tall</ins>" in preview.html


@pytest.mark.parametrize("text", ["<script>alert(1)</script> & peas", "\ue000 private", "種を まく。土を 作る。"])
def test_nothing_of_the_article_becomes_markup(text):
    preview = html_of(text, text + " @")

    assert "<script" not in preview.html
    assert preview.html.count("<mark") == 1


def test_a_script_without_spaces_is_compared_letter_by_letter():
    preview = html_of("種をまく。", "種をよくまく。@")

    assert "<ins>よく</ins>" in preview.html
