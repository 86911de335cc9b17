"""The record of who did what, to what, when and why, and of who read what is not everybody's to read.

Rows are only ever added: PostgreSQL itself refuses to change or remove one, but for what `audit.openings` opens.
"""

from django.contrib.postgres.functions import RandomUUID
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """Who did what to what, when, and from where."""

    at = models.DateTimeField(db_default=Now())
    actor_type = models.CharField(max_length=32)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=254)
    action = models.CharField(max_length=64)
    target_type = models.CharField(max_length=32)
    target_id = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64, blank=True)
    masked_ip = models.CharField("network", max_length=45, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.target_type} {self.target_id}"


class AuditEntry(Entry):
    """`salt_of_actor` and `salt_of_words` keep the digests of its personal values from being guessed (audit.chain).

    None: those values were erased.
    """

    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    salt_of_actor = models.UUIDField(null=True, editable=False, db_default=RandomUUID())
    salt_of_words = models.UUIDField(null=True, editable=False, db_default=RandomUUID())

    class Meta:
        verbose_name_plural = "audit entries"
        permissions = [("export_auditentry", "Can take the record away as a file")]
        indexes = [
            models.Index(fields=["target_type", "target_id", "id"], name="audit_by_target"),
            models.Index(fields=["actor_type", "actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
        ]


class AccessEntry(Entry):
    what = models.TextField("what was shown", blank=True)

    class Meta:
        verbose_name_plural = "access log"
        permissions = [("export_accessentry", "Can take the access log away as a file")]
        indexes = [
            models.Index(fields=["target_type", "target_id", "id"], name="access_by_target"),
            models.Index(fields=["actor_type", "actor_id", "id"], name="access_by_actor"),
        ]


class Seal(models.Model):
    """One link of the chain: what one entry said when it was sealed, and what stood before it. See audit.chain."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField(db_index=True)
    facts = models.BinaryField(max_length=32)
    actor = models.BinaryField(max_length=32, help_text="Empty when it had been erased before.")
    words = models.BinaryField(max_length=32, help_text="Empty when they had been erased before.")
    digest = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"seal {self.number} of entry {self.entry_id}"


class ChainHead(models.Model):
    """Where the chain ends, told apart from it: the one row by which a chain cut short is found out."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    proof = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_chain_head")]

    def __str__(self) -> str:
        return f"{self.number}:{bytes(self.digest).hex()}"
