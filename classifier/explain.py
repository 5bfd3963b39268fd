"""Why this label: the phrases of the text that spoke for it.

A phrase is a stretch of a sentence between punctuation and joining words. Candidates are ranked by what
their words add to the label's score; the best are then judged by deletion: the weight of a phrase is how
much the label loses without it, so what is shown is what the model used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

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


def because(model: Model, reading: Reading, labels: Mapping[str, str]) -> dict[str, tuple[Phrase, ...]]:
    """For each head's label up to three phrases without which it loses most, strongest first.

    All heads together: making features is what costs, and the heads share most candidates.
    """
    spans = phrases(reading)
    if not spans:
        return dict.fromkeys(labels, ())
    columns = {head: model.heads[head].labels.index(label) for head, label in labels.items()}
    tried = {head: _shortlist(model, reading, spans, head, column) for head, column in columns.items()}
    every = sorted({span for shortlist in tried.values() for span in shortlist}, key=lambda span: span.start)
    without = [reading.text[: span.start] + " " + reading.text[span.end :] for span in every]
    matrix = model.features.transform([reading.text, *without])
    return {
        head: _strongest(reading, model.heads[head].scores(matrix), columns[head], every, tried[head])
        for head in labels
    }


def _strongest(
    reading: Reading, scores: Floats, column: int, every: Sequence[Span], tried: Sequence[Span]
) -> tuple[Phrase, ...]:
    """The phrases that cost the label most; `scores`: of the whole text, then without each of `every`."""
    margin = scores[:, column] - np.log(np.exp(np.delete(scores, column, axis=1)).sum(axis=1))
    losses = {span: float(margin[0] - margin[1 + i]) for i, span in enumerate(every) if span in tried}
    total = sum(loss for loss in losses.values() if loss > 0) or 1.0
    best = [span for span in sorted(losses, key=lambda span: -losses[span])[:SHOWN] if losses[span] > 0]
    return tuple(_phrase(reading, span, losses[span] / total) for span in best)


def _shortlist(
    model: Model, reading: Reading, spans: Sequence[Span], head: str, column: int
) -> Sequence[Span]:
    """The phrases whose own words add most to the label, in the order of the text."""
    if len(spans) <= _TRIED:
        return spans
    fitted = model.heads[head]
    weights = fitted.weights[column] - fitted.weights.mean(axis=0)
    matrix = model.features.transform([reading.text[span.start : span.end] for span in spans])
    lengths = np.sqrt([span.end - span.start for span in spans])
    added = (matrix @ weights) * lengths
    return [spans[i] for i in sorted(np.argsort(-added, kind="stable")[:_TRIED])]


def _phrase(reading: Reading, span: Span, weight: float) -> Phrase:
    at = reading.original_span(span)
    return Phrase(reading.original[at.start : at.end], at.start, at.end, round(weight, 3))
