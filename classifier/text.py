"""Reading a pasted text: repair it for the model, keep the way back to the original, cut it into sentences.

The model reads the repaired text; people are shown the original. `Reading.original_span` leads back.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache

import spacy
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from spacy.language import Language

MIN_WORDS = 12  # below this even a careful reader could not label a text
_LIMIT = 40_000  # characters read; Slack's own ceiling for one message
_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BULLET = re.compile(r"\s*(?:[-*•◦▪–]|\(?\d{1,2}[.)]|[a-z][.)])\s+")
_GREETING = re.compile(
    r"(hi|hey|hello|hiya|yo|good (morning|afternoon|evening|day)|greetings|morning|test(ing)?( \d+)?|ping)\b",
    re.I,
)
_THANKS = re.compile(
    r"(ok(ay)?[,! ]*)?(many )?(thanks|thank you|thx|ta|cheers|great|perfect|super|brilliant|cool|nice|got it|"
    r"well done|ok|okay|yes|no|bye|goodbye)\b",
    re.I,
)
_QUESTION = re.compile(
    r"(?:hi|hey|hello)?[,! ]*(what|how|can|could|do|does|did|is|are|who|whom|why|when|where|which|should|"
    r"would|will|may|has|have|any(one|body)?|please|help|explain|tell me)\b",
    re.I,
)

_one_zone = threading.Lock()


@dataclass(frozen=True)
class Span:
    """A stretch of the repaired text, `start` to `end` (exclusive), in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """A text as read: `text` is the repaired form, `sentences` are spans of it.

    `starts[i]` and `ends[i]` say where the i-th repaired character stood in `original`.
    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sentences: tuple[Span, ...]
    language: str
    warnings: tuple[str, ...]

    def original_span(self, span: Span) -> Span:
        """The stretch of the original that a stretch of the repaired text came from."""
        return Span(self.starts[span.start], self.ends[span.end - 1])

    def words(self) -> int:
        """How many words the text has."""
        return len(_WORD.findall(self.text))


def read(original: str) -> Reading:
    """Read a pasted text of any shape. Never raises; what is wrong stands in `warnings`."""
    text, starts, ends = _repair(original[:_LIMIT])
    language = _language(text)
    warnings = _warnings(text, language) + (("cut",) if len(original) > _LIMIT else ())
    return Reading(original, text, tuple(starts), tuple(ends), tuple(_sentences(text)), language, warnings)


def _repair(original: str) -> tuple[str, list[int], list[int]]:
    """Repaired text and, for each of its characters, where its source began and ended."""
    out: list[tuple[str, int, int]] = []
    for at, source in enumerate(original):
        if unicodedata.combining(source) and out:
            before, start, _ = out[-1]
            joined = unicodedata.normalize("NFC", before + source)
            out[-1] = (joined if len(joined) == 1 else before, start, at + 1)
            continue
        out += [(char, at, at + 1) for char in _characters(source)]
    out = _mend_lines(out)
    return "".join(c for c, _, _ in out), [s for _, s, _ in out], [e for _, _, e in out]


def _characters(source: str) -> str:
    """What one character of a paste becomes: ligatures opened, odd spaces and quotes made plain."""
    if source in "\n\r\u2028\u2029\x0b\x0c\x85":
        return "\n"
    kind = unicodedata.category(source)
    if kind == "Zs" or source == "\t":
        return " "
    if kind in ("Cc", "Cf", "Cs", "Co", "Cn"):  # null bytes, zero-width, direction marks, broken surrogates
        return ""
    plain = unicodedata.normalize("NFKC", source).translate(_QUOTES).translate(_DASHES)
    return plain.replace("\n", " ")


def _mend_lines(chars: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Join words and lines that a PDF broke, and fold runs of spaces and blank lines."""
    text = "".join(c for c, _, _ in chars)
    drop: set[int] = set()
    change: dict[int, str] = {}
    for match in re.finditer(r"(?<=[^\W\d_])-\n\s*(?=[a-z])", text):
        drop.update(range(match.start(), match.end()))
    for match in re.finditer(r"(?<=[^\n]{40})(?<![.!?:;])\n(?=[a-z(])", text):
        change[match.start()] = " "
    for match in re.finditer(r"(?<= ) +|(?<=\n)[ \n]+|^\s+| +(?=\n)", text):
        drop.update(range(match.start(), match.end()))
    return [(change.get(i, c), s, e) for i, (c, s, e) in enumerate(chars) if i not in drop]


@cache
def _pipeline() -> Language:
    """Tokeniser and sentence boundaries alone: nothing that Rung shows needs a tagger or a parser."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = _LIMIT + 1
    return nlp


def _sentences(text: str) -> list[Span]:
    """Sentences and list items, without the bullet or number that leads them in."""
    # spaCy keeps every word it ever sees unless a zone lets them go; one zone at a time.
    with _one_zone, _pipeline().memory_zone():
        return _split(text)


def _split(text: str) -> list[Span]:
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        bullet = _BULLET.match(line.group())
        begin = line.start() + (bullet.end() if bullet else 0)
        doc = _pipeline()(text[begin : line.end()])
        for sentence in doc.sents:
            if sentence.text.strip():
                at = begin + sentence.start_char + len(sentence.text) - len(sentence.text.lstrip())
                spans.append(Span(at, at + len(sentence.text.strip())))
    return spans


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _language(text: str) -> str:
    """ISO 639-1 code of the language, or "" where there are too few letters to tell."""
    letters = [char for char in text if char.isalpha()]
    if len(letters) < 20:
        return ""
    code, probability = _identifier().classify(text[:4000])
    other_script = sum(char > "\u024f" for char in letters) > len(letters) / 2
    return str(code) if other_script or float(probability) > 0.8 or code == "en" else ""


def _warnings(text: str, language: str) -> tuple[str, ...]:
    """Why a text is no description to label, as codes; empty for a description."""
    words = _WORD.findall(text)
    start = text.lstrip(" \n\"'*_>#-")
    if not words:
        return ("empty",)
    if len(words) <= 8 and _GREETING.match(start):
        return ("greeting",)
    if len(words) <= 8 and _THANKS.match(start):
        return ("thanks",)
    if len(words) <= 40 and text.rstrip().endswith("?") and _QUESTION.match(start):
        return ("question",)
    if language not in ("en", ""):
        return ("other_language",)
    if len(words) < MIN_WORDS:
        return ("too_short",)
    return ()
