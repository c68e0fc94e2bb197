# SPDX-License-Identifier: Apache-2.0
"""What is refused of templates for answers."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, NotFound, Refusal
from belltower.kernel.texts import Text


class BadTemplate(Refusal):
    """A template that cannot be kept: a word in braces that no case has, a brace alone, no text."""

    code = "bad_answer_template"
    sentence = Text(
        zh="模板未保存：{reason}。请更正后再保存。", en="The template is not kept: {reason}. Correct it and save again."
    )


class NoSuchTemplate(NotFound):
    """A template that is not there."""

    code = "no_such_answer_template"
    sentence = Text(
        zh="没有答复模板“{template}”。请从列表中选择。",
        en="There is no template '{template}'. Choose one from the list.",
    )


class TemplateChanged(Conflict):
    """Somebody else changed it in the meantime."""

    code = "answer_template_changed"
    sentence = Text(
        zh="模板“{template}”已被他人修改。您填写的内容还在，请核对后再保存。",
        en="Somebody else changed the template '{template}'. What you wrote is still here: compare, and save again.",
    )
