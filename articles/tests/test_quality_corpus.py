from pathlib import Path

import pytest

from articles.corpus_report import ANCHORS, Assignment, Edit, changed_in_one_block, report
from articles.quality.anchors import anchor_problems
from articles.tests.writer import SENTENCES, add_sentence

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLES = ROOT / "articles" / "sample_articles"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder of real posts (../shared/corpus) is not here")
def test_every_real_post_is_integrated_or_refused_with_a_reason() -> None:
    found = report(CORPUS, add_sentence)

    print(f"\n{found}")
    assert (found.posts, found.byte_exact) == (88, 88)
    assert found.violations == []
    assert found.integrated == found.eligible == 71
    assert found.refused == {"too_short": 15, "no_paragraph": 2}


def test_the_sample_articles_are_integrated_too() -> None:
    found = report(SAMPLES, add_sentence)

    assert (found.posts, found.integrated, found.refused, found.violations) == (8, 7, {"too_short": 1}, [])


def test_a_writer_that_spoils_its_paragraph_is_a_violation_with_its_reasons() -> None:
    def shorten(assignment: Assignment) -> Edit:
        paragraph = assignment.paragraphs[0]
        return Edit(paragraph.id, "add_sentence", f"So it is with [[LINK]]{assignment.anchor}[[/LINK]].")

    found = report(SAMPLES, shorten)

    assert (found.integrated, len(found.violations)) == (0, 7)
    assert "sentences_kept" in found.violations[0]
    assert found.failed_checks["sentences_kept"] == 21


def test_a_writer_is_told_what_failed_and_gets_three_attempts() -> None:
    told: list[list[str]] = []

    def learn(assignment: Assignment) -> Edit:
        told.append([check.check for check in assignment.failed])
        edit = add_sentence(assignment)
        extra = "" if len(assignment.tried) == 2 else " One. Two."
        return Edit(edit.paragraph_id, edit.mode, edit.new_text + extra)

    found = report(SAMPLES, learn)

    assert found.attempts == {3: 7}
    assert told[:3] == [[], ["added_sentences"], ["added_sentences"]]


def test_a_writer_that_forgets_the_marker_is_a_violation() -> None:
    found = report(SAMPLES, lambda assignment: Edit(assignment.paragraphs[0].id, "wrap", "No link at all."))

    assert (found.integrated, found.failed_checks) == (0, {"marker": 21})


@pytest.mark.parametrize(
    ("before", "after", "one"),
    [
        (b"a\n\nb\n\nc\n", b"a\n\nb x\n\nc\n", True),
        (b"a\n\nb\n\nc\n", b"a\n\nb\nx\n\nc\n", True),
        (b"a\n\nb\n\nc\n", b"a\n\nb\n\nx\n\nc\n", False),
        (b"a\n\nb\n\nc\n", b"a x\n\nb x\n\nc\n", False),
        (b"a\r\n\r\nb\r\n", b"a x\r\n\r\nb x\r\n", False),
        (b"a\r\rb\r", b"a x\r\rb x\r", False),
        (b"a\n \nb\n", b"a x\n \nb x\n", False),
        (b"a\n", b"a\n", False),
    ],
)
def test_what_lies_within_one_block_is_told_from_bytes_alone(before: bytes, after: bytes, one: bool) -> None:
    assert changed_in_one_block(before, after) is one


@pytest.mark.parametrize("language", ANCHORS)
def test_the_reports_own_anchors_could_be_sold(language: str) -> None:
    assert anchor_problems(ANCHORS[language], language=language) == []
    assert language in SENTENCES


def test_the_report_prints_every_figure() -> None:
    printed = str(report(SAMPLES, add_sentence))

    for line in (
        "posts                8",
        "eligible             7",
        "refused              1  (too_short: 1)",
        "violations           0",
    ):
        assert line in printed
