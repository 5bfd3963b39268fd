"""Text to `Assessment`: calls reading, heads, reasons, evidence and score in order."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from classifier.assessment import Activity, Assessment, Evidence, Head, Phrase
from classifier.calibration import Floats
from classifier.evidence import find
from classifier.explain import because
from classifier.heads import HeadModel
from classifier.model import WITH_MODES, Model
from classifier.quality import next_criteria, score
from classifier.taxonomy import ABOUT_NOTHING, taxonomy
from classifier.text import Reading, read

_ACTIVITY = 0.6  # probability from which a sentence is said to tell of another activity
CLAIMS = {
    "co_production": re.compile(r"\bco-?(produc|creat|design|deliver)", re.I),
    "participation": re.compile(r"\bparticipa(tory|tion|tive)\b", re.I),
    "consultation": re.compile(r"\bconsult(ation|ations|ed|ing|ative)\b", re.I),
}
CLAIM_FITS = {  # a word of a type next to these types misleads nobody
    "co_production": ("co_production", "participation", "self_help"),
    "participation": ("participation", "co_production", "self_help"),
    "consultation": ("consultation", "self_help", "out_of_scope"),
}


@dataclass(frozen=True)
class Assessor:
    """Assesses texts with one model; safe to call from several threads."""

    model: Model
    version: str

    def assess(self, text: str) -> Assessment:
        """Everything Rung says of one text, of any shape; what is no description says so in `warnings`."""
        reading = read(text)
        features = self.model.features.transform([reading.text])
        chances = self.model.probabilities(features)
        said = {name: self._label(name, chances[name][0]) for name in ("engagement", "pathway")}
        reasons = because(self.model, reading, said)
        engagement, pathway = (self._head(name, chances[name][0], reading, reasons[name]) for name in said)
        level = self._level(engagement, features)
        criteria = self._criteria(reading, engagement)
        rated = {key: evidence.rating for key, evidence in criteria.items()}
        settling = [name for name, head in (("engagement", engagement), ("pathway", pathway)) if head.abstain]
        return Assessment(
            engagement=engagement,
            pathway=pathway,
            modes=self._modes(engagement, features),
            level=level,
            criteria=criteria,
            questions=(*settling, *next_criteria(taxonomy(), rated)),
            quality=score(taxonomy(), rated),
            similar=self.model.neighbours.nearest(features),
            activities=self._activities(reading, engagement),
            language=reading.language,
            model=self.version,
            warnings=reading.warnings + _claims(reading, engagement),
        )

    def _label(self, name: str, chances: Floats) -> str:
        return self.model.heads[name].labels[int(np.argmax(chances))]

    def _head(self, name: str, chances: Floats, reading: Reading, reasons: tuple[Phrase, ...]) -> Head:
        unfit = bool(reading.warnings) and reading.warnings != ("cut",)
        return _head(self.model.heads[name], chances, unfit, reasons)

    def _level(self, engagement: Head, features: csr_matrix) -> Head:
        fitted = self.model.heads["level"]
        chances = fitted.probabilities(features)[0]
        if engagement.label == ABOUT_NOTHING:  # by the codebook, section 4
            chances = np.array([float(label == "unclear") for label in fitted.labels])
        return _head(fitted, chances, False, ())

    def _modes(self, engagement: Head, features: csr_matrix) -> tuple[str, ...]:
        if engagement.label not in WITH_MODES:
            return ()
        chances = {mode: head.probabilities(features)[0][1] for mode, head in self.model.modes.items()}
        return tuple(
            mode for mode, chance in chances.items() if chance >= self.model.modes[mode].assert_above
        )

    def _criteria(self, reading: Reading, engagement: Head) -> dict[str, Evidence]:
        if engagement.label == ABOUT_NOTHING or (reading.warnings and reading.warnings != ("cut",)):
            return {}
        found = {item.criterion: item for item in find(reading)}
        result = {}
        for key in (key for key in taxonomy().criterion if key in found):
            at = reading.original_span(found[key].span)
            result[key] = Evidence(found[key].rating, reading.original[at.start : at.end], at.start, at.end)
        return result

    def _activities(self, reading: Reading, main: Head) -> tuple[Activity, ...]:
        """The main activity and others that single sentences tell of; empty where there is only one."""
        if main.confidence < 0.5 or len(reading.sentences) < 2:
            return ()
        texts = [reading.text[span.start : span.end] for span in reading.sentences]
        chances = self.model.probabilities(self.model.features.transform(texts))["engagement"]
        labels = self.model.heads["engagement"].labels
        best: dict[str, tuple[float, int]] = {}
        for row, values in enumerate(chances):
            label = labels[int(np.argmax(values))]
            if label != ABOUT_NOTHING and values.max() > best.get(label, (0.0, 0))[0]:
                best[label] = (float(values.max()), row)
        others = [label for label, (chance, _) in best.items() if label != main.label and chance >= _ACTIVITY]
        if not others or main.label not in best:
            return ()
        order = [main.label, *sorted(others, key=lambda label: -best[label][0])]
        return tuple(self._activity(reading, label, best[label][1]) for label in order)

    @staticmethod
    def _activity(reading: Reading, label: str, row: int) -> Activity:
        at = reading.original_span(reading.sentences[row])
        return Activity(label, reading.original[at.start : at.end], at.start, at.end)


def _head(fitted: HeadModel, chances: Floats, unfit: bool, reasons: tuple[Phrase, ...]) -> Head:
    best = int(np.argmax(chances))
    rounded = {label: round(float(chance), 4) for label, chance in zip(fitted.labels, chances, strict=True)}
    confidence = rounded[fitted.labels[best]]
    abstain = unfit or confidence < fitted.assert_above
    return Head(fitted.labels[best], confidence, abstain, rounded, reasons)


def _claims(reading: Reading, engagement: Head) -> tuple[str, ...]:
    """`claims:<label>` where the text uses the word of a type that it does not describe."""
    if engagement.abstain:
        return ()
    return tuple(
        f"claims:{label}"
        for label, word in CLAIMS.items()
        if engagement.label not in CLAIM_FITS[label] and word.search(reading.text)
    )
