"""What browsers may do with our pages, and ask of the device for them: nothing.

The content policy is strict everywhere; the admin alone may evaluate expressions, because its Alpine does.
"""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What no page here ever asks a browser for, nor lets a frame in it ask for.
NOTHING_OF_THE_DEVICE = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


class ContentPolicyMiddleware(CSPMiddleware):
    """django-csp, with the admin's exception in the one place that can see the path."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response._csp_update = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        response.headers.setdefault("Permissions-Policy", NOTHING_OF_THE_DEVICE)
        return super().process_response(request, response)
