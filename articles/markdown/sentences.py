"""Where one sentence ends and the next begins.

It must never be taken for linguistics: it compares a paragraph with its own next version, split by the same rule,
so that a doubtful boundary is doubtful on both sides. That is why it is a rule of our own: pysbd knows neither
Korean nor Thai and takes milliseconds a paragraph, this takes microseconds and treats every language alike.
"""

import regex

_END = regex.compile(
    r"""(?: [。！？｡]+ ["'”’»)\]」』）】]*                      # full-width: no space follows
        | [.!?…।॥؟۔។៕။።։]+ ["'”’»)\]」』）]* (?= \s | \Z ) )""",
    regex.VERBOSE,
)
_WORD_BEFORE = regex.compile(r"[\p{L}\p{M}\p{N}.]+\Z")
_INITIAL = regex.compile(r"(?:\p{Lu}|\p{L}(?:\.\p{L})+)\Z")
_ABBREVIATION = regex.compile(
    r"mrs?|ms|dr|prof|st|vs|jr|sr|inc|ltd|corp|dept|approx|gen|gov|sen|rep|rev|hon"
    r"|bzw|ca|ggf|vgl|sog|bspw|evtl|zzgl|inkl|mme|mlle|sra|dra|uds?|pág|гг?|ул|рис|см|др|им|тыс|млн"
)
_BEFORE_A_NUMBER = regex.compile(r"no|nr|fig|pp?|vol|ch|art|sec|núm|pág|стр|№")
_NO_FULL_STOP = regex.compile(r"[\p{Thai}\p{Lao}]")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, without the white space around it."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_here(text, start, match.start(), match.end()):
            spans.append(_trimmed(text, start, match.end()))
            start = match.end()
    if text[start:].strip():
        spans.append(_trimmed(text, start, len(text)))
    return spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def ends_like_a_sentence(text: str) -> bool:
    """Whether `text` ends with a full stop of its script; always true for Thai and Lao, which write none."""
    text = text.rstrip()
    if _NO_FULL_STOP.search(text[-40:]):
        return True
    return any(match.end() == len(text) for match in _END.finditer(text, max(0, len(text) - 8)))


def _ends_here(text: str, start: int, stop: int, end: int) -> bool:
    following = text[end:].lstrip()[:1]
    if following.islower():
        return False
    if text[stop:end] != ".":
        return True
    before = _WORD_BEFORE.search(text, start, stop)
    word = before.group().strip(".") if before else ""
    if following.isdigit() and _BEFORE_A_NUMBER.fullmatch(word.lower()):
        return False
    return not (_ABBREVIATION.fullmatch(word.lower()) or _INITIAL.fullmatch(word))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
