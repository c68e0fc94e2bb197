# SPDX-License-Identifier: Apache-2.0
"""Who may come in: people, the roles they hold, and tokens for machines (hashed, scoped, revocable)."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.identity import uuid7


class RoleName(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    DESK = "desk", _("Duty desk")
    INSPECTOR = "inspector", _("Inspector")
    SUPERVISOR = "supervisor", _("Supervisor")  # 督导员
    SECTOR_OFFICER = "sector_officer", _("Sector officer")
    PLANNER = "planner", _("Planner")
    ASSESSOR = "assessor", _("Third-party assessor")
    LEADER = "leader", _("Leader")
    ENTERPRISE = "enterprise", _("Enterprise user")
    ADMINISTRATOR = "administrator", _("Administrator")


class User(AbstractBaseUser):
    """A person who signs in. Writes go through actions; there is no admin page."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.JSONField()
    party = models.ForeignKey("places.Party", null=True, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"

    class Meta:
        db_table = "access_user"
        ordering = ["username"]

    def as_actor(self) -> Actor:
        """This person, as actions name who acts."""
        return Actor(ActorKind.PERSON, self.username, self.uid)


class Grant(models.Model):
    """One role in one area for one party's assets, held from a date until (not including) another.

    Without an area it holds in the whole city. Without a party it reaches every owner's assets, but for an enterprise
    user only those of the user's own party.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=RoleName)
    area = models.ForeignKey("places.Area", null=True, on_delete=models.PROTECT, related_name="grants")
    party = models.ForeignKey("places.Party", null=True, on_delete=models.PROTECT, related_name="grants")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    why = models.CharField(max_length=300, blank=True)  # the document or person that asked for it

    class Meta:
        db_table = "access_grant"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "area", "party", "valid_from"], nulls_distinct=False, name="access_grant_once"
            )
        ]


class ServiceAccount(models.Model):
    """A machine that may call the API, acting for a party (or the whole bureau when it has none)."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80, unique=True)
    party = models.ForeignKey("places.Party", null=True, on_delete=models.PROTECT)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "access_service_account"
        ordering = ["name"]

    def as_actor(self) -> Actor:
        return Actor(ActorKind.SERVICE, self.name, self.uid)


class Token(models.Model):
    """A secret of a service account: only its SHA-256 is kept; ``prefix`` lets a person recognise it."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    account = models.ForeignKey(ServiceAccount, on_delete=models.PROTECT, related_name="tokens")
    digest = models.BinaryField(unique=True, max_length=32)
    prefix = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_token"
        ordering = ["-id"]
