"""What the heads see of a text: words, pairs of words and pieces of words, weighted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

_WORD = r"(?u)\b\w[\w'-]*\b"
_WORDS = re.compile(_WORD)
_KEPT_WORDS = 8_000
_NUMBER = re.compile(r"\d[\d.,]*")


class TextFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to a sparse matrix of shape (n_texts, n_features), rows of length 1.

    Word n-grams carry who does what; character n-grams carry word forms and compounds ("co-produce",
    "coproduction"). Both are halved in weight so that neither drowns the other.

    Attributes:
        words_, pieces_: the two fitted vectorisers; columns of `words_` come first.
    """

    def __init__(self, word_limit: int = 40_000, piece_limit: int = 20_000) -> None:
        self.word_limit = word_limit
        self.piece_limit = piece_limit

    def fit(self, texts: Sequence[str], y: object = None) -> Self:
        """Learn vocabulary and weights."""
        self.fit_transform(texts, y)
        return self

    def fit_transform(self, texts: Sequence[str], y: object = None) -> csr_matrix:  # noqa: ARG002
        """Learn, and return the matrix of the same texts."""
        self.words_ = TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            max_features=self.word_limit,
            token_pattern=_WORD,
        )
        self.pieces_ = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, max_features=self.piece_limit
        )
        plain = [self._plain(text) for text in texts]
        return self._join(self.words_.fit_transform(plain), self.pieces_.fit_transform(plain))

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Matrix of unseen texts: what the two vectorisers' own `transform` gives, in a third of the time.

        Explanations ask for a dozen nearly equal texts, so what a word gives is kept; and the vectorisers
        check their input anew on every call.
        """
        analyse, lookup = self._reading()
        words, offset = self.words_.vocabulary_, len(self.words_.vocabulary_)
        columns, weights, starts = [], [], [0]
        for text in texts:
            plain = self._plain(text)
            found, found_weights = _weighted(
                [words[term] for term in analyse(plain) if term in words], self.words_.idf_
            )
            parts, part_weights = _weighted(
                [at for word in plain.split() for at in lookup(word)], self.pieces_.idf_
            )
            row = np.concatenate([found_weights, part_weights])
            weights.append(row / (np.sqrt(row @ row) or 1.0))
            columns += [found, parts + offset]
            starts.append(starts[-1] + len(row))
        return csr_matrix(
            (np.concatenate(weights), np.concatenate(columns), starts),
            shape=(len(texts), offset + len(self.pieces_.vocabulary_)),
        )

    def _reading(self) -> tuple[Callable[[str], list[str]], Callable[[str], tuple[int, ...]]]:
        """The analyser of words, and the pieces of one word as columns; made once a process."""
        if "_ready" not in self.__dict__:
            analyse, known = self.pieces_.build_analyzer(), self.pieces_.vocabulary_

            @lru_cache(maxsize=_KEPT_WORDS)
            def lookup(word: str) -> tuple[int, ...]:
                return tuple(known[piece] for piece in analyse(word) if piece in known)

            self._ready = (self.words_.build_analyzer(), lookup)
        return self._ready

    def __getstate__(self) -> dict[str, Any]:
        """What is saved: all but what `_reading` makes."""
        state: dict[str, Any] = super().__getstate__()
        return {key: value for key, value in state.items() if key != "_ready"}

    def unknown(self, texts: Sequence[str]) -> float:
        """Share of the words of some texts that no training text had."""
        known = self.words_.vocabulary_
        words = [word for text in texts for word in _WORDS.findall(self._plain(text))]
        return sum(word not in known for word in words) / len(words) if words else 0.0

    @staticmethod
    def _plain(text: str) -> str:
        # A number says that there is a number; which one says nothing of the type.
        return _NUMBER.sub("0", text.lower())

    @staticmethod
    def _join(words: csr_matrix, pieces: csr_matrix) -> csr_matrix:
        return normalize(hstack([words, pieces]).tocsr())


def _weighted(row: Sequence[int], idf: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Columns, repeated as often as they occur, as columns and sublinear TF-IDF weights of length 1."""
    columns, counts = np.unique(np.asarray(row, dtype=np.int32), return_counts=True)
    weights = (1 + np.log(counts)) * idf[columns]
    return columns, weights / (np.sqrt(weights @ weights) or 1.0)
