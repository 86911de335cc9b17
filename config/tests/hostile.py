"""What people type who wish us ill, or whose keyboards are strange: one corpus for every field there is.

Whatever would be obeyed where it is not escaped carries an element, an attribute or a sum that can be looked for.
"""

from backlinks.tests.probing import obeyed, probe

SUM, RESULT = "7331*7", str(7331 * 7)
CORPUS = {
    "everything at once": probe("any"),
    "a script": "<script>alert('probe-script')</script>",
    "an attribute": "\"'><probe-attribute onfocus=alert(1) autofocus>",
    "an event": "<img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "a template": f"{{{{{SUM}}}}}${{{SUM}}}#{{{SUM}}}<%={SUM}%>{{% debug %}}",
    "a query": "'); DROP TABLE accounts_user; --",
    "a header": "one\r\nBcc: everybody@evil.example\r\n\r\n<probe-header>",
    "a null": "a\x00b",
    "right to left": "\u202egpj.exe\u2066\u202d",
    "nothing to see": "\u200b\u200d\ufeff\u00ad",
    "beyond the first plane": "👩‍👩‍👧‍👦🏴‍☠️𝔘𠜎",
    "very long": "long " * 20_000,
    "one very long word": "x" * 5_000,
    "half a character": "\ud800\udfff\udc00",
    "an escape": "\\ud800\\u0000%00%0d%0a&#0;",
    "a path": "../../../../etc/passwd\\..\\..",
    "a formula": '=HYPERLINK("https://evil.example","probe")',
    "a formula after a tab": "\t+1+1",
    "Markdown": "[a](javascript:alert(1)) ![b](https://evil.example/x.png) <probe-markdown>\n# c\n| d |",
    "JSON": '{"__proto__": {"a": [[[[]]]]}, "n": NaN}',
    "a number too great": "9" * 40,
    "a number below": "-1",
    "control characters": "".join(map(chr, [*range(1, 32), *range(127, 160)])),
    "blank": " \t\u00a0\u2003",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harm(page: str) -> list[str]:
    """What a browser would obey in it, and sums that a template has done."""
    return [*obeyed(page), *([RESULT] if RESULT in page else [])]
