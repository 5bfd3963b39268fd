from dataclasses import replace

import pytest

from bot import followup
from classifier.assess import Assessor
from classifier.assessment import Assessment, Evidence
from classifier.quality import next_criteria
from classifier.taxonomy import taxonomy

BOOK = taxonomy()
TEXT = "Neighbours run a food bank in a garage and hand out the food themselves every Friday, all year round."


@pytest.fixture
def assessment(assessor: Assessor) -> Assessment:
    """A sure assessment of a real text, with one rating read from it."""
    found = assessor.assess(TEXT)
    start = TEXT.index("all year round")
    return replace(
        found,
        engagement=replace(found.engagement, abstain=False),
        pathway=replace(found.pathway, abstain=False),
        criteria={"continuity": Evidence(3, "all year round", start, start + 14)},
    )


def unsure(assessment: Assessment) -> Assessment:
    return replace(assessment, pathway=replace(assessment.pathway, abstain=True))


def test_what_was_read_is_shown_first_and_never_asked(assessment: Assessment) -> None:
    standing = followup.standing(BOOK, assessment, {})
    assert (standing.question, standing.done, standing.total) == (followup.CONFIRM, 0, 12)
    assert standing.quality.dimensions["intensity"].score == 100
    assert (standing.quality.overall.low, standing.quality.overall.high) == (0, 100)
    answers = followup.confirm(assessment, {})
    assert answers == {"continuity": "3"}
    after = followup.standing(BOOK, assessment, answers)
    assert after.question == next_criteria(BOOK, {"continuity": 3})[0] == "purpose"
    assert after.quality.overall.low == 8  # 3 of 36 points


def test_all_questions_lead_to_an_end_with_the_exact_score(assessment: Assessment) -> None:
    answers = followup.confirm(assessment, {})
    asked = []
    while (question := followup.standing(BOOK, assessment, answers).question) is not None:
        asked.append(question)
        answers[question] = "2"
    assert sorted([*asked, "continuity"]) == sorted(BOOK.criterion)
    quality = followup.standing(BOOK, assessment, answers).quality
    # intensity (2 + 2 + 2 + 3) / 12, coherence and results 8 / 12
    assert {key: d.score for key, d in quality.dimensions.items()} == {
        "intensity": 75,
        "coherence": 67,
        "results": 67,
    }
    assert (quality.overall.low, quality.overall.score, quality.overall.high) == (69, 69, 69)


def test_dont_know_stays_open_but_is_not_asked_again(assessment: Assessment) -> None:
    answers = {**followup.confirm(assessment, {}), "purpose": followup.DONT_KNOW}
    standing = followup.standing(BOOK, assessment, answers)
    assert standing.question != "purpose"
    assert standing.quality.dimensions["coherence"].score is None


def test_where_the_model_is_unsure_it_asks_that_first_and_follows_where_it_leads(
    assessment: Assessment,
) -> None:
    assert followup.standing(BOOK, unsure(assessment), {}).question == "pathway"
    together = {"pathway": "3"}
    assert followup.standing(BOOK, unsure(assessment), together).question == "pathway_together"
    assert followup.settled(BOOK, together) == {}
    assert followup.settled(BOOK, {**together, "pathway_together": "1"}) == {"pathway": "outside_in"}
    assert followup.settled(BOOK, {"pathway": "0", "engagement": "3"}) == {
        "engagement": "co_production",
        "pathway": "inside_out",
    }
    skipped = {"pathway": followup.DONT_KNOW}
    assert followup.standing(BOOK, unsure(assessment), skipped).question == followup.CONFIRM
    assert followup.settled(BOOK, skipped) == {}


@pytest.mark.parametrize(
    ("question", "value"), [("reach", "4"), ("pathway", "4"), ("charm", "1"), ("reach", "")]
)
def test_what_is_no_answer_is_refused(question: str, value: str) -> None:
    with pytest.raises(followup.NotAnAnswer):
        followup.check(BOOK, question, value)


def test_a_settled_label_stands_and_ties_the_pathway(assessment: Assessment) -> None:
    open_ = unsure(replace(assessment, engagement=replace(assessment.engagement, abstain=True)))
    assert followup.label_of(BOOK, open_, {}, "engagement") is None
    for label in BOOK.engagement:
        answers = followup.settle(BOOK, "engagement", label)
        assert followup.label_of(BOOK, open_, answers, "engagement") == label
    for label in BOOK.pathway:
        answers = followup.settle(BOOK, "pathway", label)
        assert followup.label_of(BOOK, open_, answers, "pathway") == label
    alone = followup.settle(BOOK, "engagement", "self_help")
    assert followup.label_of(BOOK, open_, alone, "pathway") == "outside_in"
    assert followup.standing(BOOK, open_, alone).question == followup.CONFIRM
    with pytest.raises(followup.NotAnAnswer):
        followup.settle(BOOK, "engagement", "charm")


def test_where_people_have_no_part_nothing_is_asked(assessment: Assessment) -> None:
    nothing = followup.settle(BOOK, "engagement", "out_of_scope")
    standing = followup.standing(BOOK, assessment, nothing)
    assert (standing.question, standing.done, standing.total) == (None, 1, 1)
