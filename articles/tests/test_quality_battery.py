from dataclasses import replace

import pytest

from articles.quality.battery import CHECKS, examine
from articles.quality.results import Certificate, CheckResult
from articles.tests.link_cases import (
    ADDED,
    ANCHOR,
    BASE,
    CORRUPTORS,
    WARNING_CORRUPTORS,
    Corruptor,
    clean_case,
)


def test_the_clean_case_passes_every_check() -> None:
    certificate = examine(clean_case())

    assert [result.check for result in certificate.results if not result.passed] == []
    assert certificate.passed


@pytest.mark.parametrize("anchor", ["a large language model guide", "as an AI language model", "the link here"])
def test_the_words_that_were_bought_are_no_remark_of_a_model(anchor: str) -> None:
    case = clean_case(added=ADDED.replace(ANCHOR, anchor))

    assert [result.check for result in examine(replace(case, anchor=anchor)).failed] == []


@pytest.mark.parametrize("corruptor", CORRUPTORS, ids=lambda corruptor: corruptor.check)
def test_a_broken_rule_is_caught_and_named(corruptor: Corruptor) -> None:
    certificate = examine(corruptor.corrupt(clean_case()))

    assert not certificate.passed
    assert {result.check for result in certificate.failed} == {corruptor.check} | corruptor.also


@pytest.mark.parametrize("corruptor", WARNING_CORRUPTORS, ids=lambda corruptor: corruptor.check)
def test_a_warning_is_given(corruptor: Corruptor) -> None:
    certificate = examine(corruptor.corrupt(clean_case()))

    assert corruptor.check in {result.check for result in certificate.warnings}


def test_every_blocking_check_has_a_corruptor_and_every_warning_too() -> None:
    assert {item.check for item in CORRUPTORS} == {check.name for check in CHECKS if check.blocking}
    assert {item.check for item in WARNING_CORRUPTORS} == {check.name for check in CHECKS if not check.blocking}


def test_names_are_unique_and_every_finding_can_be_read() -> None:
    results = examine(clean_case()).results

    assert len({result.check for result in results}) == len(results) == len(CHECKS)
    assert all(result.measured and result.limit for result in results)


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_change_no_verdict(ending: str) -> None:
    case = clean_case()
    paragraph = case.change.before.replace("\n", ending)

    certificate = examine(clean_case(BASE.replace("\n", ending), paragraph))

    assert [result.check for result in certificate.failed] == []


@pytest.mark.parametrize("candidate", ["", "\n\n\n", "Only this.\n", "<div>", "- a\n- b\n"])
def test_a_wrecked_candidate_fails_without_an_exception(candidate: str) -> None:
    certificate = examine(replace(clean_case(), candidate=candidate))

    assert {"outside_identical", "one_block_changed", "one_new_link"} <= {item.check for item in certificate.failed}


def test_a_warning_never_blocks() -> None:
    good = CheckResult("a", True, "1", "1")
    warned = CheckResult("b", False, "2", "1", blocking=False)

    certificate = Certificate((good, warned))

    assert certificate.passed
    assert certificate.warnings == [warned]
    assert certificate.to_json()[1] == {
        "check": "b", "passed": False, "measured": "2", "limit": "1", "blocking": False,
    }  # fmt: skip


def test_measures_are_words_and_figures() -> None:
    measured = {result.check: result.measured for result in examine(clean_case()).results}

    assert measured["one_new_link"] == "1 new"
    assert measured["density"] == "1 paid in 472 words"
    assert measured["added_words"] == "14 added"
    assert measured["target_new"] == "no earlier link to gates.example.com"
