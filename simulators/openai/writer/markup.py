"""Which stretches of a paragraph's Markdown source are not plain prose, and where its sentences end.

Whatever stands in such a stretch is the author's; the writer must never put anything inside one.
"""

import re
from dataclasses import dataclass

LINK = r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])?(?:\{[^{}]*\})?|<[^<>\s][^<>]*>|https?://\S+"
LINKS = re.compile(LINK)
OPAQUE = re.compile(
    r"(?P<fence>`+)(?!`).+?(?<!`)(?P=fence)(?!`)"
    rf"|{LINK}"
    r"|\{\{.*?\}\}|\{%.*?%\}"
    r"|(?<![\w*])\*\*(?=\S).+?(?<=\S)\*\*|(?<![\w_])__(?=\S).+?(?<=\S)__(?!\w)"
    r"|(?<![\w*])\*(?=[^\s*]).+?(?<=[^\s*])\*(?!\*)|(?<![\w_])_(?=[^\s_]).+?(?<=[^\s_])_(?!\w)"
    r"|~~.+?~~|&#?\w+;",
    re.DOTALL,
)
QUOTED = re.compile(r'"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」', re.DOTALL)
CLOSERS = r"[\"'”’»)\]」』）*_]*"
WIDE_END = re.compile(rf"[。！？।॥]+{CLOSERS}")
END = re.compile(rf"[.!?؟…]+{CLOSERS}(?:\[\^[^\]]+\])*(?=\s|$)")
ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"“„«])(?:[^\W\d_]|e\.g|i\.e|etc|vs|cf|mr|mrs|ms|dr|prof|st|no|fig|approx|inc|ltd|jr|sr"
    r"|z\.\s?b|d\.\s?h|u\.\s?a|bzw|ca|vgl|nr|bspw|ggf|evtl|usw|bzgl|abs"
    r"|p\.\s?ex|mme|mlle|art|sra|ud|uds|pág|т\.\s?е|т\.\s?д|т\.\s?п|т\.\s?к|см|др|пр|рис|\d{1,2})\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Span:
    start: int
    end: int

    def holds(self, start: int, end: int) -> bool:
        """True when the two stretches have a character in common."""
        return self.start < end and start < self.end


def opaque_spans(text: str) -> list[Span]:
    """Code, links, images, HTML, template tags, emphasis and entities."""
    return [Span(*match.span()) for match in OPAQUE.finditer(text)]


def quoted_spans(text: str) -> list[Span]:
    return [Span(*match.span()) for match in QUOTED.finditer(text)]


def has_link(text: str) -> bool:
    return LINKS.search(text) is not None


def sentences(text: str) -> list[Span]:
    """The sentences in order, without the white space between them; the last may lack its full stop."""
    spans, start = [], 0
    for end in [*_ends(text), len(text)]:
        stretch = text[start:end]
        if stretch.strip():
            lead = len(stretch) - len(stretch.lstrip())
            spans.append(Span(start + lead, start + len(stretch.rstrip())))
        start = end
    return spans


def _ends(text: str) -> list[int]:
    opaque = opaque_spans(text)
    matches = sorted([*WIDE_END.finditer(text), *END.finditer(text)], key=lambda match: match.end())
    return [match.end() for match in matches if _ends_sentence(text, match, opaque)]


def _ends_sentence(text: str, match: re.Match[str], opaque: list[Span]) -> bool:
    if any(span.start < match.start() and match.end() < span.end for span in opaque):
        return False
    after = text[match.end() :].lstrip()
    if after[:1].islower():
        return False
    return match[0][0] != "." or ABBREVIATION.search(text[: match.start() + 1]) is None
