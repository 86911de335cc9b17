"""Who may do what: one table from role to permissions.

A permission is Django's `app.codename`; `app.*` is all of a room's and `*` all there are. Nothing else may grant any.
"""

from collections.abc import Mapping

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    CUSTOMER = "customer", "Customer"


STAFF = frozenset({Role.OWNER, Role.EDITOR})

PERMISSIONS: Mapping[str, frozenset[str]] = {
    Role.OWNER: frozenset({"*"}),
    Role.EDITOR: frozenset(
        {
            "articles.*",
            "backlinks.view_order",
            "backlinks.approve_order",
            "backlinks.reject_order",
            "backlinks.retry_order",
            "backlinks.refund_order",
            "backlinks.revoke_order",
            "mail.view_emaillog",
            "mail.resend_emaillog",
            "analytics.view_analytics",
            "analytics.export_analytics",
            "analytics.change_funnel",
            "workflows.view_workflow",
            "workflows.view_workflowrun",
            "workflows.run_workflow",
            "workflows.approve_step",
            "plugins.view_plugin",
            "plugins.view_pluginexecutionlog",
            "audit.view_auditentry",
        }
    ),
    Role.CUSTOMER: frozenset(),
}


def allows(role: str, permission: str) -> bool:
    """Whether the role has this `app.codename`."""
    room = permission.partition(".")[0]
    return not PERMISSIONS.get(role, frozenset()).isdisjoint({permission, f"{room}.*", "*"})


def enters(role: str, room: str) -> bool:
    """Whether the role has any permission at all in the room."""
    return any(granted == "*" or granted.startswith(f"{room}.") for granted in PERMISSIONS.get(role, frozenset()))
