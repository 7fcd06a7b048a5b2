"""Settings as an operator writes them."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from wireroom import __version__
from wireroom.web.settings import Settings


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREROOM_FETCH_PORTS", "80, 8000")
    monkeypatch.setenv("WIREROOM_FETCH_ALLOW_NETWORKS", "10.1.0.0/16,fd00::/8")
    monkeypatch.setenv("WIREROOM_FETCH_LITERALS", "true")
    settings = Settings()
    assert settings.ports == {80, 8000}
    assert settings.allow_networks == (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert settings.literals


def test_nobody_fetches_without_saying_who_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREROOM_FETCH_CONTACT", raising=False)
    with pytest.raises(ValueError, match="WIREROOM_FETCH_CONTACT"):
        Settings().agent()


def test_the_user_agent_names_product_version_and_contact() -> None:
    settings = Settings(contact="https://desk.test/bot")
    assert settings.agent() == f"wireroom/{__version__} (+https://desk.test/bot)"
    assert settings.robots_name() == "wireroom"


@pytest.mark.parametrize("contact", ["a b", "x\r\nHost: y", "näme@desk.test"])
def test_a_contact_cannot_smuggle_a_header(contact: str) -> None:
    with pytest.raises(ValidationError):
        Settings(contact=contact)


def test_a_budget_below_one_body_is_refused() -> None:
    with pytest.raises(ValidationError, match="not even one page"):
        Settings(max_body=1_000, body_budget=999)


def test_a_proxy_is_an_http_address_with_a_port() -> None:
    assert Settings(proxy="http://10.0.0.5:3128").proxy == "http://10.0.0.5:3128"
    for wrong in ("10.0.0.5:3128", "https://p:1", "socks5://p:1", "http://p", "http://a:b@p:1"):
        with pytest.raises(ValidationError, match=r"http://HOST:PORT"):
            Settings(proxy=wrong)
