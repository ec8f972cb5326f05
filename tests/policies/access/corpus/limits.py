"""Permissions boundaries, session policies and endpoint policies: they limit, and grant nothing."""

from __future__ import annotations

from tests.policies.access.corpus.question import (
    ALLOWED,
    BUCKET,
    DENIED,
    FEDERATED,
    FULL,
    HERE,
    OBJECT,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    deny,
    everybody,
    policy,
    topic,
)

BOUNDARIES = 'IAM User Guide, "Permissions boundaries for IAM entities"'
LOGIC = 'IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access"'
SESSIONS = 'IAM User Guide, "Policies and permissions in AWS Identity and Access Management"'
FEDERATION = 'IAM User Guide, "Permissions for GetFederationToken"'
FEDERATION_API = 'AWS Security Token Service API Reference, "GetFederationToken"'
ENDPOINTS = 'AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"'
EFFECTIVE = 'IAM User Guide, "Evaluating identity-based policies with boundaries"'

_READ, _PUT = policy(allow("s3:GetObject")), policy(allow("s3:PutObject"))
_boundary = topic("boundaries", identity=[FULL])
_NAMING_USER = policy(allow("s3:GetObject", OBJECT, Principal={"AWS": USER}))
_NAMING_ROLE = policy(allow("s3:GetObject", OBJECT, Principal={"AWS": ROLE}))

