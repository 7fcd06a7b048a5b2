"""Language of a text. All texts are our own."""

from __future__ import annotations

import pytest

from wireroom.language import NEWS_LANGUAGES, decide, identify, language_of

SENTENCES = {
    "en": "The council will decide on Thursday whether the old bridge is closed to lorries.",
    "de": "Der Gemeinderat entscheidet am Donnerstag, ob die alte Brücke gesperrt wird.",
    "fr": "Le conseil municipal décidera jeudi si le vieux pont doit être fermé aux camions.",
    "es": "El ayuntamiento decidirá el jueves si el puente viejo se cierra a los camiones.",
    "it": "Il consiglio comunale deciderà giovedì se chiudere il vecchio ponte ai camion.",
    "pt": "A câmara municipal decide na quinta-feira se a ponte velha fecha para camiões.",
    "nl": "De gemeenteraad beslist donderdag of de oude brug dichtgaat voor vrachtwagens.",
    "sv": "Kommunfullmäktige avgör på torsdag om den gamla bron ska stängas för lastbilar.",
    "tr": "Belediye meclisi eski köprünün kapatılıp kapatılmayacağına perşembe karar verecek.",
    "ru": "Городской совет решит в четверг, закроют ли старый мост для грузовиков.",
    "uk": "Міська рада вирішить у четвер, чи закриють старий міст для вантажівок.",
    "ar": "يقرر المجلس البلدي يوم الخميس ما إذا كان الجسر القديم سيغلق أمام الشاحنات.",
    "hi": "नगर परिषद गुरुवार को तय करेगी कि पुराना पुल ट्रकों के लिए बंद होगा या नहीं।",
    "sw": "Baraza la mji litaamua siku ya Alhamisi kama daraja la zamani litafungwa kwa malori.",
}
BY_SCRIPT = {
    "ja": "市議会は木曜日に古い橋をトラック通行止めにするかどうかを決める。",
    "zh": "市议会将于周四决定是否禁止卡车通过旧桥。",
    "ko": "시의회는 목요일에 낡은 다리의 트럭 통행을 금지할지 결정한다.",
    "th": "สภาเทศบาลจะตัดสินใจในวันพฤหัสบดีว่าจะปิดสะพานเก่าสำหรับรถบรรทุกหรือไม่",
    "el": "Το δημοτικό συμβούλιο αποφασίζει την Πέμπτη αν η παλιά γέφυρα θα κλείσει για φορτηγά.",
    "ka": "საკრებულო ხუთშაბათს გადაწყვეტს, დაიკეტება თუ არა ძველი ხიდი.",
    "hy": "Քաղաքային խորհուրդը հինգշաբթի կորոշի՝ արդյոք հին կամուրջը կփակվի։",
    "ta": "பழைய பாலம் மூடப்படுமா என்பதை நகர மன்றம் வியாழக்கிழமை முடிவு செய்யும்.",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_a_sentence_is_enough(code: str, text: str) -> None:
    found = identify(text)
    assert (found.code, found.source) == (code, "text")
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(("code", "text"), BY_SCRIPT.items())
def test_a_script_of_one_language_decides_against_any_hint(code: str, text: str) -> None:
    found = identify(text, "en")
    assert (found.code, found.source) == (code, "script")


@pytest.mark.parametrize(
    "text", ["", "  ", "x", "12345 67890", "1-0 2-1", "😀😀😀", "NBA", "A380", "UEFA COVID-19"]
)
@pytest.mark.parametrize("hint", [None, "en", "de-AT"])
def test_junk_has_no_language_whatever_the_hint(text: str, hint: str | None) -> None:
    assert identify(text, hint).code == "und"


def test_a_wrong_hint_does_not_turn_a_clear_sentence() -> None:
    assert identify(SENTENCES["sw"], "en").code == "sw"
    assert identify(SENTENCES["de"], "fr").code == "de"


def test_a_hint_decides_between_look_alikes() -> None:
    text = "Hamilton - Verstappen"
    assert identify(text, "en").code == "en"
    assert identify(text, "de").code == "de"


def test_a_hint_counts_twentyfold_and_no_more() -> None:
    likely = {"no": 0.9, "da": 0.05, "sv": 0.05}
    assert decide(likely, "da", 200).code == "da"
    assert decide(likely, "da", 200).source == "hint"
    assert decide({"no": 0.96, "da": 0.04}, "da", 200).code == "no"


def test_a_hinted_language_may_be_none_of_the_news_languages() -> None:
    likely = {"es": 0.5, "ast": 0.0, "an": 0.5}
    assert "an" not in NEWS_LANGUAGES
    assert decide(likely, None, 200).code == "es"
    assert decide(likely, "an", 200).code == "an"


def test_a_hint_is_nothing_where_the_text_says_nothing() -> None:
    flat = dict.fromkeys(sorted(NEWS_LANGUAGES), 1 / len(NEWS_LANGUAGES))
    assert decide(flat, "en", 8).code == "und"
    assert decide({"zxx": 0.999, "en": 0.001}, "en", 200).code == "und"
    assert decide({}, "en", 200).code == "und"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "fr"), ("fr-FR", "fr"), ("pt_BR", "pt"), ("EN-us", "en"), (" de ", "de"),
        ("zh-Hans-CN", "zh"), ("nb-NO", "no"), ("nn", "no"), ("iw", "he"), ("eng", "en"),
        ("fil", "tl"), (None, None), ("", None), ("english", None), ("{{lang}}", None),
        ("en;q=0.9", None), ("mul", None), ("x-default", None),
    ],
)  # fmt: skip
def test_hints_come_in_any_form(tag: str | None, code: str | None) -> None:
    assert language_of(tag) == code


def test_addresses_and_tags_are_not_text() -> None:
    noise = "https://example.org/en/the-council-will-decide info@example.org <b class='the'>"
    assert identify(f"{noise} {SENTENCES['fr']}").code == "fr"
    assert identify("https://example.org/en/the-council-will-decide-on-thursday").code == "und"


def test_a_quoted_name_in_another_script_changes_nothing() -> None:
    assert identify("Le ministre 山田太郎 a visité jeudi le vieux pont de la ville.").code == "fr"
    assert identify(BY_SCRIPT["zh"] * 4 + "の").code == "zh"
    assert identify("ソニー、PlayStation 新型を発表").code == "ja"


def test_bokmal_and_nynorsk_are_one_code() -> None:
    assert decide({"nn": 0.5, "no": 0.4, "da": 0.1}, None, 200).code == "no"
