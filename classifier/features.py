"""What the heads see of a text: words, pairs of words and pieces of words, weighted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

_WORD = r"(?u)\b\w[\w'-]*\b"
_WORDS = re.compile(_WORD)
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
        """Matrix of unseen texts."""
        plain = [self._plain(text) for text in texts]
        return self._join(self.words_.transform(plain), self.pieces_.transform(plain))

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
