"""What can be set about going out to the web. Only the command line builds it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from wireroom import __version__


class Settings(BaseSettings):
    """Limits, manners and what is opened on purpose. Times in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_FETCH_", frozen=True, extra="ignore")

    contact: str = Field(
        default="",
        pattern=r"^[!-~]*$",
        description="URL or mail address in the user agent, for those whose pages are fetched; "
        "required before anything is fetched",
    )
    user_agent: str = Field(
        default=f"wireroom/{__version__}",
        pattern=r"^[A-Za-z_-]+(/[!-~]+)?$",
        description="Product and version in the user agent; the product is the name in robots.txt",
    )
    robots: Literal["obey", "ignore"] = Field(
        default="obey", description="Whether robots.txt is obeyed"
    )
    robots_403: Literal["allow", "disallow"] = Field(
        default="allow",
        description="What a robots.txt that answers 401 or 403 means; RFC 9309 says `allow`",
    )
    conditional: bool = Field(
        default=True,
        description="Whether a page that is known is asked for news only (If-None-Match, "
        "If-Modified-Since); false: every page comes whole and is read anew",
    )
    concurrency: int = Field(default=300, ge=1, description="Pages in flight at once")
    window: int = Field(
        default=1_000, ge=1, description="Articles per partition that may be past the watermark"
    )
    window_total: int = Field(
        default=5_000,
        ge=1,
        description="Articles in hand at once; most of them wait for a turn at their host",
    )
    host_delay: float = Field(
        default=1.0,
        ge=0,
        description="Pause between pages of a host, ±10 %. It grows with the host's response time "
        "and its complaints; a Crawl-delay or Retry-After that is longer counts instead",
    )
    address_concurrency: int = Field(
        default=10, ge=1, description="Pages in flight at one IP address, whatever hosts it serves"
    )
    park_after: float = Field(
        default=30.0,
        ge=0,
        description="Longest wait in place for a host's turn; who would wait longer comes again "
        "at a moment that is reserved for it",
    )
    breaker: int = Field(
        default=2,
        ge=1,
        description="Requests without an answer, in a row, after which a host is left alone",
    )
    down_for: float = Field(
        default=600.0,
        gt=0,
        description="How long it is left alone at first; twice as long each time, up to two hours",
    )
    connect_timeout: float = Field(
        default=10.0, gt=0, description="Limit of a DNS look-up, and of TCP with TLS"
    )
    read_timeout: float = Field(default=15.0, gt=0, description="Longest silence of a server")
    total_timeout: float = Field(
        default=45.0, gt=0, description="Limit of one GET with its redirects, waits not counted"
    )
    max_body: int = Field(default=5_000_000, ge=1, description="Largest body, after decoding")
    body_budget: int = Field(
        default=256_000_000,
        ge=1,
        description="Memory for all bodies in flight, each one's first megabyte not counted; "
        "at least `WIREROOM_FETCH_MAX_BODY`",
    )
    max_redirects: int = Field(default=5, ge=0, description="Most redirects on the way to a page")
    max_url: int = Field(default=2_048, ge=1, description="Longest URL, in characters")
    ports: Annotated[frozenset[int], NoDecode] = Field(
        default=frozenset({80, 443, 8080, 8443}), description="Ports that may be asked"
    )
    allow_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        description="Networks opened on purpose although they are not public, e.g. 10.1.0.0/16; "
        "opens host names without a public suffix too",
    )
    literals: bool = Field(
        default=False, description="Whether a URL may name a public address instead of a host"
    )

    proxy: str = Field(
        default="",
        description="An HTTP proxy for every request, e.g. http://10.0.0.5:3128. Only its own "
        "address is checked here then, against `WIREROOM_FETCH_ALLOW_NETWORKS`: the proxy must "
        "filter where it leads. The environment's `http_proxy` is ignored",
    )

    @field_validator("ports", "allow_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [word.strip() for word in value.split(",") if word.strip()]

    @field_validator("proxy")
    @classmethod
    def _is_proxy(cls, value: str) -> str:
        parts = urlsplit(value)
        named = parts.scheme == "http" and parts.hostname and parts.port
        if value and (not named or "@" in parts.netloc or parts.path.strip("/") or parts.query):
            raise ValueError("a proxy is written http://HOST:PORT, without a password")
        return value

    @model_validator(mode="after")
    def _the_largest_body_fits(self) -> Self:
        if self.body_budget < self.max_body:
            raise ValueError(
                f"body_budget ({self.body_budget}) is below max_body ({self.max_body}): "
                "not even one page could be read"
            )
        return self

    def agent(self) -> str:
        """The User-Agent header. ValueError when nobody is named in it."""
        if not self.contact:
            raise ValueError(
                "WIREROOM_FETCH_CONTACT is empty: give a URL or mail address at which the people "
                "whose pages are fetched can reach you"
            )
        return f"{self.user_agent} (+{self.contact})"

    def robots_name(self) -> str:
        """The product token that robots.txt knows us by (RFC 9309, 2.2.1)."""
        return self.user_agent.partition("/")[0].lower()
