import json

import pytest

from classifier.assess import Assessor
from classifier.assessment import Assessment
from classifier.taxonomy import taxonomy

TEXTS = {
    "food bank": "Neighbours started a food bank in a garage. They collect, sort and hand out the "
    "food themselves every Friday, without any help from the council.",
    "jury": "The regional health authority convened a citizens' jury of 24 randomly chosen residents, who "
    "met for four days and agreed on joint recommendations about the closure of wards. The board must "
    "answer each.",
    "survey": "The municipality sent a questionnaire on the new bus lines to 3,000 households. The answers "
    "were summarised in a report and the transport department decided on the routes.",
    "peers": "The hospital trains former patients as peer supporters. Together with nurses they run weekly "
    "groups on the ward, and they helped to write the programme.",
}
EXPECTED = {
    "food bank": "self_help",
    "jury": "participation",
    "survey": "consultation",
    "peers": "co_production",
}


@pytest.mark.parametrize("name", TEXTS)
def test_plain_cases_get_their_type(assessor: Assessor, name: str) -> None:
    assert assessor.assess(TEXTS[name]).engagement.label == EXPECTED[name]


@pytest.mark.parametrize("name", TEXTS)
def test_quotes_stand_in_the_text_at_their_offsets(assessor: Assessor, name: str) -> None:
    text = "😀 👩🏽‍🌾 e\u0301tude\r\n\r\n" + TEXTS[name].replace("'", "’")
    assessment = assessor.assess(text)
    quotes = [*assessment.engagement.because, *assessment.pathway.because, *assessment.criteria.values()]
    assert 1 <= len(assessment.engagement.because) <= 3
    for quote in quotes:
        shown = quote.sentence if hasattr(quote, "sentence") else quote.text
        assert text[quote.start : quote.end] == shown != ""


def test_probabilities_are_whole_and_keep_the_codebooks_ties(assessor: Assessor) -> None:
    for text in TEXTS.values():
        assessment = assessor.assess(text)
        for head in (assessment.engagement, assessment.pathway, assessment.level):
            assert sum(head.probabilities.values()) == pytest.approx(1, abs=0.001)
            assert head.confidence == max(head.probabilities.values())
        certain = assessment.engagement.probabilities["self_help"]
        assert assessment.pathway.probabilities["outside_in"] >= certain - 0.001


def test_the_same_text_gives_the_same_bytes(assessor: Assessor) -> None:
    assert assessor.assess(TEXTS["jury"]).to_json() == assessor.assess(TEXTS["jury"]).to_json()


def test_json_and_back(assessor: Assessor) -> None:
    assessment = assessor.assess(TEXTS["jury"])
    assert Assessment.from_dict(json.loads(assessment.to_json())) == assessment


def test_open_questions_are_what_is_neither_read_nor_sure(assessor: Assessor) -> None:
    for text in TEXTS.values():
        assessment = assessor.assess(text)
        heads = [n for n in ("engagement", "pathway") if getattr(assessment, n).abstain]
        assert list(assessment.questions[: len(heads)]) == heads
        rest = set(assessment.questions[len(heads) :])
        assert rest == set(taxonomy().criterion) - set(assessment.criteria)


@pytest.mark.parametrize(
    "text", ["", "hello", "👍", "\x00\x00", "Ünïcödé " * 3, "<!channel> & `x`", "a" * 50_000]
)
def test_any_text_is_answered_and_what_is_none_is_not_asserted(assessor: Assessor, text: str) -> None:
    assessment = assessor.assess(text)
    assert assessment.warnings
    assert assessment.is_description or assessment.engagement.abstain


def test_two_thousand_words_work(assessor: Assessor) -> None:
    text = ("The committee read the report on drainage. " * 290) + TEXTS["jury"]
    assessment = assessor.assess(text)
    assert len(text.split()) > 2000
    assert assessment.engagement.because


def test_several_activities_are_named_main_one_first(assessor: Assessor) -> None:
    café = (
        "Neighbours and the council's youth workers run the café in the old station together: residents cook "
        "and keep the books with two paid officers."
    )
    survey = "In spring the council also sent a survey to 900 households to ask what they think of the hours."
    found = assessor.assess(f"{café} {survey}").activities
    assert [(one.engagement, one.sentence) for one in found] == [
        ("co_production", café),
        ("consultation", survey),
    ]
    assert assessor.assess(survey).activities == ()
