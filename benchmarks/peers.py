"""Rung beside what a competent person would take instead, on the same cases, in one run.

    python benchmarks/peers.py [FILE] [--quick]

Trains every peer on `training_data/` and measures it (1) on FILE, labelled texts that none has seen (JSON Lines as for
`rung evaluate`; without FILE this part is left out) and (2) on the training cases, each batch judged by a model that
has not seen it. Peers whose library is not installed are skipped by name. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifier.dataset import Case, read_cases  # noqa: E402
from classifier.evaluation import calibration_error, interval, macro_f1, read_truths  # noqa: E402
from classifier.model import fit  # noqa: E402
from classifier.taxonomy import taxonomy  # noqa: E402
from classifier.text import read  # noqa: E402

HEADS = ("engagement", "pathway")
Probabilities = np.ndarray
Fit = Callable[[Sequence[Case]], Callable[[list[str]], dict[str, Probabilities]]]


def labels_of(head: str) -> list[str]:
    return list(getattr(taxonomy(), head))


def sklearn_peer(make: Callable[[], Any]) -> Fit:
    """One scikit-learn pipeline a head, as its documentation shows it."""

    def fit_peer(cases: Sequence[Case]) -> Callable[[list[str]], dict[str, Probabilities]]:
        texts = [case.text for case in cases]
        fitted = {head: make().fit(texts, [getattr(case, head) for case in cases]) for head in HEADS}

        def predict(unseen: list[str]) -> dict[str, Probabilities]:
            found = {}
            for head, model in fitted.items():
                chances = model.predict_proba(unseen)
                order = [list(model.classes_).index(label) for label in labels_of(head)]
                found[head] = chances[:, order]
            return found

        return predict

    return fit_peer


def words(**more: Any) -> TfidfVectorizer:
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, **more)


def fit_rung(cases: Sequence[Case]) -> Callable[[list[str]], dict[str, Probabilities]]:
    model = fit(cases)
    return lambda unseen: model.probabilities(model.features.transform([read(text).text for text in unseen]))


def fit_fasttext(cases: Sequence[Case]) -> Callable[[list[str]], dict[str, Probabilities]]:
    import fasttext

    fitted = {}
    for head in HEADS:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            for case in cases:
                file.write(f"__label__{getattr(case, head)} {' '.join(case.text.lower().split())}\n")
            file.flush()
            fitted[head] = fasttext.train_supervised(file.name, epoch=50, lr=0.5, wordNgrams=2, verbose=0)

    def predict(unseen: list[str]) -> dict[str, Probabilities]:
        found = {head: np.zeros((len(unseen), len(labels_of(head)))) for head in HEADS}
        for head, model in fitted.items():
            for row, text in enumerate(unseen):
                for chance, label, *_ in model.f.predict(
                    " ".join(text.lower().split()) + "\n", -1, 0.0, "strict"
                ):
                    found[head][row, labels_of(head).index(label.removeprefix("__label__"))] = chance
        return found

    return predict


def spacy_peer(architecture: str) -> Fit:
    """spaCy's text classifier on a blank English pipeline, trained as its documentation shows."""

    def fit_peer(cases: Sequence[Case]) -> Callable[[list[str]], dict[str, Probabilities]]:
        import spacy
        from spacy.training import Example
        from spacy.util import fix_random_seed, minibatch

        pipelines = {}
        for head in HEADS:
            fix_random_seed(0)
            nlp = spacy.blank("en")
            model: dict[str, Any] = {"@architectures": architecture, "exclusive_classes": True}
            model |= {"ngram_size": 2, "no_output_layer": False} if "BOW" in architecture else {}
            model |= {"tok2vec": CNN} if "CNN" in architecture else {}
            nlp.add_pipe("textcat", config={"model": model})
            examples = [
                Example.from_dict(
                    nlp.make_doc(case.text),
                    {"cats": {label: float(label == getattr(case, head)) for label in labels_of(head)}},
                )
                for case in cases
            ]
            optimizer = nlp.initialize(lambda examples=examples: examples)
            for _ in range(8):
                np.random.default_rng(0).shuffle(examples)  # type: ignore[arg-type]
                for batch in minibatch(examples, 32):
                    nlp.update(batch, sgd=optimizer, drop=0.2)
            pipelines[head] = nlp

        def predict(unseen: list[str]) -> dict[str, Probabilities]:
            return {
                head: np.array([[doc.cats[label] for label in labels_of(head)] for doc in nlp.pipe(unseen)])
                for head, nlp in pipelines.items()
            }

        return predict

    return fit_peer


CNN = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
}


def fit_minilm(cases: Sequence[Case]) -> Callable[[list[str]], dict[str, Probabilities]]:
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2")
    known = encoder.encode([case.text for case in cases])
    fitted = {
        head: LogisticRegression(C=3, max_iter=2000).fit(known, [getattr(case, head) for case in cases])
        for head in HEADS
    }

    def predict(unseen: list[str]) -> dict[str, Probabilities]:
        embedded = encoder.encode(unseen)
        return {
            head: model.predict_proba(embedded)[:, [list(model.classes_).index(la) for la in labels_of(head)]]
            for head, model in fitted.items()
        }

    return predict


