"""Why this label: the phrases of the text that spoke for it.

A phrase is a stretch of a sentence between punctuation and joining words. Candidates are ranked by what
their words add to the label's score; the best are then judged by deletion: the weight of a phrase is how
much the label loses without it, so what is shown is what the model used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from classifier.assessment import Phrase
from classifier.calibration import Floats
from classifier.model import Model
from classifier.text import Reading, Span

SHOWN = 3
_TRIED = 8
_MIN_WORDS, _MAX_WORDS = 3, 16
_BREAK = re.compile(
    r"[,;:()\[\]]+\s+|\s+-\s+|\s+(?=(?:and|but|while|which|who|whose|where|when|because|although|after|before|"
    r"so that|in order to)\s)",
)


def phrases(reading: Reading) -> list[Span]:
    """Candidate phrases of the repaired text, whole clauses of 3 to 16 words where the text allows."""
    found: list[Span] = []
    for sentence in reading.sentences:
        begin = sentence.start
        cuts = [*_BREAK.finditer(reading.text, sentence.start, sentence.end)]
        for end, following in [(cut.start(), cut.end()) for cut in cuts] + [(sentence.end, sentence.end)]:
            if len(reading.text[begin:end].split()) >= _MIN_WORDS:
                found += _fitting(reading.text, Span(begin, end))
                begin = following
        if begin < sentence.end and not found:
            found.append(sentence)
    return found


def _fitting(text: str, span: Span) -> list[Span]:
    """A phrase, without closing marks; in even parts where it is too long to be read at a glance."""
    words = [m.span() for m in re.finditer(r"\S+", text[span.start : span.end])]
    parts = -(-len(words) // _MAX_WORDS)
    size = -(-len(words) // parts) if parts else 0
    pieces = [words[i : i + size] for i in range(0, len(words), size)] if size else []
    spans = [Span(span.start + piece[0][0], span.start + piece[-1][1]) for piece in pieces]
    return [Span(s.start, s.start + len(text[s.start : s.end].rstrip(" .,;:!?"))) for s in spans]


def because(model: Model, reading: Reading, head: str, label: str) -> tuple[Phrase, ...]:
    """Up to three phrases without which the label loses most, strongest first."""
    fitted = model.heads[head]
    column = fitted.labels.index(label)
    candidates = _shortlist(model, reading, fitted.weights[column] - fitted.weights.mean(axis=0))
    if not candidates:
        return ()
    without = [reading.text[: c.start] + " " + reading.text[c.end :] for c in candidates]
    scores = fitted.scores(model.features.transform([reading.text, *without]))
    margin = scores[:, column] - np.log(np.exp(np.delete(scores, column, axis=1)).sum(axis=1))
    losses = margin[0] - margin[1:]
    total = float(losses[losses > 0].sum()) or 1.0
    best = [i for i in np.argsort(-losses, kind="stable")[:SHOWN] if losses[i] > 0]
    return tuple(_phrase(reading, candidates[i], float(losses[i]) / total) for i in best)


def _shortlist(model: Model, reading: Reading, weights: Floats) -> list[Span]:
    """The phrases whose own words add most to the label, in the order of the text."""
    spans: Sequence[Span] = phrases(reading)
    if len(spans) > _TRIED:
        matrix = model.features.transform([reading.text[span.start : span.end] for span in spans])
        lengths = np.sqrt([span.end - span.start for span in spans])
        added = (matrix @ weights) * lengths
        spans = [spans[i] for i in sorted(np.argsort(-added, kind="stable")[:_TRIED])]
    return list(spans)


def _phrase(reading: Reading, span: Span, weight: float) -> Phrase:
    at = reading.original_span(span)
    return Phrase(reading.original[at.start : at.end], at.start, at.end, round(weight, 3))
