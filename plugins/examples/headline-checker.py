"""A headline's length, capitals and shouting. The score loses 25 points for each finding."""

BAIT = ("you won't believe", "shocking", "this one trick", "will blow your mind", "what happened next")


def run(given):
    headline = given["headline"].strip()
    most = given.get("most_characters", 70)
    findings = []
    if not headline:
        findings.append("There is no headline.")
    if len(headline) > most:
        findings.append(f"It has {len(headline)} characters; search results show about {most}.")
    words = headline.split()
    loud = [word for word in words if len(word) > 3 and word.isupper()]
    if loud:
        findings.append(f"It shouts: {', '.join(loud[:3])}.")
    if "!" in headline or "??" in headline:
        findings.append("It has exclamation marks, or more than one question mark.")
    bait = [phrase for phrase in BAIT if phrase in headline.lower()]
    if bait:
        findings.append(f"It promises more than an article can keep: “{bait[0]}”.")
    return {"score": max(0, 100 - 25 * len(findings)), "findings": findings}