def fit_setfit(cases: Sequence[Case]) -> Callable[[list[str]], dict[str, Probabilities]]:
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    fitted = {}
    for head in HEADS:
        rows = {
            "text": [c.text for c in cases],
            "label": [labels_of(head).index(getattr(c, head)) for c in cases],
        }
        trainer = Trainer(
            model=SetFitModel.from_pretrained("sentence-transformers/all-MiniLM-L6-v2"),
            args=TrainingArguments(num_epochs=1, max_steps=300),
            train_dataset=Dataset.from_dict(rows),
        )
        trainer.train()
        fitted[head] = trainer.model
    return lambda unseen: {head: np.asarray(model.predict_proba(unseen)) for head, model in fitted.items()}


class _Softened(LinearSVC):
    """A linear SVM whose margins read as probabilities: what one gets without calibrating."""

    def predict_proba(self, rows: Any) -> Probabilities:
        return np.asarray(softmax(self.decision_function(rows), axis=1))


# name → (library it needs, how it is fitted)
PEERS: dict[str, tuple[str | None, Fit]] = {
    "rung": (None, fit_rung),
    "tfidf_lr": (None, sklearn_peer(lambda: make_pipeline(words(), LogisticRegression(C=10, max_iter=1000)))),
    "tfidf_svm": (None, sklearn_peer(lambda: make_pipeline(words(), _Softened(C=0.5)))),
    "tfidf_svm_calibrated": (
        None,
        sklearn_peer(lambda: make_pipeline(words(), CalibratedClassifierCV(LinearSVC(C=0.5), cv=5))),
    ),
    "complement_nb": (None, sklearn_peer(lambda: make_pipeline(words(), ComplementNB(alpha=0.3)))),
    "fasttext": ("fasttext", fit_fasttext),
    "spacy_bow": (None, spacy_peer("spacy.TextCatBOW.v3")),
    "spacy_cnn": (None, spacy_peer("spacy.TextCatCNN.v2")),
    "minilm_lr": ("sentence_transformers", fit_minilm),
    "setfit": ("setfit", fit_setfit),
}


def measure(name: str, file: Path | None, with_folds: bool, answers: Any) -> None:
    """Run one peer; in a process of its own, so that its memory is its own."""
    warnings.filterwarnings("ignore")
    fit_peer = PEERS[name][1]
    cases = read_cases([ROOT / "training_data"])
    found: dict[str, Any] = {}
    begin = time.perf_counter()
    predict = fit_peer(cases)
    found["train_seconds"] = round(time.perf_counter() - begin, 2)
    if file is not None:
        truths = read_truths(file)
        predict([truths[0].text])
        begin = time.perf_counter()
        chances = predict([truth.text for truth in truths])
        found["texts_per_second"] = round(len(truths) / (time.perf_counter() - begin))
        for head in HEADS:
            found[f"real_{head}"] = figures(head, [getattr(truth, head) for truth in truths], chances[head])
    if with_folds:
        for head, result in by_batch(fit_peer, cases).items():
            found[f"batches_{head}"] = result
    found["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    answers.put(found)


def by_batch(fit_peer: Fit, cases: Sequence[Case]) -> dict[str, Any]:
    """Every case judged by a model that has seen no case of its batch (small batches are left out together)."""
    sizes = {batch: sum(case.batch == batch for case in cases) for batch in {case.batch for case in cases}}
    part = {batch: batch if size > 200 else "small" for batch, size in sizes.items()}
    chances = {head: np.zeros((len(cases), len(labels_of(head)))) for head in HEADS}
    for left_out in sorted(set(part.values())):
        rows = [i for i, case in enumerate(cases) if part[case.batch] == left_out]
        predict = fit_peer([case for case in cases if part[case.batch] != left_out])
        for head, values in predict([cases[i].text for i in rows]).items():
            chances[head][rows] = values
    return {head: figures(head, [getattr(case, head) for case in cases], chances[head]) for head in HEADS}


def figures(head: str, truth: Sequence[str], chances: Probabilities) -> dict[str, Any]:
    labels = labels_of(head)
    true, said = np.array(truth), np.array(labels)[chances.argmax(axis=1)]
    f1 = interval(lambda rows: macro_f1(true[rows], said[rows], labels), len(true))
    error = calibration_error(chances.max(axis=1), (true == said).astype(float))
    return {
        "macro_f1": round(f1.value, 3),
        "low": round(f1.low, 3),
        "high": round(f1.high, 3),
        "calibration_error": round(error, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="the fast peers on FILE alone; under 50 s")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results: dict[str, Any] = {}
    for name, (library, _) in PEERS.items():
        if library is not None and importlib.util.find_spec(library) is None:
            print(f"{name:22} skipped: {library} is not installed here")
            continue
        if asked.quick and name.startswith(("spacy", "minilm", "setfit")):
            continue
        answers = context.Queue()
        process = context.Process(target=measure, args=(name, asked.file, not asked.quick, answers))
        process.start()
        while process.is_alive() and answers.empty():
            process.join(0.2)
        if answers.empty():
            print(f"{name:22} failed")
            continue
        results[name] = answers.get()
        shown = [
            f"{key} {value['macro_f1']:.3f} ({value['low']:.2f}-{value['high']:.2f}) ece {value['calibration_error']:.3f}"
            for key, value in results[name].items()
            if isinstance(value, dict)
        ]
        print(
            f"{name:22} {' | '.join(shown)} | {results[name]['train_seconds']} s, {results[name]['texts_per_second']} texts/s",
            flush=True,
        )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