BOUNDED = (
    _boundary(BOUNDARIES, "what identity policy and boundary both allow", ALLOWED, boundary=_READ),
    _boundary(BOUNDARIES, "what the identity policy alone allows", DENIED, boundary=_PUT),
    _boundary(BOUNDARIES, "what the boundary alone allows", DENIED, identity=[], boundary=FULL),
    _boundary(BOUNDARIES, "what the boundary denies", DENIED, boundary=policy(allow(), deny("s3:GetObject"))),
    _boundary(BOUNDARIES, "a boundary limits roles as well", DENIED, principal=ROLE, boundary=_PUT),
    _boundary(BOUNDARIES, "and the sessions of a role", DENIED, principal=SESSION, boundary=_PUT),
    _boundary(EFFECTIVE, "a resource's policy that names the user passes the silent boundary", ALLOWED, identity=[],
              boundary=_PUT, resource_policy=_NAMING_USER),
    _boundary(EFFECTIVE, "not one that the boundary denies", DENIED, identity=[],
              boundary=policy(allow(), deny("s3:GetObject")), resource_policy=_NAMING_USER),
    _boundary(LOGIC, "a resource's policy that names the role is limited by the boundary", DENIED, principal=SESSION,
              identity=[], boundary=_PUT, resource_policy=_NAMING_ROLE),
    _boundary(LOGIC, "and passes where the boundary allows", ALLOWED, principal=SESSION, identity=[], boundary=_READ,
              resource_policy=_NAMING_ROLE),
    _boundary(LOGIC, "a resource's policy that names the session is not limited", ALLOWED, principal=SESSION,
              identity=[], boundary=_PUT,
              resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": SESSION}))),
    _boundary(LOGIC, "nor is everybody with a condition on the role", ALLOWED, principal=SESSION, identity=[],
              boundary=_PUT,
              resource_policy=everybody("s3:GetObject", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
    _boundary(LOGIC, "nor everybody", ALLOWED, principal=USER, identity=[], boundary=_PUT,
              resource_policy=everybody("s3:GetObject")),
    _boundary(BOUNDARIES, "the account in a resource's policy leaves it to identity policy and boundary", DENIED,
              boundary=_PUT, resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": HERE}))),
    _boundary(BOUNDARIES, "a boundary with a condition that holds", ALLOWED,
              boundary=policy(allow("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "books"}})),
              context={"aws:PrincipalTag/team": "books"}),
    _boundary(BOUNDARIES, "a boundary with a condition that fails", DENIED,
              boundary=policy(allow("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "books"}})),
              context={"aws:PrincipalTag/team": "games"}),
)  # fmt: skip

_session = topic("sessions", principal=SESSION, identity=[FULL])

SESSION_POLICIES = (
    _session(SESSIONS, "what role and session policy both allow", ALLOWED, session=_READ),
    _session(SESSIONS, "what the role alone allows", DENIED, session=_PUT),
    _session(SESSIONS, "what the session policy alone allows", DENIED, identity=[_PUT], session=FULL),
    _session(SESSIONS, "what the session policy denies", DENIED, session=policy(allow(), deny("s3:GetObject"))),
    _session(LOGIC, "a session without a session policy has what its role has", ALLOWED),
    _session(SESSIONS, "identity policy, boundary and session policy together", ALLOWED, boundary=_READ, session=_READ),
    _session(SESSIONS, "the boundary is missing the action", DENIED, boundary=_PUT, session=_READ),
    _session(SESSIONS, "the session policy is missing the action", DENIED, boundary=_READ, session=_PUT),
    _session(LOGIC, "a resource's policy that names the role is limited by the session policy", DENIED, identity=[],
             session=_PUT, resource_policy=_NAMING_ROLE),
    _session(LOGIC, "one that names the session is not", ALLOWED, identity=[], session=_PUT,
             resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": SESSION}))),
    _session(LOGIC, "save by an explicit deny", DENIED, identity=[], session=policy(deny("s3:GetObject")),
             resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": SESSION}))),
    _session(LOGIC, "one that names the role and the role's own policy", ALLOWED, identity=[_READ], session=_READ,
             resource_policy=_NAMING_ROLE),
)  # fmt: skip

_federated = topic("federated users", principal=FEDERATED, identity=[FULL])
_NAMING_FEDERATED = policy(allow("s3:GetObject", OBJECT, Principal={"AWS": FEDERATED}))

FEDERATED_USERS = (
    _federated(FEDERATION_API, "without a session policy it has no permissions", DENIED),
    _federated(FEDERATION, "with one it has what user and session policy both allow", ALLOWED, session=_READ),
    _federated(FEDERATION, "not what the session policy lacks", DENIED, session=_PUT),
    _federated(FEDERATION, "not what the user lacks", DENIED, identity=[_PUT], session=_READ),
    _federated(FEDERATION, "a resource's policy that names it needs no session policy", ALLOWED,
               resource_policy=_NAMING_FEDERATED),
    _federated(FEDERATION, "nor the user's permission", ALLOWED, identity=[], resource_policy=_NAMING_FEDERATED),
    _federated(FEDERATION, "one that names another federated user does not help", DENIED,
               resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": f"{FEDERATED}2"}))),
    _federated(LOGIC, "a silent session policy does not limit what names it", ALLOWED, session=_PUT,
               resource_policy=_NAMING_FEDERATED),
    _federated(LOGIC, "an explicit deny does", DENIED, session=policy(deny("s3:*")),
               resource_policy=_NAMING_FEDERATED),
    _federated(FEDERATION_API, "the account in a resource's policy gives nothing without a session policy", DENIED,
               resource_policy=policy(allow("s3:GetObject", OBJECT, Principal={"AWS": HERE}))),
    _federated(FEDERATION, "a deny of the user's policy counts", DENIED, session=FULL,
               identity=[policy(allow(), deny("s3:GetObject"))]),
)  # fmt: skip

_endpoint = topic("endpoint policies", identity=[FULL])
_OWN_BUCKET = everybody("s3:*", Resource=[BUCKET, f"{BUCKET}/*"])

ENDPOINT_POLICIES = (
    _endpoint(ENDPOINTS, "the default policy lets everything through", ALLOWED, endpoint_policy=everybody()),
    _endpoint(ENDPOINTS, "an endpoint policy grants nothing", DENIED, identity=[], endpoint_policy=everybody()),
    _endpoint(ENDPOINTS, "it lets through what it names", ALLOWED, endpoint_policy=_OWN_BUCKET),
    _endpoint(ENDPOINTS, "and nothing else", DENIED, resource="arn:aws:s3:::elsewhere/x", endpoint_policy=_OWN_BUCKET),
    _endpoint(ENDPOINTS, "a denial in it counts", DENIED,
              endpoint_policy=policy(allow(Principal="*"), deny("s3:GetObject", Principal="*"))),
    _endpoint(ENDPOINTS, "it binds the account's root", DENIED, principal=ROOT,
              endpoint_policy=everybody("s3:PutObject")),
    _endpoint(ENDPOINTS, "it may name who passes", DENIED,
              endpoint_policy=policy(allow(Principal={"AWS": f"arn:aws:iam::{HERE}:user/else"}))),
    _endpoint(ENDPOINTS, "it may ask for a condition", ALLOWED, principal=ROLE,
              endpoint_policy=everybody(Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
    _endpoint(ENDPOINTS, "that fails for others", DENIED, principal=USER,
              endpoint_policy=everybody(Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}})),
    _endpoint(ENDPOINTS, "a bucket's policy may ask for the endpoint", DENIED,
              resource_policy=policy(deny("s3:*", Principal="*",
                                          Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0a1"}}))),
    _endpoint(ENDPOINTS, "and lets through what comes by it", ALLOWED, endpoint_policy=everybody(),
              context={"aws:SourceVpce": "vpce-0a1"},
              resource_policy=policy(deny("s3:*", Principal="*",
                                          Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0a1"}}))),
)  # fmt: skip

QUESTIONS = (*BOUNDED, *SESSION_POLICIES, *FEDERATED_USERS, *ENDPOINT_POLICIES)
