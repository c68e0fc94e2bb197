# SPDX-License-Identifier: Apache-2.0
"""The words a code and a name are found by: codes and their parts, Latin words, Chinese by character pairs and pinyin.

PostgreSQL's own parsers know no Chinese, so the tsvector is written here, as text, and search.py asks in the same
words. docs/why/search.md tells which queries find what.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from belltower.kernel.texts import Text, has_chinese

Name = Text | Mapping[str, str] | None

LONGEST = 32
"""Characters of a word that count; a query is cut alike, so that a longer one still finds."""
START = "^"
"""Begins the lexemes that stand for the beginning of a whole name or code (no word contains it)."""

_HAN = "\u3400-\u9fff\U00020000-\U0003134f"  # as kernel.texts.has_chinese
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_MOST_UNITS = 40
_LONGEST_CODE = 120
_APART = "' '"

# Characters that place names read otherwise than everyday words do, where the phrase dictionary knows no better
# (seen: 朝阳街道 as "zhao", 长丰 as "zhang", the surname 覃 as "tan"). Both readings find the name.
_ALSO_READ = {
    "长": "chang", "朝": "chao", "重": "chong", "厦": "xia", "乐": "le", "曾": "zeng", "覃": "qin", "单": "shan",
    "盛": "sheng", "仇": "qiu",
}  # fmt: skip


def words_for(codes: Iterable[str | None], name: Name) -> str:
    """The words of one thing, as text that casts to tsvector."""
    return words_many([tuple(codes)], [name])[0]


def words_many(codes: Sequence[Sequence[str | None]], names: Sequence[Name]) -> list[str]:
    """The words of many things, as text that casts to tsvector; each distinct name is taken apart once.

    ``codes`` holds the codes of each thing (None among them is passed over) and is as long as ``names``.
    """
    return [
        f"{_code_words(own)} {_name_words(name.zh, name.en)}" if name else _code_words(own)
        for own, name in zip(codes, map(_text, names), strict=True)
    ]


def normal(text: str) -> str:
    """The form in which words are kept and asked for: compatibility forms and case folded, accents dropped."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode()).lower()
    if unicodedata.is_normalized("NFD", plain):
        return plain
    apart = unicodedata.normalize("NFD", plain)
    return "".join(character for character in apart if not unicodedata.combining(character))


def start_of(text: str) -> str:
    """The lexeme that stands for a name or code beginning so; empty where there is nothing to go by."""
    letters = "".join(_RUNS.findall(normal(text)))
    return f"{START}{letters[:LONGEST]}" if letters else ""


def asked(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a query and whether each is only the beginning of a word (Chinese is asked for by whole pairs)."""
    for run in _RUNS.findall(normal(text)):
        if is_han(run):
            yield from ((pair, False) for pair in _pairs(run))
        else:
            yield run[:LONGEST], True


def quoted(lexeme: str) -> str:
    """A lexeme in the text form of tsvector and tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def is_han(run: str) -> bool:
    """Whether a run begins with a Chinese character, and so consists of them."""
    return has_chinese(run[0])


def _text(name: Name) -> Text | None:
    if name is None or isinstance(name, Text):
        return name
    return Text.read(name) if any(name.values()) else None


def _code_words(codes: Sequence[str | None]) -> str:
    return " ".join([_words_of_code(code) for code in codes if code])


def _words_of_code(code: str) -> str:
    """The code and its beginning; of a compound one its parts, and its beginning without the punctuation.

    A query is taken apart alike, so a compound code is found whole by its parts; each lexeme more that only one row has
    would cost a load a tenth of its time. Written for speed: a load calls it for every row, and no two rows have the same code.
    """
    plain = code.lower() if code.isascii() else normal(code)
    if plain.isalnum() and len(plain) <= LONGEST and plain.isascii():
        return f"'{plain}' '{START}{plain}'"
    parts = _RUNS.findall(plain)
    if not parts:
        readable = plain if plain.isprintable() else _UNSAFE.sub("", plain)
        return quoted(readable[:_LONGEST_CODE]) if readable else ""
    if len(plain) > LONGEST:
        parts = [part[:LONGEST] for part in parts]
    begins = f"'{START}{''.join(parts)[:LONGEST]}'"
    return f"{begins} '{_APART.join(parts)}'"


@lru_cache(maxsize=100_000)
def _name_words(zh: str, en: str) -> str:
    """All lexemes are letters and digits behind at most one START, so none needs quoting."""
    lexemes = dict.fromkeys((*_words_of_name(zh), *_words_of_name(en)))
    return f"'{_APART.join(lexemes)}'" if lexemes else ""


def _words_of_name(said: str) -> Iterator[str]:
    runs = _RUNS.findall(normal(said))
    if not runs:
        return
    yield START + "".join(runs)[:LONGEST]
    for run in runs:
        yield from _plain_words(run)
    if any(map(is_han, runs)):
        yield from _pinyin_words(runs)


@lru_cache(maxsize=50_000)
def _plain_words(run: str) -> Sequence[str]:
    """A Latin word as it is; Chinese as single characters and pairs."""
    return (*run, *_pairs(run)) if is_han(run) else (run[:LONGEST],)


def _pairs(run: str) -> Sequence[str]:
    """Neighbouring characters two by two; a single character stands for itself."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _pinyin_words(runs: Sequence[str]) -> Iterator[str]:
    """Full pinyin and initials from every syllable to the end, so that a prefix query may begin anywhere."""
    readings = [[said for run in runs for said in _syllables(run)[which]][:_MOST_UNITS] for which in (0, 1)]
    for syllables in readings if readings[0] != readings[1] else readings[:1]:
        initials = [said if said.isdigit() else said[:1] for said in syllables]
        for units in (syllables, initials):
            whole, at = "".join(units), 0
            yield START + whole[:LONGEST]
            for unit in units:
                yield whole[at : at + LONGEST]
                at += len(unit)


@cache
def _dictionary() -> Callable[[str], list[str]]:
    """The readings of a run of Chinese. Its phrases take half a second to load: a start that writes no name does without."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin


@lru_cache(maxsize=50_000)
def _syllables(run: str) -> tuple[Sequence[str], Sequence[str]]:
    """The run's syllables as words are read, and as place names may be read; a Latin run or number is one syllable.

    ü is v in the first reading and u in the second, as people type it either way.
    """
    if not is_han(run):
        return (run,), (run,)
    usual = _dictionary()(run)
    also = [_ALSO_READ.get(character, said.replace("v", "u")) for character, said in zip(run, usual, strict=True)]
    return usual, also
