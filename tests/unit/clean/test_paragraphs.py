from __future__ import annotations

import pytest

from wireroom.clean.paragraphs import paragraphs, words_of


def split(line: str, more: str = "") -> list[str]:
    return paragraphs(line, words_of([line, more]))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("It rained.The road was closed.", ["It rained.", "The road was closed."]),
        ("Il a plu.“Rien”, dit-elle.", ["Il a plu.", "“Rien”, dit-elle."]),
        ("“Il a plu”.Le pont tient.", ["“Il a plu”.", "Le pont tient."]),
        ("“It rained.”The road held.", ["“It rained.”", "The road held."]),
        ("It rained.”The road held”, he said.", ["It rained.", "”The road held”, he said."]),
        ('He said: "It rained."The road held.', ['He said: "It rained."', "The road held."]),
        ('It rained."The road held," he said.', ["It rained.", '"The road held," he said.']),
        ("„Es regnet.“Die Straße hält.", ["„Es regnet.“", "Die Straße hält."]),
        ("« Il pleut. »Le pont tient.", ["« Il pleut. »", "Le pont tient."]),
        ("Sie zählten 1 100.Mehr als je zuvor.", ["Sie zählten 1 100.", "Mehr als je zuvor."]),
        ("¿Llueve?¡Sí! Mucho.", ["¿Llueve?", "¡Sí! Mucho."]),
        ("Прошёл дождь.Дорогу закрыли.", ["Прошёл дождь.", "Дорогу закрыли."]),
        ("هطل المطر.أغلق الطريق اليوم.", ["هطل المطر.", "أغلق الطريق اليوم."]),
        ("비가 왔다.도로가 막혔다.", ["비가 왔다.", "도로가 막혔다."]),
        ("Yağmur yağdı.Şimdi yol kapalı.", ["Yağmur yağdı.", "Şimdi yol kapalı."]),
    ],
)
def test_a_stop_without_a_space_is_a_lost_paragraph_break(line: str, parts: list[str]) -> None:
    assert split(line) == parts


@pytest.mark.parametrize(
    "line",
    [
        "It rained. The road was closed. Nobody came.",
        "J.R.R.Tolkien wrote it, and M.Dupont read it to the U.S.Army.",
        "Dr.Weber und Prof.Klein kamen am 3.Mai im 20.Jahrhundert.",
        "Write to Anna.Berg@mail.example, see https://www.Site.example/A.Html.Now or Amazon.Com.",
        "Node.JS and version 2.5 of the plan cost 1.200.000 euros.",
        "She earned a Ph.D. at www.Uni.example for Ferrari (RACE.MI) and its IQ.LIGHT lamps.",
        "They chose him…I told them that they should not have...You have to see it.",
        "Д.И.Менделеев жил на ул.Ленина.",
        "雨が降った。道路は閉鎖された。誰も来なかった。",
        "下雨了。道路关闭了。没有人来。",
    ],
)
def test_other_stops_end_nothing(line: str) -> None:
    assert split(line) == [line]


@pytest.mark.parametrize(
    ("heading", "rest"),
    [
        (
            "Ten years of quarrels over the harbour",
            "The ships have waited since the spring of 2014.",
        ),
        (
            "Dix ans de querelles pour un vieux port",
            "Les navires attendent depuis le printemps 2014.",
        ),
        (
            "Zehn Jahre Streit um den alten Hafen",
            "Die Schiffe warten seit dem Frühjahr des Jahres.",
        ),
        (
            "Diez años de disputas por el viejo puerto",
            "Los barcos esperan desde la primavera de 2014.",
        ),
        (
            "Десять лет споров о старом порте города",
            "Они ждут с весны и не знают, когда это кончится.",
        ),
        (
            "A quarrel that goes back to 2014",
            "The ships have waited since the spring of that year.",
        ),
    ],
)
def test_a_heading_glued_on_both_sides_becomes_a_paragraph(heading: str, rest: str) -> None:
    line = f"Nobody knows the end of it.{heading}{rest}"
    assert split(line) == ["Nobody knows the end of it.", heading, rest]


def test_a_heading_that_ends_in_a_name_is_found_when_the_name_stands_elsewhere() -> None:
    line = "The long dispute about the port of BergenHe has seen ships come and go for forty years."
    assert split(line, "They live in Bergen.")[0] == "The long dispute about the port of Bergen"
    assert split(line) == [line]


@pytest.mark.parametrize(
    "name", ["YouTube", "LinkedIn", "McDonald", "OpenAI", "iPhone", "WhatsApp", "LeBron", "PayPal"]
)
def test_names_with_a_capital_inside_stay_whole(name: str) -> None:
    line = f"In a long letter to its users {name} said that prices would rise again in the summer."
    assert split(line, "You pay the app when they are linked in, and the pal in the tube.") == [
        line
    ]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "雨が降った。【橋の閉鎖】道路も止まった。",
            ["雨が降った。", "【橋の閉鎖】", "道路も止まった。"],
        ),
        ("下雨了。■桥梁关闭 道路也关闭了。", ["下雨了。", "■桥梁关闭 道路也关闭了。"]),
        ("雨が降り、【速報】が出た。", ["雨が降り、【速報】が出た。"]),
    ],
)
def test_where_nothing_has_capitals_a_marked_heading_is_found(line: str, parts: list[str]) -> None:
    assert split(line) == parts
