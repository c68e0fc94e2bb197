# SPDX-License-Identifier: Apache-2.0
"""Who may come in: people, the roles they hold, and tokens for machines (hashed, scoped, revocable)."""

from __future__ import annotations

import json

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.core.ledger.entries import entry
from belltower.core.ledger.personal import Erased, unseal
from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


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
    """A person who signs in. Writes go through actions; there is no admin page.

    What a person is called, and how they are reached, is sealed with their own key (ledger.personal). ``name`` holds
    only a name that is nobody's own: of an account that several use, as the demo's do.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.JSONField(null=True)
    name_sealed = models.BinaryField(null=True)
    email_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    party = models.ForeignKey("places.Party", null=True, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # When somebody signed in is in the security log; a column here would change the audited row at each time.
    last_login = None

    objects = BaseUserManager()

    USERNAME_FIELD = "username"

    class Meta:
        db_table = "access_user"
        ordering = ["username"]

    @property
    def reference(self) -> str:
        """The subject of this person's key and of entries about them."""
        return f"access.user:{self.uid}"

    @property
    def is_shared(self) -> bool:
        """Whether several people use this account, so that nobody's own name or second factor belongs to it."""
        return self.name is not None

    @property
    def title(self) -> Text:
        """What this person is called; the word for erased once their key is destroyed. One query for a sealed name."""
        if self.name is not None:
            return Text.read(self.name)
        return read_name(unseal(self.reference, "name", self.name_sealed), self.username)

    def as_actor(self) -> Actor:
        """This person, as actions name who acts."""
        return Actor(ActorKind.PERSON, self.username, self.uid)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether that is the password. One hashed by former rules is hashed anew, which is an entry as well."""

        def hash_anew(known: str | None) -> None:
            with entry("access.hash_password_anew", by=self.as_actor()):
                self.set_password(known)
                self.save(update_fields=["password"])

        return check_password(raw_password, self.password, hash_anew)


def read_name(told: str | Erased | None, username: str) -> Text:
    """A name as it was unsealed; where none was ever given, the user name stands for it."""
    if isinstance(told, Erased):
        return told.text
    return Text.read(json.loads(told)) if told else Text(en=username)


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


class SecondFactor(models.Model):
    """A person's one-time codes (RFC 6238): the seed sealed with their key, and what is left of the recovery codes.

    It counts once ``confirmed_at`` is set. ``last_step`` is the 30-second step of the last code that was taken, so that
    none is taken twice. Recovery codes are kept as Argon2 hashes with one salt, so that trying one costs one hash.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="second_factor")
    seed_sealed = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    recovery_salt = models.CharField(max_length=40, blank=True)
    recovery_hashes = models.JSONField(default=list)

    class Meta:
        db_table = "access_second_factor"


class Identity(models.Model):
    """Somebody of an OpenID Connect provider, tied to a user by the provider's own subject, never by an address."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)  # OpenID Connect Core 1.0, 2: at most 255 ASCII characters
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "access_identity"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="access_identity_once")]


class Tally(models.Model):
    """Failed attempts by one account or from one address, and until when it is locked out. Forgotten after its window.

    ``key`` is a digest for accounts: what people type as a name may be somebody's password.
    """

    key = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_tally"


class Session(AbstractBaseSession):
    """A browser's session, with whose it is, so that people can see and end their own."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=60, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    way = models.CharField(max_length=20, blank=True)

    class Meta(AbstractBaseSession.Meta):
        db_table = "access_session"
        indexes = [models.Index(fields=["user"], name="access_session_user")]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from belltower.core.access.sessions import SessionStore

        return SessionStore
