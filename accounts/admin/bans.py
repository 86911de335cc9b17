"""Networks that are refused for a while, and the way to let one in again."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.decorators import display

from accounts import banning
from accounts.models import Ban
from audit.actors import Actor
from audit.admin import ReadOnly
from queues.staff_posts import see_other, staff_post, tell

LIFT = "accounts.lift_ban"
IN_FORCE, LIFTED, ENDED = "in force", "lifted", "ended"


@staff_post(LIFT)
def lift(request: HttpRequest, ban_id: int) -> HttpResponse:
    """With a reason, which goes on the record."""

    def act() -> str:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            raise banning.NotBanned("say why it is lifted")
        banning.lift(ban_id=ban_id, actor=Actor.of(request.user), reason=reason)
        return f"The ban is lifted; every process knows within {banning.KNOWN_SECONDS} seconds."

    tell(request, act, refused=banning.NotBanned)
    return see_other("admin:accounts_ban_change", ban_id)


@admin.register(Ban)
class BanAdmin(ReadOnly):
    change_form_outer_after_template = "admin/accounts/ban.html"
    list_display = ("masked_ip", "kind", "times", "began_at", "ends_at", "state")
    list_filter = ("kind", "began_at", ("lifted_at", admin.EmptyFieldListFilter))
    search_fields = ("=masked_ip",)
    search_help_text = "The network, as the sign-in log shows it"
    fields = ("masked_ip", "kind", "times", "began_at", "ends_at", "lifted_at")

    def get_urls(self) -> list[URLPattern]:
        own = path("<int:ban_id>/lift/", self.admin_site.admin_view(lift), name="accounts_ban_lift")
        return [own, *super().get_urls()]

    @display(description="State", label={IN_FORCE: "danger", LIFTED: "warning"})  # type: ignore[untyped-decorator]
    def state(self, ban: Ban) -> str:
        if ban.is_in_force:
            return IN_FORCE
        return LIFTED if ban.lifted_at else ENDED
