import pytest

from classifier.text import read


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("", "empty"),
        ("👍👍 🎉 ... 12", "empty"),
        ("Hi Rung!", "greeting"),
        ("thanks a lot", "thanks"),
        ("What is co-production?", "question"),
        ("We did a survey.", "too_short"),
        (
            "Bonjour, nous avons lancé un conseil de quartier pour les habitants du nord de la ville.",
            "other_language",
        ),
        ("مرحبا بكم في مجلس الحي حيث يقرر السكان", "other_language"),
    ],
)
def test_what_is_no_description_says_so(text: str, warning: str) -> None:
    assert read(text).warnings == (warning,)


def test_a_description_has_no_warning() -> None:
    reading = read(
        "The council asked 400 residents in a survey what the new park should offer, and then decided."
    )
    assert (reading.warnings, reading.language) == ((), "en")


MESSY = (
    "Der Park 👩🏽‍🌾 in Leeds was re-\nbuilt by the resi\u00addents, and e\u0301lan “quoted”\r\n\r\n"
    "• ﬁrst item here\x00. And more\n2) second one\u202e"
)


def test_repair_mends_what_pasting_broke() -> None:
    text = read(MESSY).text
    assert 'was rebuilt by the residents, and élan "quoted"' in text
    assert "first item here. And more" in text
    assert "\x00" not in text
    assert "\u202e" not in text


def test_every_repaired_character_leads_back_to_its_source() -> None:
    reading = read(MESSY)
    for span in reading.sentences:
        at = reading.original_span(span)
        shown = MESSY[at.start : at.end]
        assert shown == shown.strip()
        assert read(shown).text == reading.text[span.start : span.end]


def test_sentences_leave_bullets_out_and_keep_abbreviations_whole() -> None:
    reading = read("Budget forum\n• The U.S. city asked people.\n• They answered, e.g. by post. It decided.")
    shown = [reading.text[s.start : s.end] for s in reading.sentences]
    assert shown == [
        "Budget forum",
        "The U.S. city asked people.",
        "They answered, e.g. by post.",
        "It decided.",
    ]


def test_very_long_text_is_cut_and_says_so() -> None:
    assert read("word and more " * 4000).warnings == ("cut",)
