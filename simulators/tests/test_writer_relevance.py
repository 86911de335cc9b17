"""BM25 over a handful of paragraphs, in scripts with and without spaces."""

from simulators.openai.writer.relevance import scores, shared_words


def test_the_paragraph_on_the_subject_scores_highest() -> None:
    found = scores(
        "accessible web design",
        [
            ("", "Our budget was small."),
            ("", "Design for access: every web page is tested."),
            ("", "The web is large."),
        ],
    )

    assert found[0] == 0.0
    assert found[1] > found[2] > 0.0


def test_a_heading_counts_too() -> None:
    found = scores("accessibility", [("Accessibility", "We began late."), ("Money", "We began late.")])

    assert found[0] > found[1] == 0.0


def test_rare_words_weigh_more_than_common_ones() -> None:
    texts = [("", "the project grows with licences"), ("", "the project grows"), ("", "the project ends")]

    found = scores("project licences", texts)

    assert found[0] > found[1]


def test_chinese_is_compared_by_pairs_of_characters() -> None:
    found = scores("开源许可证", [("", "我们讨论预算。"), ("", "开源项目需要许可协议。")])

    assert found[0] == 0.0
    assert found[1] > 0.0


def test_shared_words_are_told_in_the_querys_own_spelling() -> None:
    assert shared_words("Accessible web designs for you", "We design the WEB.") == ["web", "designs"]
    assert shared_words("开源许可证指南", "选择许可证，做开源。") == ["开源", "许可证"]
    assert shared_words("nothing here", "at all") == []
