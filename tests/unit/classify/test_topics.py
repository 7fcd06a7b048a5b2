"""Topics of articles. All texts are our own."""

from __future__ import annotations

import pytest

from wireroom.classify import topics
from wireroom.classify.topics import CURVE, Topic, confidence, find, margin, printed

ARTICLES = {
    "en": (
        "15",
        "Late goal sends City into the final",
        "The striker scored in extra time. The coach praised his team after the match.",
    ),
    "de": (
        "02",
        "Polizei nimmt zwei Verdächtige fest",
        "Die Staatsanwaltschaft ermittelt wegen Einbruchs. Das Gericht erließ Haftbefehl.",
    ),
    "fr": (
        "07",
        "Un nouveau vaccin à l'hôpital",
        "Les médecins soignent les patients atteints de la maladie. Le virus circule encore.",
    ),
    "es": (
        "04",
        "La inflación baja y la bolsa sube",
        "Los bancos esperan que las empresas inviertan. El precio del petróleo cae.",
    ),
    "it": (
        "11",
        "Il parlamento vota la fiducia al governo",
        "Il ministro ha difeso la riforma. I partiti di opposizione chiedono elezioni.",
    ),
    "pt": (
        "05",
        "Professores e alunos voltam à escola",
        "A universidade abre as aulas. Os estudantes fazem o exame na segunda-feira.",
    ),
    "ru": (
        "16",
        "Войска отступили после боёв",
        "Армия сообщила об обстреле. Солдаты ждут перемирия, ракеты не применялись.",
    ),
    "tr": (
        "15",
        "Takım son dakikada golle kazandı",
        "Teknik direktör maçın ardından futbolcuları kutladı. Lig haftaya devam ediyor.",
    ),
    "ja": (
        "15",
        "サッカー代表が決勝へ",
        "監督は試合後に選手をたたえた。ゴールは後半に決まった。",
    ),
    "zh": (
        "04",
        "股市上涨 央行降息",
        "银行和企业欢迎这一决定，通胀有所回落，投资者买入股票。",
    ),
}


@pytest.mark.parametrize(("language", "article"), ARTICLES.items())
def test_an_article_gets_its_topic_with_words_of_its_own(
    language: str, article: tuple[str, str, str]
) -> None:
    code, title, text = article
    found, missing = find(language, title, text)
    assert missing is None
    assert found[0].uri == f"medtop:{code}000000"
    assert found[0].name == topics.NAMES[code]
    assert 1 <= len(found[0].evidence) <= 5
    assert all(word in title or word in text for topic in found for word in topic.evidence)
    assert [t.confidence for t in found] == sorted((t.confidence for t in found), reverse=True)


def test_no_evidence_is_an_answer_and_not_the_first_topic() -> None:
    assert find("en", "Something else", "Nobody knows.") == ((), "no_evidence")


def test_a_language_without_list_is_an_answer() -> None:
    assert find("sw", "Mpira", "Timu ilishinda.") == ((), "unsupported_language")
    assert find("und", None, "") == ((), "unsupported_language")


def test_the_headline_counts_more_than_the_beginning_and_that_more_than_the_rest() -> None:
    far = "Nobody was there. " * 30
    in_title = find("en", "A striker and a vaccine", "")[0]
    assert {t.confidence for t in in_title[:2]} == {in_title[0].confidence}
    assert find("en", "The striker", "The vaccine.")[0][0].uri == "medtop:15000000"
    assert find("en", None, f"The vaccine. {far} The striker.")[0][0].uri == "medtop:07000000"


def test_a_title_alone_is_answered_with_less_confidence_than_with_its_text() -> None:
    _, title, text = ARTICLES["en"]
    assert find("en", title, "")[0][0].confidence < find("en", title, text)[0][0].confidence


def test_a_word_said_often_does_not_outweigh_several_words() -> None:
    text = "striker " * 8 + "vaccine hospital doctor"
    assert find("en", None, text)[0][0].uri == "medtop:07000000"


def test_of_equal_topics_the_one_spoken_of_first_leads() -> None:
    first = find("en", None, "The vaccine and the striker.")[0]
    second = find("en", None, "The striker and the vaccine.")[0]
    assert (first[0].uri, second[0].uri) == ("medtop:07000000", "medtop:15000000")


def test_what_lies_past_three_thousand_characters_is_not_read() -> None:
    assert find("en", None, "x " * 1500 + "striker") == ((), "no_evidence")


def topic(value: float) -> Topic:
    return Topic("medtop:15000000", "sport", value, ())


def test_topics_with_sixty_percent_of_the_best_are_printed_three_at_most() -> None:
    several = [topic(value) for value in (0.9, 0.7, 0.6, 0.55, 0.2)]
    assert printed(several) == tuple(several[:3])
    assert printed([topic(0.9), topic(0.5)]) == (topic(0.9),)
    assert printed([]) == ()


def test_confidence_rises_with_the_margin_and_stays_a_probability() -> None:
    assert confidence([1.0, 1.0]) == CURVE[0][1]
    rising = [confidence([5.0 + step, 5.0, 1.0]) for step in range(0, 60, 5)]
    assert rising == sorted(set(rising))
    assert 0 < rising[0] < rising[-1] <= 1
    assert confidence([1000.0]) <= 1


def test_little_evidence_is_little_margin_however_one_sided() -> None:
    assert margin([1.0]) < margin([6.0])
