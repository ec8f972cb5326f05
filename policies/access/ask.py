"""Questions from a JSON file to answers: every defect of the file is named before anything is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from policies.access.authorization import AuthorizationRequest, Document, KmsGrant
from policies.access.evaluator import BadPolicy, PolicyKind, decide, parse
from policies.access.evaluator.caller import unlike_aws
from policies.access.evaluator.errors import nearest
from policies.access.evaluator.layers import resource_kind
from policies.access.evaluator.limits import text_problems
from policies.access.evaluator.parse import kind_of
from policies.access.evaluator.parse_condition import as_text
from policies.json_files import NotText, json_text

_REQUIRED = ("id", "principal", "action", "resource")
_FIELDS = (
    *_REQUIRED,
    "account",
    "owner",
    "identity",
    "resource_policy",
    "endpoint_policy",
    "boundary",
    "session",
    "scps",
    "rcps",
    "grants",
    "context",
)
_GRANT_FIELDS = ("grantee", "operations", "constraints", "retiring_principal")
_CONSTRAINTS = ("EncryptionContextEquals", "EncryptionContextSubset")
_ACCOUNT = re.compile(r"\d{12}")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[\w.-]+", re.ASCII)
_PRINCIPAL = re.compile(
    r"\*|[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+(/\S+)?"
    r"|arn:[a-z0-9-]+:iam::(?P<iam>\d{12}):(root|(role|user|saml-provider|oidc-provider)/\S+)"
    r"|arn:[a-z0-9-]+:sts::(?P<sts>\d{12}):(assumed-role/[^/\s]+/[^/\s]+|federated-user/\S+)"
)


class BadQuestions(ValueError):
    """The file cannot be answered. `problems` holds a sentence for each defect."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def answer(path: Path) -> list[dict[str, Any]]:
    """Answer all questions of a file: `{id, allowed, because}` each, in the file's order. Raises `BadQuestions`."""
    answers = []
    for given_id, question in read(path):
        found = decide(question)
        answers.append({"id": given_id, "allowed": found.allowed, "because": found.because})
    return answers


def read(path: Path) -> list[tuple[Any, AuthorizationRequest]]:
    """The questions of a file, each with its id as it was written. Raises `BadQuestions` naming all that is wrong."""
    problems: list[str] = []
    given = _load(path)
    if not isinstance(given, list):
        raise BadQuestions([f"{path}: the file holds {kind_of(given)}; it must hold a JSON list of questions."])
    questions = []
    for position, entry in enumerate(given, start=1):
        reader = _QuestionReader(entry, position, problems)
        question = reader.question()
        if question is not None:
            questions.append((entry["id"], question))
    if problems:
        raise BadQuestions(problems)
    return questions


def question_of(entry: Any, position: int = 1) -> AuthorizationRequest:
    """One question as a file holds it. Raises `BadQuestions` naming all that is wrong with it."""
    problems: list[str] = []
    question = _QuestionReader(entry, position, problems).question()
    if question is None:
        raise BadQuestions(problems)
    return question


def _load(path: Path) -> Any:
    try:
        text = json_text(path)
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise BadQuestions([f"{path}: cannot be read ({reason}); name a JSON file."]) from error
    except NotText as error:
        raise BadQuestions([f"{path}: {error}."]) from error
    return _json(text, str(path), _refuse)


def _refuse(sentence: str) -> None:
    raise BadQuestions([sentence])


