# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "belltower.core.messages"
    label = "message_board"  # Django's own messages, of one request to the next, are called messages
