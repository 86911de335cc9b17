"""What each role must come by on its walk, by the views' names: a walk that sees less has seen too little."""

from accounts.roles import Role

GUEST = "guest"
LEAST = {GUEST: 11, Role.CUSTOMER: 40, Role.EDITOR: 167, Role.OWNER: 339}  # pages
LEAST_BUTTONS = {GUEST: 4, Role.CUSTOMER: 10, Role.EDITOR: 30, Role.OWNER: 60}  # kinds of them
LEAST_TYPED = {GUEST: 50, Role.CUSTOMER: 60, Role.OWNER: 500}  # times; what editors may, owners may


def _named(start: str, pages: str, end: str = "") -> set[str]:
    return {f"{start}{page}{end}" for page in pages.split()}


_PUBLIC = _named("articles:", "catalogue article") | _named("backlinks:", "order_form article_form basket")
_ORDERS = _named("backlinks:", "order receipt compare certificate certified_text evidence_pdf evidence_json")
_FIGURES = _named(
    "analytics-pages:",
    "overview now articles searches engagement referrers campaigns devices funnels retention sales ai-costs",
)
_ROWS = """
    articles_article articles_articleversion articles_brief articles_image articles_aieventlog backlinks_order
    mail_emaillog plugins_plugin plugins_pluginexecutionlog workflows_workflow workflows_workflowrun audit_auditentry
"""
_LISTS = _named("admin:", f"{_ROWS} articles_suggestion", "_changelist") | _named("admin:", _ROWS, "_change")
_DESK = _named("admin:articles_desk_", "texts edit compare preview export import assistant")
_EDITORS = (
    _PUBLIC
    | _FIGURES
    | _LISTS
    | _DESK
    | _named("admin:", "backlinks_order_review backlinks_order_evidence articles_brief_add articles_image_add")
)
_QUEUES = _named(
    "queues:",
    """overview queue jobs job retry cancel payload pause alerts schedule schedule-on schedule-off schedule-run
    dead-letters dead-letter dead-letter-replay dead-letter-delete dead-letters-replay dead-letters-delete
    dead-letters-progress""",
)
_OWNERS = _named(
    "admin:",
    """accounts_user_changelist accounts_user_change accounts_user_add accounts_user_personal accounts_user_who_may
    accounts_signin_changelist audit_accessentry_changelist audit_auditentry_csv backlinks_checkout_change
    backlinks_stripeevent_change django_celery_results_taskresult_change plugins_plugin_add workflows_workflow_add
    workflows_workflow_write auth_user_password_change""",
)
MUST: dict[str, set[str]] = {
    GUEST: {*_PUBLIC, "accounts:sign_in"},
    Role.CUSTOMER: {*_PUBLIC, *_ORDERS, "accounts:account"},
    Role.EDITOR: _EDITORS,
    Role.OWNER: _EDITORS | _QUEUES | _OWNERS,
}