def _json(text: str, where: str, wrong: Callable[[str], None]) -> Any:
    """Parse JSON; a defect goes to `wrong`, and the answer is then None. A key given twice would hide a value."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: set[str] = set()
        for key, _ in items:
            if key in seen:
                raise ValueError(f"the key {key} is given twice in one object")
            seen.add(key)
        return dict(items)

    def constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        wrong(f"{where}: is not JSON ({error.msg} at line {error.lineno}, column {error.colno}); correct it there.")
    except ValueError as error:
        wrong(f"{where}: {error}; keep valid JSON with each key once.")
    except RecursionError:
        wrong(f"{where}: is nested too deeply to be a policy; correct it.")
    return None


class _QuestionReader:
    """Reads one question, adding what is wrong with it to one list of problems."""

    def __init__(self, given: Any, position: int, problems: list[str]) -> None:
        self.given = given
        self.problems = problems
        self.before = len(problems)
        named = isinstance(given, Mapping) and isinstance(given.get("id"), str | int) and given["id"] != ""
        self.where = f"question {given['id']}" if named else f"question number {position}"

    def question(self) -> AuthorizationRequest | None:
        """The question, or None when anything is wrong with it."""
        if not isinstance(self.given, Mapping):
            self.problems.append(f"{self.where}: is {kind_of(self.given)}; it must be an object.")
            return None
        for name in self.given:
            if name not in _FIELDS:
                self._wrong(f"unknown field {name}{nearest(name, _FIELDS)}; allowed are {', '.join(_FIELDS)}.")
        if not isinstance(self.given.get("id"), str | int) or isinstance(self.given.get("id"), bool):
            self._wrong("id is missing or neither text nor a whole number; give every question one.")
        principal, action, resource = (self._text(name) for name in ("principal", "action", "resource"))
        account, owner = self._accounts(principal)
        self._check_request(action, resource)
        question = AuthorizationRequest(
            id=str(self.given.get("id")),
            principal=principal,
            account=account,
            action=action,
            resource=resource,
            owner=owner,
            context=self._context(),
            grants=self._grants(),
        )
        if principal and owner:
            for sentence in unlike_aws(question):
                self._wrong(sentence)
        documents = self._documents(question)
        return replace(question, **documents) if len(self.problems) == self.before else None

    def _wrong(self, sentence: str) -> None:
        self.problems.append(f"{self.where}: {sentence}")

    def _text(self, name: str) -> str:
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            self._wrong(f"{name} is {'missing' if value is None else 'not text'}; give it as text.")
            return ""
        return value

    def _accounts(self, principal: str) -> tuple[str | None, str]:
        for name in ("account", "owner"):
            value = self.given.get(name)
            if value is not None and not (isinstance(value, str) and _ACCOUNT.fullmatch(value)):
                self._wrong(f"{name} is {value!r}; it must be an account id of 12 digits in quotes, or null.")
        found = _PRINCIPAL.fullmatch(principal)
        if principal and found is None:
            self._wrong(
                f"principal {principal!r} is not known; write the ARN of a role, role session, user, federated user or "
                'account root, a service such as events.amazonaws.com, or "*".'
            )
        account = self.given.get("account")
        own = (found["iam"] or found["sts"]) if found else None
        if own is not None and account is not None and account != own:
            self._wrong(f"account is {account}, but the principal is of account {own}; make them equal.")
        owner = self.given.get("owner") or account or own
        if not owner:
            self._wrong("owner is missing and the principal has no account; give the account id of the resource.")
        return account or own, str(owner)

    def _check_request(self, action: str, resource: str) -> None:
        if action and not _ACTION.fullmatch(action):
            self._wrong(f'action {action!r} is not one action; write "service:Name" without wildcards.')
        if resource and resource != "*" and resource.count(":") < 5:
            self._wrong(f'resource {resource!r} is not an ARN; write one, or "*" for an action without a resource.')

    def _context(self) -> dict[str, str | list[str]]:
        given = self.given.get("context")
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self._wrong(f"context is {kind_of(given)}; it must be an object of condition keys.")
            return {}
        context: dict[str, str | list[str]] = {}
        for key, value in given.items():
            if value is None:
                continue
            texts = [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
            known = [text for text in texts if text is not None]
            if len(known) != len(texts):
                self._wrong(f"context {key} must be text, a number, a Boolean or a list of these.")
            context[key] = known if isinstance(value, list) else (known or [""])[0]
        return context

    def _grants(self) -> list[KmsGrant]:
        given = self.given.get("grants")
        if given is None:
            return []
        if not isinstance(given, list):
            self._wrong(f"grants is {kind_of(given)}; it must be a list of objects.")
            return []
        return [grant for number, entry in enumerate(given, start=1) if (grant := self._grant(entry, number))]

    def _grant(self, given: Any, number: int) -> KmsGrant | None:
        where = f"grant {number}"
        if not isinstance(given, Mapping):
            self._wrong(f"{where} is {kind_of(given)}; it must be an object.")
            return None
        for name in given:
            if name not in _GRANT_FIELDS:
                self._wrong(
                    f"{where} has the unknown field {name}{nearest(name, _GRANT_FIELDS)}; allowed are "
                    f"{', '.join(_GRANT_FIELDS)}."
                )
        grantee, operations = given.get("grantee"), given.get("operations")
        constraints = given.get("constraints") or {}
        if not isinstance(grantee, str) or not grantee.startswith("arn:"):
            self._wrong(f"{where} has no grantee; give the ARN of a principal.")
        if not isinstance(operations, list) or not all(isinstance(item, str) for item in operations):
            self._wrong(f'{where} has no operations; give a list such as ["Decrypt"].')
        if not isinstance(constraints, Mapping):
            self._wrong(
                f"{where} has constraints that are no object; write {{EncryptionContextSubset: {{key: value}}}}."
            )
            return None
        for name, pairs in constraints.items():
            if name not in _CONSTRAINTS:
                self._wrong(
                    f"{where} has the unknown constraint {name}{nearest(name, _CONSTRAINTS)}; allowed are "
                    f"{', '.join(_CONSTRAINTS)}."
                )
            elif not isinstance(pairs, Mapping) or not all(isinstance(item, str) for item in pairs.values()):
                self._wrong(f"{where}, {name} must be an object of texts.")
        return KmsGrant(
            grantee=str(grantee),
            operations=tuple(operations or ()),
            constraints=constraints,
            retiring_principal=self._retiring(given.get("retiring_principal"), where),
        )

    def _retiring(self, given: Any, where: str) -> str | None:
        if given is not None and not (isinstance(given, str) and given.startswith("arn:")):
            self._wrong(
                f"{where} has a retiring_principal that is no ARN; give the ARN of a principal, or leave it out."
            )
        return None if given is None else str(given)

    def _documents(self, question: AuthorizationRequest) -> dict[str, Any]:
        resource = resource_kind(question)
        return {
            "identity": self._list("identity", "identity policy", PolicyKind.IDENTITY, question),
            "resource_policy": self._document(self.given.get("resource_policy"), resource.value, resource, question),
            "endpoint_policy": self._single("endpoint_policy", PolicyKind.ENDPOINT, question),
            "boundary": self._single("boundary", PolicyKind.BOUNDARY, question),
            "session": self._single("session", PolicyKind.SESSION, question),
            "scps": self._levels("scps", "SCP", PolicyKind.SCP, question),
            "rcps": self._levels("rcps", "RCP", PolicyKind.RCP, question),
        }

    def _single(self, field: str, kind: PolicyKind, question: AuthorizationRequest) -> Document | None:
        return self._document(self.given.get(field), kind.value, kind, question)

    def _list(self, field: str, name: str, kind: PolicyKind, question: AuthorizationRequest) -> list[Document]:
        given = self.given.get(field)
        if given is None:
            return []
        if not isinstance(given, list):
            self._wrong(f"{field} is {kind_of(given)}; it must be a list of policy documents.")
            return []
        found = [self._document(item, f"{name} {number}", kind, question) for number, item in enumerate(given, start=1)]
        if None in given:
            self._wrong(f"{field} holds null; leave a document that does not exist out of the list.")
        return [document for document in found if document is not None]

    def _levels(self, field: str, name: str, kind: PolicyKind, question: AuthorizationRequest) -> list[list[Document]]:
        given = self.given.get(field)
        if given is None:
            return []
        if not isinstance(given, list) or not all(isinstance(level, list) for level in given):
            self._wrong(f"{field} must be a list of levels, root first, each a list of policy documents.")
            return []
        levels = []
        for level, documents in enumerate(given, start=1):
            named = enumerate(documents, start=1)
            found = [
                self._document(item, f"{name} {number} of level {level}", kind, question) for number, item in named
            ]
            if None in documents:
                self._wrong(f"{field} holds null; leave a document that does not exist out of its level.")
            levels.append([document for document in found if document is not None])
        return levels

    def _document(self, given: Any, name: str, kind: PolicyKind, question: AuthorizationRequest) -> Document | None:
        """A document as an object, or as the text of one; checked as AWS would when it is saved."""
        where = f"{self.where}, {name}"
        text = given if isinstance(given, str) else None
        if text is not None:
            given = _json(text, where, self.problems.append)
        if given is None:
            return None
        try:
            policy = parse(given, where, kind)
        except BadPolicy as bad:
            self.problems.extend(bad.problems)
            return None
        self.problems.extend(
            f"{where}: the principal {gone} is the unique id of a user or role that was deleted; AWS refuses to save "
            "it, name the ARN of one that exists."
            for gone in policy.deleted_principals
        )
        self.problems.extend(
            f"{where}: whose account the CanonicalUser {user} is, Amazon S3 alone knows; name the account under AWS."
            for user in policy.canonical_users
        )
        self.problems.extend(text_problems(given, text, where, kind, question.resource))
        document: Document = given
        return document
