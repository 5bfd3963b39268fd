from importlib.resources import files
from itertools import combinations

import pytest

from classifier.taxonomy import TaxonomyError, parse, taxonomy

SOURCE = (files("classifier") / "taxonomy.toml").read_text("utf-8")


def test_it_holds_the_whole_codebook() -> None:
    book = taxonomy()
    assert list(book.engagement) == [
        "information",
        "consultation",
        "participation",
        "co_production",
        "self_help",
        "out_of_scope",
    ]
    assert (len(book.pathway), len(book.mode), len(book.level)) == (3, 4, 4)
    assert [len(book.criteria_of(dimension)) for dimension in book.dimension] == [4, 4, 4]


@pytest.mark.parametrize("head", ["engagement", "pathway"])
def test_every_pair_of_labels_has_a_rule_and_a_question_that_settles_it(head: str) -> None:
    for one, other in combinations(getattr(taxonomy(), head), 2):
        pair = taxonomy().pair_of(other, one)
        assert pair is not None
        assert {answer.to for answer in pair.answers} == {one, other}


FAULTS = [
    ('dimension = "results"', 'dimension = "resultz"', "there is no dimension 'resultz'"),
    ('tip = "Note cost', 'tap = "Note cost', "organisation_outcomes.tap"),
    ("version = 1", "version = ", "Invalid value"),
    ('"One side has stated it", ', "", "criterion.purpose.answers"),
    (
        '  { engagement = "self_help", place = "Citizen',
        '  { engagement = "selfhelp", place = "Citizen',
        "crosswalk.0",
    ),
    (
        '{ text = "They do it alone", to = "self_help" }',
        '{ text = "They do it alone" }',
        "either 'to' or 'then'",
    ),
    ('to = "information" }, { text = "Yes, their', 'to = "other" }, { text = "Yes, their', "pair.0.answers"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), FAULTS)
def test_a_broken_file_is_named_by_line(right: str, wrong: str, said: str) -> None:
    line = SOURCE[: SOURCE.index(right)].count("\n") + 1
    with pytest.raises(TaxonomyError, match=f"book.toml, line {line}: ") as error:
        parse(SOURCE.replace(right, wrong, 1), "book.toml")
    assert said in str(error.value)


def test_crosswalk_places_each_type_once_on_each_scale() -> None:
    places = {p.scale: p for p in taxonomy().places("co_production", ("co_design", "co_delivery"), "group")}
    assert places["ncag"].place == "Co-production (step 7 of 7)"
    assert places["arnstein"].approximate
    assert places["nabatchi"].place == "Group co-design, co-delivery"
    assert not places["nabatchi"].approximate
    for label in taxonomy().engagement:
        assert len(taxonomy().places(label, (), "unclear")) == 5


def test_self_help_stands_on_no_ladder_but_arnsteins() -> None:
    assert [p.scale for p in taxonomy().places("self_help", (), "group") if p.place] == ["arnstein"]
