# SPDX-License-Identifier: Apache-2.0
"""A Pratt parser: OData's words into the tree of syntax.py.

Binding powers from OData 4.01 part 2, 5.1.1.16, except that ``not`` takes a whole comparison (``not result lt 1``), as
SensorThings clients write it.
"""

from __future__ import annotations

from belltower.edges.sensorthings import times
from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.syntax import Binary, Call, Expression, Kind, Listed, Literal, Ordering, Path, Unary
from belltower.edges.sensorthings.tokens import Token, tokens, unquoted

BINDING = {
    "or": 10, "and": 20,
    "eq": 40, "ne": 40, "in": 40, "lt": 50, "le": 50, "gt": 50, "ge": 50,
    "add": 60, "sub": 60, "mul": 70, "div": 70, "divby": 70, "mod": 70,
}  # fmt: skip
NOT_BINDS, MINUS_BINDS = 30, 80
DEEPEST = 100  # parentheses and operators inside one another


class Reader:
    """The words of one text, read from the left."""

    def __init__(self, given: str) -> None:
        self.given, self._words, self._next, self._depth = given, tokens(given), 0, 0

    @property
    def word(self) -> Token:
        """The word that is next."""
        return self._words[self._next]

    def take(self) -> Token:
        """That word, and go on."""
        word = self.word
        self._next += word.kind != "end"
        return word

    def takes(self, sign: str) -> bool:
        """Whether ``sign`` is next; it is taken then."""
        if self.word.kind == "sign" and self.word.text == sign:
            self.take()
            return True
        return False

    def need(self, sign: str) -> None:
        """Take ``sign``. Raises BadQuery when something else is next."""
        if not self.takes(sign):
            raise self.wrong(text("此处应为“{sign}”", "'{sign}' is missing there", sign=sign))

    def wrong(self, reason: object = None) -> BadQuery:
        """The refusal that says where."""
        where = text("第 {at} 个字符", "at character {at}", at=self.word.at + 1)
        return BadQuery(given=self.given[:200], reason=where if reason is None else reason)

    def done(self) -> None:
        """Raises BadQuery when words are left."""
        if self.word.kind != "end":
            raise self.wrong()

    def expression(self, power: int = 0) -> Expression:
        """An expression whose operators bind more tightly than ``power``."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.wrong(text("嵌套过深", "it is nested too deeply"))
        left = self._prefix()
        while (binds := BINDING.get(self.word.text.lower(), -1) if self.word.kind == "name" else -1) > power:
            operator = self.take().text.lower()
            right = self._listed() if operator == "in" else self.expression(binds)
            left = Binary("div" if operator == "divby" else operator, left, right)
        self._depth -= 1
        return left

    def _prefix(self) -> Expression:
        word = self.take()
        match word.kind:
            case "number":
                return Literal(int(word.text) if word.text.isdigit() else float(word.text), Kind.NUMBER)
            case "text":
                return Literal(unquoted(word.text), Kind.TEXT)
            case "time":
                return Literal(times.period(word.text.replace(" ", "+")), Kind.TIME)
            case "date" | "clock":
                return Literal(word.text, Kind.DATE if word.kind == "date" else Kind.CLOCK)
            case "prefixed":
                return _prefixed(word.text)
            case "name":
                return self._named(word)
        return self._signed(word)

    def _signed(self, word: Token) -> Expression:
        if word.text == "(":
            inside = self.expression()
            self.need(")")
            return inside
        if word.text == "-":
            return Unary("-", self.expression(MINUS_BINDS))
        raise self.wrong()

    def _named(self, word: Token) -> Expression:
        low = word.text.lower()
        if low in ("true", "false", "null"):
            return _CONSTANTS[low]
        if low == "not":
            return Unary("not", self.expression(NOT_BINDS))
        if self.takes("("):
            return self._call(low)
        return Path(tuple(self._steps(word.text)))

    def _call(self, name: str) -> Call:
        arguments: list[Expression] = []
        while not self.takes(")"):
            if arguments:
                self.need(",")
            arguments.append(self.expression())
        return Call(name, tuple(arguments))

    def _steps(self, first: str) -> list[str]:
        steps = [first]
        while True:
            if self.takes("/"):
                word = self.take()
                if word.kind not in ("name", "number"):
                    raise self.wrong()
                steps.append(word.text)
            elif self.takes("["):
                steps.append(self.take().text)
                self.need("]")
            else:
                return steps

    def _listed(self) -> Listed:
        self.need("(")
        items = [self.expression()]
        while self.takes(","):
            items.append(self.expression())
        self.need(")")
        return Listed(tuple(items))


_CONSTANTS = {
    "true": Literal(True, Kind.BOOLEAN), "false": Literal(False, Kind.BOOLEAN), "null": Literal(None, Kind.NULL),
}  # fmt: skip


def _prefixed(given: str) -> Literal:
    prefix, _, rest = given.partition("'")
    if prefix == "duration":
        return Literal(times.duration(unquoted("'" + rest)), Kind.DURATION)
    return Literal(unquoted("'" + rest), Kind.GEOMETRY)


def expression(given: str) -> Expression:
    """The tree of a $filter. Raises BadQuery."""
    reader = Reader(given)
    read = reader.expression()
    reader.done()
    return read


def ordering(reader: Reader) -> list[Ordering]:
    """The keys of a $orderby, as far as they go. Raises BadQuery."""
    keys: list[Ordering] = []
    while not keys or reader.takes(","):
        by = reader.expression()
        way = reader.word.text.lower() if reader.word.kind == "name" else ""
        if way in ("asc", "desc"):
            reader.take()
        keys.append(Ordering(by, way == "desc"))
    return keys
