"""The API in front of a project's model in one stage: who calls it, from where, how much, and how it changes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings.api_values import Audience, CertificateArn, HostName, HttpsUrl
from settings.section import Section
from settings.values import Distinct, EndpointId, Identifier, RoleArn

# Amazon API Gateway Developer Guide, "Amazon API Gateway quotas": an account's own throttle in a Region, and its burst.
MOST_REQUESTS, MOST_BURST = 10_000, 5_000
# CodeDeploy's configurations for Lambda, without their first part (AWS CodeDeploy User Guide, "Working with deployment
# configurations in CodeDeploy").
AliasShift = Literal[
    "LambdaAllAtOnce",
    "LambdaCanary10Percent5Minutes",
    "LambdaCanary10Percent10Minutes",
    "LambdaCanary10Percent15Minutes",
    "LambdaCanary10Percent30Minutes",
    "LambdaLinear10PercentEvery1Minute",
    "LambdaLinear10PercentEvery2Minutes",
    "LambdaLinear10PercentEvery3Minutes",
    "LambdaLinear10PercentEvery10Minutes",
]
# botocore, service model of logs, PutRetentionPolicy.
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
Rate = Annotated[int, Field(ge=1, le=MOST_REQUESTS)]
Burst = Annotated[int, Field(ge=1, le=MOST_BURST)]


class ApiThrottle(Section):
    """How many requests pass."""

    rate: Rate = Field(default=50, description="Requests a second, steadily.")
    burst: Burst = Field(default=100, description="Requests at once.")


class ApiClient(Section):
    """A client with an API key and a usage plan of its own."""

    name: Identifier = Field(description="Name of the client, in the names of its key and plan.")
    rate: Rate = Field(default=10, description="Requests a second, steadily.")
    burst: Burst = Field(default=20, description="Requests at once.")
    quota: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = Field(
        default=None, description="Requests a month at most; none: no quota."
    )


class ApiTokens(Section):
    """Whose JSON web tokens are taken: signed by a key of the set, of this issuer, for one of the audiences."""

    issuer: HttpsUrl = Field(description="The claim iss, exactly as tokens have it.")
    audiences: Annotated[tuple[Audience, ...], Distinct] = Field(
        min_length=1, max_length=20, description="The claim aud: a token names one of these."
    )
    key_set: HttpsUrl = Field(description="Address of the issuer's JSON web key set (JWKS).")


class ApiDomain(Section):
    """A name of the team's own, over TLS 1.2 at least."""

    name: HostName = Field(description="Full name of the host, which the team's DNS leads to the API.")
    certificate: CertificateArn = Field(description="ARN of the ACM certificate, in the workload account and Region.")


def _needed(value: Any, authentication: object, by: str, what: str) -> str | None:
    """Why a setting of one way of authentication is wrong beside the chosen one."""
    if authentication is not None and authentication != by and value:
        return f"is for authentication {by}, and here it is {authentication}: drop it, or change authentication"
    if authentication == by and not value:
        return f"is empty, and authentication is {by}: give {what}"
    return None


class ApiSettings(Section):
    """The API of one stage. Every request is authenticated and throttled; there is no other kind."""

    # First, so that the validators of what follows see it.
    authentication: Literal["iam", "key", "jwt"] = Field(
        description="Who may call: roles that sign (iam), holders of an API key (key), or of a token (jwt)."
    )
    access: Literal["public", "private"] = Field(
        default="private",
        description="From where: public from the internet, private through VPC endpoints for execute-api alone.",
    )
    callers: Annotated[tuple[RoleArn, ...], Distinct] = Field(
        default=(), validate_default=True, max_length=40, description="Roles that call, in whichever account (iam)."
    )
    clients: tuple[ApiClient, ...] = Field(
        default=(),
        validate_default=True,
        max_length=40,
        description="Clients, each with an API key, a rate, a burst and a quota of its own (key).",
    )
    tokens: ApiTokens | None = Field(default=None, validate_default=True, description="Whose tokens are taken (jwt).")
    vpc_endpoints: Annotated[tuple[EndpointId, ...], Distinct] = Field(
        default=(),
        max_length=20,
        description="VPC endpoints that the API is reached through beside the workload account's own (private).",
    )
    throttle: ApiThrottle = Field(default_factory=ApiThrottle, description="Of all callers together.")
    max_rows: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1000, description="Rows of one request at most.")
    package: Literal["image", "zip"] = Field(default="image", description="What the functions run from.")
    shift: AliasShift = Field(
        default="LambdaCanary10Percent5Minutes",
        description="How traffic goes to a new version of the function, in CodeDeploy's words.",
    )
    latency_limit_ms: Annotated[int, Field(ge=1, le=29_000)] = Field(
        default=2000, description="99th percentile of a version's duration above which its deployment is rolled back."
    )
    waf: bool = Field(default=False, description="AWS WAF in front of it, with AWS's own rules and a rate by address.")
    domain: ApiDomain | None = Field(default=None, description="A domain name of the team's own (public).")
    idempotency: bool = Field(
        default=False, description="Answer a request that is sent again with the same Idempotency-Key once (DynamoDB)."
    )
    tracing: bool = Field(default=False, description="Traces in AWS X-Ray.")
    log_days: LogDays = Field(default=365, description="Days that logs are kept.")

    # Validators of fields, not of the section: a section's would wait until every field is right.
    @field_validator("callers", "clients", "tokens")
    @classmethod
    def _of_its_authentication(cls, value: Any, info: ValidationInfo) -> Any:
        by, what = {
            "callers": ("iam", "the roles that call"),
            "clients": ("key", "a client at least"),
            "tokens": ("jwt", "issuer, audiences and keySet"),
        }[str(info.field_name)]
        if fault := _needed(value, info.data.get("authentication"), by, what):
            raise ValueError(fault)
        return value

    @field_validator("clients")
    @classmethod
    def _names_differ(cls, value: tuple[ApiClient, ...]) -> tuple[ApiClient, ...]:
        names = [client.name for client in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"names {', '.join(twice)} twice: each client has one key and one plan")
        return value

    @field_validator("vpc_endpoints", "waf", "domain")
    @classmethod
    def _of_its_access(cls, value: Any, info: ValidationInfo) -> Any:
        wanted = "private" if info.field_name == "vpc_endpoints" else "public"
        access = info.data.get("access", wanted)
        if value and access != wanted:
            raise ValueError(f"is for access {wanted}, and here it is {access}: drop it, or change access")
        return value
