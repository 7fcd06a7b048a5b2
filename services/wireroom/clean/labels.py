"""The words that stand before the facts of a syndicated text, in fifteen languages.

en fr de es pt it nl ru uk ar zh ja ko tr pl. A label says what a line is about; whether the
line is a label line at all is for ``trailer`` to decide, which looks at the value too.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "source", "author", "date", "updated", "tags", "also", "rights", "social", "appeared_on"
]

_SOURCE = """
    source link|link to source|source url|sources?|original source|original article|original url
    read the original(?: article)?|read the full (?:article|story)
    (?:originally |first )?published (?:at|in)|via
    lien (?:de la |vers la )?source|article original|lire l[’']article original
    quelle|quellen|quelllink|originalartikel|originalbeitrag|zum original
    fuente|enlace (?:de|a) la fuente|enlace original|artículo original
    fonte|link da fonte|link original|artigo original|matéria original
    link alla fonte|articolo originale
    bron|bronlink|origineel artikel
    источник|ссылка на источник|оригинал(?: статьи)?
    джерело|посилання на джерело
    المصدر|مصدر|رابط المصدر|المقال الأصلي
    来源|來源|文章来源|文章來源|来源链接|來源連結|原文|原文链接|原文連結|稿源
    出典|引用元|元記事|情報源|ソース
    출처|원문|원문 링크|기사 원문
    kaynak|kaynak bağlantısı|haberin kaynağı
    źródło|link do źródła|oryginalny artykuł
"""
_AUTHOR = """
    authors?|author name|written by|reported by|story by|byline
    auteurs?|autrice|écrit par|rédigé par
    autor(?:in|en|innen)?|verfasser(?:in)?|geschrieben von
    autore?s?|autor[ae]s?|escrito por|redactor
    autori|autrici|scritto da
    geschreven door
    автор(?:ы|и)?|автор статьи|текст
    الكاتب|المؤلف|بقلم|كتبه|كتب
    作者|记者|記者|撰文|文
    著者|執筆者|筆者|執筆|文責
    저자|기자|글쓴이|작성자|글
    yazar|muhabir|haber
    autorzy|autorka|napisał(?:a)?
"""
_WRITTEN_BY = """
    written by|reported by|story by|écrit par|rédigé par|geschrieben von|escrito por|scritto da
    geschreven door|بقلم|napisał(?:a)?
"""
_DATE = """
    publish(?:ed)? date|publication date|date published|published(?: on)?|posted(?: on)?|date
    date de publication|publiée? le
    veröffentlicht(?: am)?|veröffentlichungsdatum|erscheinungsdatum|datum
    fecha(?: de publicación)?|publicado(?: el| em)?
    data(?: de publicação| di pubblicazione| publikacji)?|pubblicato(?: il)?
    publicatiedatum|gepubliceerd(?: op)?
    дата(?: публикации)?|опубликовано
    дата публікації|опубліковано
    تاريخ النشر|نشر في|نُشر في|التاريخ
    发布时间|發布時間|发布日期|發布日期|发表时间|日期|时间
    公開日|公開日時|掲載日|投稿日|配信日|発行日|日付
    게시일|발행일|등록일|작성일|입력|등록|날짜
    yayın tarihi|yayınlanma tarihi|tarih
    opublikowano
"""
_UPDATED = """
    (?:last )?updated(?: on)?|modified|mis à jour(?: le)?|aktualisiert(?: am)?|actualizado(?: el)?
    atualizado(?: em)?|aggiornato(?: il)?|bijgewerkt(?: op)?|обновлено|оновлено|آخر تحديث|تم التحديث
    更新时间|更新時間|更新日|最終更新|수정|güncelleme(?: tarihi)?|aktualizacja
"""
_TAGS = """
    tags?|keywords|mots[- ]clés|schlagwörter|stichwörter|etiquetas|palabras clave|palavras-chave
    parole chiave|trefwoorden|теги|ключевые слова|ключові слова|الوسوم|كلمات مفتاحية|标签|標籤
    关键词|タグ|キーワード|태그|etiketler|anahtar kelimeler|tagi|słowa kluczowe
"""
_ALSO = """
    read more|read also|also read|read next|see also|related(?: articles?| stories)?|more on this
    lire aussi|à lire aussi|à lire également|voir aussi|lesen sie auch|lesen sie mehr|mehr zum thema
    siehe auch|auch interessant|lea también|lee también|le puede interesar|ver también|leia também
    leia mais|veja também|leggi anche|leggi di più|vedi anche|lees ook|lees meer|читайте также
    читать далее|смотрите также|читайте також|дивіться також|اقرأ أيضا|اقرأ أيضًا|إقرأ أيضا
    اقرأ المزيد|延伸阅读|延伸閱讀|相关阅读|相關閱讀|相关新闻|相關新聞|関連記事
    あわせて読みたい|合わせて読みたい
    관련 ?기사|함께 보기|ayrıca okuyun|bunu da okuyun|ilgili haber(?:ler)?|czytaj też|czytaj także
    zobacz też|przeczytaj również
"""
_LIST_HEADS = """
    trending(?: now| stories)?|most (?:read|popular|viewed)|popular(?: posts| stories| now)?
    recommended(?: for you)?|related(?: articles| stories| posts| news)?|latest(?: news| stories)?
    top stories|more (?:stories|news|headlines)|you may also like|don[’']t miss|editors?[’']? picks?
    les plus lus|tendances|à lire aussi|articles (?:liés|similaires|récents)|à la une
    dernières (?:nouvelles|actualités)|meistgelesen|beliebt|das könnte sie auch interessieren
    ähnliche artikel|neueste (?:nachrichten|artikel)|empfohlen|lo más (?:leído|visto)|tendencias
    últimas noticias|más noticias|relacionad[oa]s|te puede interesar|mais lidas|mais lidos
    em alta|notícias relacionadas|leia também|i più letti|più letti|di tendenza|ultime notizie
    articoli correlati|potrebbe interessarti|meest gelezen|laatste nieuws|aanbevolen
    популярное|самое читаемое|последние новости|читайте также|новости по теме|рекомендуем
    популярне|останні новини|читайте також|найпопулярніше|الأكثر قراءة|الأكثر رواجا|أخبار ذات صلة
    آخر الأخبار|اقرأ أيضا|热门|热门新闻|熱門|熱門新聞|相关新闻|相關新聞|推荐阅读|推薦閱讀|最新消息
    人気記事|関連記事|注目記事|アクセスランキング|ランキング|최신 뉴스|많이 본 뉴스|인기 기사
    관련 기사|추천 기사|en çok okunanlar|öne çıkanlar|son haberler
    ilgili haberler|gündem|najczęściej czytane
    popularne|najnowsze|polecane|czytaj także
"""
_RIGHTS = (
    r"copyright (?:for|of) (?:the )?(?:syndicated )?content\b.*"
    r"|(?:copyright\b|©|\(c\)).{0,40}(?:(?<!\d)(?:19|20)\d\d(?!\d)|©).*"
    r"|(?:copyright|©)\s*[:：©].*"
    r"|©.*"
    r"|(?:.{0,120}[\s.,;|–—-]|)(?:all rights reserved|tous droits (?:de reproduction )?réservés"
    r"|alle rechte vorbehalten|todos los derechos reservados|todos os direitos reservados"
    r"|tutti i diritti riservati|alle rechten voorbehouden|все права защищены|[ву]сі права захищені"
    r"|جميع الحقوق محفوظة|tüm hakları saklıdır|wszelkie prawa zastrzeżone"
    r"|版权所有|版權所有|著作権所有)(?:\b.{0,60}|)"
    r"|.{0,60}(?:禁止无断转载|未经授权.{0,8}转载|無断(?:転載|複製).{0,10}禁|무단\s?전재.{0,30}금지).{0,30}"
)
_SOCIAL = (
    r"(?:follow|like) us on .{2,80}|share (?:this|on) .{2,80}"
    r"|(?:subscribe|sign up) (?:to|for) our .{2,120}"
    r"|suivez[- ]nous sur .{2,80}|abonnez[- ]vous à .{2,120}|folgen sie uns (?:auf|bei) .{2,80}"
    r"|abonnieren sie .{2,120}|síguenos en .{2,80}|suscríbete a .{2,120}|siga[- ]nos n[oa] .{2,80}"
    r"|inscreva-se .{2,120}|seguici su .{2,80}|iscriviti all[ae’'] ?.{2,120}|volg ons op .{2,80}"
    r"|подписывайтесь на .{2,120}|підписуйтесь на .{2,120}|تابعونا على .{2,80}|اشترك في .{2,120}"
    r"|关注我们.{0,80}|フォロー.{0,40}お願いします.{0,5}|bizi .{2,40} takip edin.{0,20}"
    r"|obserwuj nas na .{2,80}"
)
_APPEARED = r"the (?:post|article|story) .{1,200} (?:first )?appeared (?:first )?on .{1,80}"


def _any_of(words: str) -> str:
    return "|".join(line.strip() for line in words.strip().splitlines())


COLON = r"\s*[:：﹕]\s*"
_BULLET = r"\s*(?:[-–—•*·]\s+)?"
_TO_WORDS: dict[Kind, str] = {
    "source": _SOURCE,
    "author": _AUTHOR,
    "date": _DATE,
    "updated": _UPDATED,
    "tags": _TAGS,
    "also": _ALSO,
}


def _labelled(words: str, colon: str = COLON) -> re.Pattern[str]:
    return re.compile(rf"{_BULLET}(?:{_any_of(words)}){colon}(?P<value>.*)", re.I | re.S)


LABELS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    *((kind, _labelled(words)) for kind, words in _TO_WORDS.items()),
    ("author", _labelled(_WRITTEN_BY, r"\s+")),
    ("date", _labelled(_DATE, r"\s+(?=\D{0,12}\d)")),
    ("updated", _labelled(_UPDATED, r"\s+(?=\D{0,12}\d)")),
)
"""Kind and pattern with a group ``value``; to be matched against a whole line."""

LINES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("rights", re.compile(_BULLET + f"(?:{_RIGHTS})", re.I)),
    ("social", re.compile(_BULLET + f"(?:{_SOCIAL})", re.I)),
    ("appeared_on", re.compile(_BULLET + _APPEARED, re.I)),
)
"""Lines that say what they are without a label; to be matched against a whole line."""

LIST_HEAD = re.compile(rf"\W{{0,3}}(?:{_any_of(_LIST_HEADS)})\s*[:：]?\s*", re.I)
"""What stands above a list of other articles; to be matched against a whole line."""

GLUED_LABEL = re.compile(
    rf"(?:{_any_of(_SOURCE)}|{_any_of(_AUTHOR)}|{_any_of(_DATE)}|{_any_of(_UPDATED)})\s*$", re.I
)
GLUED_HEAD = re.compile(rf"(?:{_any_of(_LIST_HEADS)})\s*:?\s*$", re.I)
"""To be searched in what stands before a colon, or before a bullet, in the midst of a line."""

_DATED = (
    "published on|posted on|updated on|publiée? le|mis à jour le|veröffentlicht am|aktualisiert am"
    "|publicado e[lm]|actualizado el|atualizado em|pubblicato il|aggiornato il|gepubliceerd op"
    "|bijgewerkt op|опубликовано|опубліковано|обновлено|نشر في|opublikowano"
)
GLUED_DATE = re.compile(rf"(?:{_DATED})\s+(?=\D{{0,12}}\d)", re.I)
"""A label without a colon in the midst of a line."""

LONGEST_LABEL = 45
"""Characters that the longest label or list head has, with some to spare."""
