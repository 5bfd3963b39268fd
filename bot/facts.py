"""One line a case with what lists, searches and summaries need, kept up to date at every change."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, fields

from bot import followup, review
from bot.reviews import Reviews
from bot.store import Store, StoredCase
from classifier.taxonomy import Taxonomy

PUBLIC, PRIVATE, DIRECT = "public", "private", "im"


@dataclass(frozen=True)
class Fact:
    """What counts of a case: the label that stands (None while the model is unsure), and the score so far."""

    case_id: int
    team_id: str
    channel: str
    privacy: str
    author: str
    at: str
    engagement: str | None
    pathway: str | None
    settled_by: str
    intensity: float | None
    coherence: float | None
    results: float | None
    low: int
    high: int
    open_questions: int


_FIELDS = tuple(field.name for field in fields(Fact))


class Facts:
    """Queries on a store's facts; every one is bound to a team and to who may see what."""

    def __init__(self, store: Store, reviews: Reviews, book: Taxonomy) -> None:
        self.store, self.reviews, self.book = store, reviews, book

    def refresh(self, case: StoredCase, privacy: str | None = None) -> None:
        """Bring the line of a case up to date; what is no description has none."""
        if case.assessment is None or not case.assessment.is_description:
            return
        team = case.message.team_id
        answers = self.store.answers(team, case.id)
        now = followup.standing(self.book, case.assessment, answers)
        settled = followup.settled(self.book, answers)
        verdict = review.verdict(self.reviews.of_case(team, case.id), case.id).standing
        labels = {
            head: followup.label_of(self.book, case.assessment, answers, head)
            for head in ("engagement", "pathway")
        }
        if verdict is not None:
            labels = {"engagement": verdict.engagement, "pathway": verdict.pathway}
        by = "reviewer" if verdict is not None else "person" if "engagement" in settled else "model"
        dimensions = {key: now.quality.dimensions[key].score for key in ("intensity", "coherence", "results")}
        with self.store.transaction() as db:
            row = db.execute("select received_at from cases where id = ?", (case.id,)).fetchone()
            known = db.execute("select privacy from facts where case_id = ?", (case.id,)).fetchone()
            fact = Fact(
                case_id=case.id,
                team_id=team,
                channel=case.message.channel,
                privacy=privacy or (known["privacy"] if known else PRIVATE),
                author=case.message.asker,
                at=row["received_at"],
                engagement=labels["engagement"],
                pathway=labels["pathway"],
                settled_by=by,
                low=now.quality.overall.low,
                high=now.quality.overall.high,
                open_questions=now.total - now.done,
                **dimensions,
            )
            marks = ", ".join("?" * len(_FIELDS))
            values = tuple(getattr(fact, name) for name in _FIELDS)
            db.execute(f"insert or replace into facts ({', '.join(_FIELDS)}) values ({marks})", values)

    def page(
        self,
        team_id: str,
        viewer: str,
        *,
        search: str = "",
        mine: bool = True,
        engagement: str = "",
        offset: int = 0,
        count: int = 8,
    ) -> tuple[list[tuple[Fact, str]], int]:
        """Cases that the viewer may see, newest first, each with how its text begins; and how many there are.

        Own ones, and with `mine` off those of public channels too; `search` is words of the text.
        """
        seen = "facts.author = :viewer" if mine else "(facts.author = :viewer or privacy = 'public')"
        where = f"facts.team_id = :team and {seen}"
        source = "facts join cases on cases.id = case_id"
        where += " and facts.engagement = :type" if engagement else ""
        if search.strip():
            # In a list of its own: joined, the index would be asked once for each case.
            where += " and case_id in (select rowid from case_texts where case_texts match :words)"
        given = {"team": team_id, "viewer": viewer, "words": words(search), "type": engagement}
        given |= {"count": count, "offset": offset}  # type: ignore[dict-item]
        with closing(self.store.connect()) as db:
            total = db.execute(f"select count(*) as n from {source} where {where}", given).fetchone()["n"]
            rows = db.execute(
                f"select facts.*, substr(cases.text, 1, 200) as begin from {source} where {where}"
                " order by facts.at desc limit :count offset :offset",
                given,
            ).fetchall()
        return [(Fact(**{name: row[name] for name in _FIELDS}), row["begin"] or "") for row in rows], int(
            total
        )

    def open_of(self, team_id: str, person: str, count: int = 5) -> list[tuple[int, str, int]]:
        """(case, how its text begins, open questions) of a person's latest cases that have some."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select case_id, substr(text, 1, 120) as begin, open_questions from facts"
                " join cases on cases.id = case_id where facts.team_id = ? and facts.author = ?"
                " and open_questions > 0 order by facts.at desc limit ?",
                (team_id, person, count),
            ).fetchall()
        return [(row["case_id"], row["begin"] or "", row["open_questions"]) for row in rows]


def words(search: str) -> str:
    """A search as full-text words: each in quotes, so that nothing in it is read as a command."""
    found = [word.replace('"', "") for word in search.split()]
    return " ".join(f'"{word}"*' for word in found if word)
