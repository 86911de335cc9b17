"""EMAIL_URL: which server or provider, which credentials, and what is refused without repeating a secret."""

import pytest
from celery.app.utils import filter_hidden_settings
from django.core.exceptions import ImproperlyConfigured
from django.views.debug import SafeExceptionReporterFilter

from config.mail_server import read


def test_smtp_in_its_three_forms():
    plain = read("smtp://127.0.0.1")
    encrypted = read("smtps://us%40er:p%2Fw@mail.example.com")
    upgraded = read("smtp+tls://user:pw@mail.example.com:2525")

    assert (plain.backend, plain.host, plain.port) == ("mail.transport.Transport", "127.0.0.1", 25)
    assert (plain.use_ssl, plain.use_tls, plain.user) == (False, False, "")
    assert (encrypted.user, encrypted.password, encrypted.port) == ("us@er", "p/w", 465)
    assert (encrypted.use_ssl, encrypted.use_tls) == (True, False)
    assert (upgraded.port, upgraded.use_ssl, upgraded.use_tls) == (2525, False, True)


@pytest.mark.parametrize("url", ["sendgrid://SG.Ab_c-d.Ef%2Bg@", "sendgrid://apikey:SG.Ab_c-d.Ef%2Bg@"])
def test_sendgrid_is_a_key_kept_as_written(url):
    server = read(url)

    assert (server.backend, server.api_key) == ("mail.clients.sendgrid.SendGrid", "SG.Ab_c-d.Ef+g")
    assert "SG." not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "sendgrid://",
        "sendgrid://@",
        "sendgrid://SG.k%0Aey@",
        "sendgrid://SG.key@api.example.com",
        "smtp://u:SG.key@h:99999",
    ],
)
def test_what_cannot_be_meant_is_refused_without_repeating_it(url):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(url)

    assert "SG." not in str(refused.value)


def test_what_shows_settings_does_not_show_the_key(settings):
    settings.SENDGRID_API_KEY, settings.EMAIL_HOST_PASSWORD = "SG.hidden", "pw.hidden"
    names = ("SENDGRID_API_KEY", "EMAIL_HOST_PASSWORD")

    on_an_error_page = SafeExceptionReporterFilter().get_safe_settings()
    in_flower = filter_hidden_settings({name: getattr(settings, name) for name in names})

    assert all("hidden" not in str(shown[name]) for shown in (on_an_error_page, in_flower) for name in names)
