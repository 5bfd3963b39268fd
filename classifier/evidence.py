"""Evidence for the quality criteria: the sentence of a text that speaks for a rating.

Cues are patterns whose words leave little doubt ("drawn by lot", "must reply"). A wrong pre-filled answer
costs more trust than one more question, so a cue stays only while it is right in at least 85 of 100
sentences that a reader has judged (`precision`, and `tests/test_evidence.py`); what has no such cue is asked.
Scales: codebook, section 5, after Loeffler (2021), doi 10.1007/978-3-030-55509-2_2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from classifier.dataset import Case
from classifier.text import Reading, Span, read


@dataclass(frozen=True)
class Cue:
    """A pattern that speaks for one rating of one criterion, unless another pattern is there too."""

    criterion: str
    rating: int
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None

    def speaks(self, sentence: str) -> bool:
        """Whether a sentence holds the cue."""
        return bool(self.pattern.search(sentence)) and not (self.unless and self.unless.search(sentence))


@dataclass(frozen=True)
class Found:
    """A sentence (a span of the repaired text) that speaks for a rating of a criterion."""

    criterion: str
    rating: int
    span: Span


def _cue(criterion: str, rating: int, *patterns: str, unless: tuple[str, ...] = ()) -> Cue:
    """A cue from regular expressions, any of which speaks as whole words."""

    def any_of(alternatives: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(alternatives)})", re.IGNORECASE)

    return Cue(criterion, rating, any_of(patterns), any_of(unless) if unless else None)


_PEOPLE = (
    "(?:residents|citizens|members|villagers|inhabitants|parents|tenants|users|pupils|voters|delegates|people"
    "|participants|households|neighbours|farmers|fishers)"
)
_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_FEW = "(?:two|three|four|five|six|seven|eight|[2-8])"
_NUMBER = r"[\d.,]+"
_SHARE = r"[\d.,]+ ?(?:%|per ?cent)"
_MOVED = "(?:fell|dropped|rose|grew|increased|declined|decreased|climbed|went|gone|down|up|halved)"
_OWES = (
    "(?:must|ha[sd] to|have to|(?:is|was|are|were) (?:obliged|required|bound) to|undertook to"
    "|committed (?:itself )?to|promised to|pledged to) (?:publicly |formally |officially )?"
)

# In order: the first cue of a criterion that speaks decides.
CUES = (
    _cue(
        "reach",
        3,
        r"(?:randomly|at random) (?:selected|chosen|recruited|drawn|picked|sampled|sorted)\b",
        r"(?:chosen|drawn|selected|picked|recruited) (?:at random|by (?:civic )?lot(?:tery)?|randomly)\b",
        r"random(?:ly)? (?:selection|sampling|sample|stratified)\b",
        r"stratified (?:random )?(?:sample|sampling|selection)\b",
        r"sortition\b",
        r"representative sample\b",
        unless=("address(?:es)? (?:was|were) drawn", "spot checks?", "audit"),
    ),
    _cue(
        "continuity",
        3,
        rf"(?:every|each) (?:second |other |first |last |third )?(?:week|month|year|fortnight|{_DAY})\b",
        r"(?:every|each) (?:spring|summer|autumn|winter)\b",
        r"(?:annual|yearly|weekly|monthly|quarterly|fortnightly) (?:meeting|session|round)s?\b",
        r"(?:annual|yearly|weekly|monthly|quarterly) (?:forum|assembly|assemblies|congress|process|cycle)\b",
        r"(?:meets?|convenes?|sits) (?:annually|yearly|weekly|monthly|quarterly|every|each|once a)\b",
        r"(?:standing|permanent) (?:body|panel|council|committee|assembly|forum|commission|citizens)\b",
        unless=(
            "for (?:two|three|four|a few) (?:years|months)",
            r"until (?:19|20)\d\d",
            r"from (?:19|20)\d\d to",
            r"(?:autumn|winter|spring|summer) (?:of )?(?:19|20)\d\d",
            r"\w+ (?:weekly|monthly) (?:sessions|meetings)",
            "reporting every",
            "leaders of each",
            "newsletter",
            "was (?:discontinued|dissolved)",
        ),
    ),
    _cue(
        "continuity",
        0,
        r"(?:one-day|single-day|one-off|one-time) (?!job|payment|grant|cost|fee)\w+",
        r"in a single (?:day|evening|session|sitting|afternoon)\b",
        r"(?:met|held|came together|gathered|deliberated) (?:only )?(?:once|for (?:one|a) (?:day|evening))\b",
        r"one evening of ",
    ),
    _cue(
        "continuity",
        1,
        rf"(?:over|on|during|for|across) {_FEW} (?:long |full )?(?:evenings|weekends|{_DAY}s)\b",
        rf"(?:over|on|during|for|across) {_FEW} (?:sessions|meetings|workshops|sittings)\b",
        unless=("train(?:ed|ing)", "course", "stuff(?:ed)?"),
    ),
    _cue(
        "access",
        2,
        r"(?:interpreters?|sign language|easy[- ]read|braille|child ?care|cr[eè]che)\b",
        r"(?:travel|transport|bus fares?|expenses|lodging|meals|taxis?|lost (?:wages|earnings))\b"
        r"[^.;]{0,40}\b(?:paid|covered|provided|reimbursed|refunded)\b",
        r"(?:paid|pays|covers?|covered|reimburses?d?|refund(?:s|ed)) (?:for )?(?:the |their )?"
        r"(?:travel|transport|bus fares?|expenses|lost (?:wages|earnings|income))\b",
        r"(?:stipends?|honorari(?:um|a)|attendance fees?)\b",
        r"translated into\b",
        r"in (?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2}) languages\b",
        unless=("no (?:interpreters?|child ?care|expenses|travel)", "without (?:an )?(?:interpret|child)"),
    ),
    _cue(
        "influence",
        2,
        rf"{_OWES}(?:respond|answer|reply|give reasons|justify)\b",
        r"responses? (?:is|are|was|were) (?:owed|mandatory|obligatory|required)\b",
        unless=("(?:not|never|nobody) (?:have|had|has|obliged|bound|required) to",),
    ),
    _cue(
        "influence",
        3,
        r"(?:is|are|was|were) (?:legally )?binding (?:on|for)\b",
        r"legally binding\b",
        r"(?:have|has|had|with|holds?|a) (?:a |the )?(?:right of |power of )?veto\b",
        r"right of consent\b",
        r"decide by (?:consensus|majority|assembly)\b",
        rf"{_PEOPLE} (?:themselves )?(?:decide|vote|voted|chose|choose) (?:on|for|which|how|by|directly)\b",
        r"put to (?:a |the )?(?:vote|referendum|voters)\b",
        unless=(
            "(?:not|nor|never|no|without) (?:legally |a )?(?:binding|veto)",
            "non-?binding",
            "announced",
            "households within",
            "could have",
        ),
    ),
    _cue(
        "user_outcomes",
        3,
        rf"{_MOVED} from {_NUMBER}(?: ?%| per ?cent)? to {_NUMBER}",
        rf"from {_NUMBER}(?: ?%| per ?cent)? to {_SHARE}",
        rf"{_MOVED} by (?:half|a (?:third|quarter|fifth|tenth)|{_SHARE})",
        r"(?:control|comparison) (?:group|village|area|site|school|ward)s?\b",
        unless=(
            r"(?:19|20)\d\d to (?:19|20)\d\d",
            "turned down",
            r"(?:budget|tax|taxes|fees?|price|rent|wages?|turnover|turnout|support|votes?|scale)\b",
        ),
    ),
)


def find(reading: Reading) -> list[Found]:
    """The first sentence that speaks for each criterion, in the order of `CUES`."""
    found: dict[str, Found] = {}
    sentences = [(span, reading.text[span.start : span.end]) for span in reading.sentences]
    for cue in CUES:
        if cue.criterion not in found:
            span = next((span for span, sentence in sentences if cue.speaks(sentence)), None)
            if span is not None:
                found[cue.criterion] = Found(cue.criterion, cue.rating, span)
    return list(found.values())


def precision(cases: Iterable[Case]) -> dict[str, tuple[int, int]]:
    """For each criterion: how many suggestions were right, of how many, against readers' ratings.

    A suggestion is right when the case holds that rating and its evidence is in the suggested sentence.
    """
    counts: dict[str, list[int]] = {cue.criterion: [0, 0] for cue in CUES}
    for case in cases:
        reading = read(case.text)
        for one in find(reading) if case.engagement != "out_of_scope" else []:
            at = reading.original_span(one.span)
            sentence = case.text[at.start : at.end]
            rated = case.criteria.get(one.criterion)
            counts[one.criterion][1] += 1
            if rated is not None and rated.rating == one.rating:
                counts[one.criterion][0] += rated.sentence in sentence or sentence in rated.sentence
    return {criterion: (right, count) for criterion, (right, count) in counts.items()}
