"""Where buttons lead."""

import pytest

from mail.links import LINKS, NoActionLink, action_link, register_action_link


@pytest.fixture(autouse=True)
def no_links(monkeypatch):
    monkeypatch.setattr("mail.links.LINKS", {})


def test_a_link_is_made_when_it_is_asked_for():
    register_action_link("parcel", lambda subject_id: f"https://desk.example/parcels/{subject_id}/")

    assert action_link("parcel", "7") == "https://desk.example/parcels/7/"
    assert "parcel" not in LINKS


def test_nobody_registers_twice():
    register_action_link("parcel", str)

    with pytest.raises(ValueError, match="parcel"):
        register_action_link("parcel", str)


def test_a_type_nobody_registered_has_none():
    with pytest.raises(NoActionLink, match="parcel"):
        action_link("parcel", "7")
