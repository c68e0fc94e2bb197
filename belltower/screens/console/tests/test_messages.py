# SPDX-License-Identifier: Apache-2.0
"""Every sentence of the house can be read in Chinese, and no translation outlives its sentence."""

from __future__ import annotations

from belltower.screens.console import messages


def test_every_string_has_its_chinese():
    """Add what is missing with ``python -m belltower.screens.console.messages`` (docs/guides/translate.md)."""
    known = messages.translated(messages.catalogue())
    missing = {message: where for message, where in messages.said().items() if not known.get(message)}
    assert not missing


def test_no_translation_is_left_over():
    assert not messages.translated(messages.catalogue()).keys() - messages.said().keys()


def test_the_placeholders_of_a_translation_are_those_of_its_sentence():
    """A name that the sentence does not give would fail at the reader's, not here."""
    for one in messages.catalogue():
        ids = [one.id] if isinstance(one.id, str) else list(one.id)
        strings = [one.string] if isinstance(one.string, str) else list(one.string)
        allowed = set().union(*(_names(text) for text in ids))
        assert all(_names(text) <= allowed for text in strings), one.id


def test_strings_are_found_in_templates_and_in_code():
    """The guard itself sees plural forms, variables and quotation marks."""
    template = (
        '{% translate "It\'s here" %}{% blocktranslate count n=x %}{{ n }} row{% plural %}{{ n }} rows'
        "{% endblocktranslate %}{% blocktranslate %}100 % of {{ place }}{% endblocktranslate %}"
    )
    assert list(messages.in_template(template)) == [
        "It's here", ("%(n)s row", "%(n)s rows"), "100 %% of %(place)s",
    ]  # fmt: skip
    assert list(messages.in_python('_("One"); ngettext("a", "b", 2); _unrelated("c")')) == ["One", ("a", "b")]


def _names(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}
