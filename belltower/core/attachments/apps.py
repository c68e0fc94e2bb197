# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "belltower.core.attachments"
    label = "attachments"
