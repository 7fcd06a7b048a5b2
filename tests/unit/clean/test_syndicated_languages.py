"""Syndicated texts of our own making, one per language: body, then a trailer and a tail."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wireroom.clean.syndicated import parse


@dataclass(frozen=True, slots=True)
class Sample:
    """Paragraphs of the body, the lines behind them, and what these say."""

    body: tuple[str, ...]
    trailer: tuple[str, ...]
    url: str | None
    authors: tuple[str, ...]
    day: str
    headlines: int

    @property
    def text(self) -> str:
        return "\n".join((*self.body, *self.trailer))


SAMPLES = {
    "en": Sample(
        (
            "The ferry between the islands will run again from Monday, the harbour office said.",
            "Author: that is the title she prefers, although the council calls her a clerk.",
            "Source: the wind, said the captain, who has seen the pier break twice in ten years.",
        ),
        (
            "Source link : https://www.island-post.example/news/ferry-runs-again",
            "Author : Mary O’Hara and Tom Lind",
            "Publish date : 2024-11-05 07:30:00",
            "Copyright for syndicated content belongs to the linked Source.",
            "Trending",
            "- Bakery wins prize for a bread without salt",
            "- Who painted the old lighthouse? Nobody will say",
            "Tuesday, November 5",
        ),
        "https://www.island-post.example/news/ferry-runs-again",
        ("Mary O’Hara", "Tom Lind"),
        "2024-11-05",
        2,
    ),
    "fr": Sample(
        (
            "Le marché couvert rouvrira samedi après deux ans de travaux, a annoncé la mairie.",
            "Les commerçants attendent ce jour avec impatience, mais aussi avec un peu de crainte.",
        ),
        (
            "Lien de la source : https://gazette.example/marche",
            "Auteur :",
            "Date de publication : 12 mars 2024 à 18h05",
            "Tous droits réservés.",
            "Les plus lus",
            "• Une fanfare perdue dans le brouillard",
            "• Le pont sera peint en vert",
            "mardi 12 mars",
        ),
        "https://gazette.example/marche",
        (),
        "2024-03-12",
        2,
    ),
    "de": Sample(
        (
            "Die Stadtbücherei bleibt bis zum Sommer geschlossen, weil das Dach erneuert wird.",
            "Quelle: so nennen die Anwohner den Brunnen vor dem Haus, der seit Jahren trocken ist.",
        ),
        (
            "Quelle: https://stadtblatt.example/buecherei",
            "Autorin: Anna von der Au",
            "Veröffentlicht am 03.02.2025, 18:30 Uhr",
            "Alle Rechte vorbehalten",
            "Meistgelesen",
            "- Hund findet nach drei Wochen heim",
            "- Neue Linie fährt bis zum See",
        ),
        "https://stadtblatt.example/buecherei",
        ("Anna von der Au",),
        "2025-02-03",
        2,
    ),
    "es": Sample(
        (
            "El ayuntamiento plantará mil árboles en las avenidas antes de que acabe el año.",
            "Los vecinos piden también bancos y fuentes, porque en verano no hay dónde descansar.",
        ),
        (
            "Fuente: https://diario.example/arboles",
            "Autor: Lucía Peña",
            "Publicado el 9 de mayo de 2024",
            "Lea también: La feria del libro cambia de plaza",
            "Todos los derechos reservados.",
        ),
        "https://diario.example/arboles",
        ("Lucía Peña",),
        "2024-05-09",
        1,
    ),
    "ru": Sample(
        (
            "Городской трамвай вернётся на набережную весной, сообщили в управлении транспорта.",
            "Жители ждали этого три года, но рельсы пришлось укладывать заново из-за паводка.",
        ),
        (
            "Источник: https://vesti.example/tramvai",
            "Автор: Ирина Лесная",
            "Дата публикации: 8 февраля 2025, 14:05",
            "Все права защищены.",
            "Читайте также",
            "- На рынке открыли новый павильон",
            "- Музей покажет старые карты",
        ),
        "https://vesti.example/tramvai",
        ("Ирина Лесная",),
        "2025-02-08",
        2,
    ),
    "ar": Sample(
        (
            "أعلنت البلدية أن السوق القديم سيفتح أبوابه الأسبوع المقبل بعد انتهاء أعمال الترميم.",
            "وقال التجار إنهم ينتظرون الزبائن بفارغ الصبر بعد شهور طويلة من الإغلاق والانتظار.",
        ),
        (
            "المصدر: https://akhbar.example/souq",
            "الكاتب: سلمى الخطيب",
            "تاريخ النشر: 8 فبراير 2025",
            "جميع الحقوق محفوظة",
        ),
        "https://akhbar.example/souq",
        ("سلمى الخطيب",),
        "2025-02-08",
        0,
    ),
    "ja": Sample(
        (
            "市は来年の春から川沿いの遊歩道を夜間も開放すると発表し、照明を新しくする計画を示した。",
            "住民からは歓迎の声が上がる一方で、騒音を心配する人もいるため、試験的に始めるという。",
        ),
        (
            "出典：https://shimbun.example/yuhodo",
            "著者：山田花子",
            "公開日：2025年2月8日 10:20",
            "無断転載を禁じます",
            "人気記事",
            "- 古い橋の写真展が始まる",
            "- 駅前に新しい図書館",
        ),
        "https://shimbun.example/yuhodo",
        ("山田花子",),
        "2025-02-08",
        2,
    ),
    "pl": Sample(
        (
            "Nowy most nad rzeką zostanie otwarty w czerwcu, poinformował w środę zarząd dróg.",
            "Kierowcy czekali na tę chwilę dwa lata, bo stary most zamknięto po wiosennej powodzi.",
        ),
        (
            "Źródło: https://kurier.example/most",
            "Autor: Jan Kowal",
            "Data publikacji: 2025-06-01",
            "Wszelkie prawa zastrzeżone.",
        ),
        "https://kurier.example/most",
        ("Jan Kowal",),
        "2025-06-01",
        0,
    ),
}


ALL = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


@ALL
def test_the_body_is_kept_whole_and_nothing_else(sample: Sample) -> None:
    assert parse(sample.text).text.split("\n") == list(sample.body)


@ALL
def test_the_trailer_is_read_before_it_goes(sample: Sample) -> None:
    article = parse(sample.text)
    assert article.canonical_url == sample.url
    assert article.authors == sample.authors
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == sample.day
    assert article.zone_assumed
    assert len(article.headlines) == sample.headlines
    assert article.copyright_notice or not any("ights" in line for line in sample.trailer)


@ALL
def test_removed_spans_and_body_cover_the_submitted_text(sample: Sample) -> None:
    removed = parse(sample.text).removed
    assert [sample.text[r.at : r.at + r.length] for r in removed] == list(sample.trailer)


@ALL
@pytest.mark.parametrize("joint", ["", " "], ids=["glued", "spaced"])
def test_a_trailer_in_one_line_with_the_body_comes_out_the_same(sample: Sample, joint: str) -> None:
    spread = parse(sample.text)
    trailer = [line for line in sample.trailer if line[0] not in "-•"][:3]
    glued = parse(joint.join((*sample.body, *trailer)))
    assert glued.canonical_url == spread.canonical_url
    assert glued.authors == spread.authors
    assert glued.published_at == spread.published_at
    assert "".join(glued.text.split()) == "".join(spread.text.split())


@pytest.mark.parametrize("sample", [SAMPLES["en"]])
def test_a_text_all_in_one_line_gives_the_same_facts(sample: Sample) -> None:
    for joint in ("", " "):
        article = parse(joint.join((*sample.body, *sample.trailer)))
        assert article.canonical_url == sample.url
        assert article.authors == sample.authors
        assert article.copyright_notice == sample.trailer[3]
        assert article.headlines[0].text == "Bakery wins prize for a bread without salt"


def test_same_text_same_answer() -> None:
    texts = [sample.text for sample in SAMPLES.values()]
    once = [parse(text) for text in texts]
    again = [parse(text) for text in reversed(texts)]
    assert once == list(reversed(again))
