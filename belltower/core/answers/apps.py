# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class AnswersConfig(AppConfig):
    name = "belltower.core.answers"
    label = "answers"
