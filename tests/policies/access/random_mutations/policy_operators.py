"""Operators on policies: each drops, widens or swaps one part of one statement."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.policies.access.mutations.mutation import Statement
from tests.policies.access.random_mutations.vocabulary import BARE, FOREIGN, Vocabulary, listed

Statements = list[Statement]
# Changes a copy of a policy's statements, or answers with None where it does not apply.
PolicyOperator = Callable[[random.Random, Statements, Vocabulary], Statements | None]


def drop_deny(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """A Deny is left out."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Deny")
    if index is None:
        return None
    return [one for number, one in enumerate(found) if number != index]


def drop_condition(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """An Allow holds without its condition; of a Deny, this only takes more away."""
    index = _any(rng, found, lambda one: bool(one.get("Condition")))
    if index is not None:
        del found[index]["Condition"]
    return _changed(found, index)


def drop_condition_key(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """One key of a condition is left out."""
    index = _any(rng, found, lambda one: bool(one.get("Condition")))
    if index is not None:
        conditions = found[index]["Condition"]
        operator = rng.choice(sorted(conditions))
        del conditions[operator][rng.choice(sorted(conditions[operator]))]
        if not conditions[operator]:
            del conditions[operator]
        if not conditions:
            del found[index]["Condition"]
    return _changed(found, index)


def add_condition_key_to_deny(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """A Deny holds under one more condition."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Deny")
    if index is not None:
        key, value = rng.choice(
            [
                ("aws:PrincipalType", "User"),
                ("aws:RequestedRegion", "eu-central-1"),
                ("aws:PrincipalAccount", rng.choice(words.accounts)),
                ("aws:PrincipalTag/project", rng.choice(words.projects)),
            ]
        )
        found[index].setdefault("Condition", {}).setdefault("StringEquals", {}).setdefault(key, value)
    return _changed(found, index)


def drop_action_of_deny(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """A Deny speaks of one action less."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Deny" and len(listed(one.get("Action"))) > 1)
    if index is not None:
        texts = listed(found[index]["Action"])
        texts.remove(rng.choice(texts))
        found[index]["Action"] = texts
    return _changed(found, index)


def narrow_resource_of_deny(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """A Deny speaks of one resource less, or of one object instead of all."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Deny" and bool(listed(one.get("Resource"))))
    if index is not None:
        texts = listed(found[index]["Resource"])
        chosen = rng.randrange(len(texts))
        if len(texts) > 1:
            del texts[chosen]
        else:
            texts[chosen] = f"{texts[chosen].rstrip('*')}{rng.choice(words.projects)}/*"
        found[index]["Resource"] = texts
    return _changed(found, index)


def spare_from_deny(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """A value is added to a negated condition of a Deny: whoever has it is spared."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Deny" and bool(_negated(one)))
    if index is not None:
        operator, key = rng.choice(_negated(found[index]))
        values = listed(found[index]["Condition"][operator][key])
        found[index]["Condition"][operator][key] = [*values, _like(rng, rng.choice(values), words)]
    return _changed(found, index)


def widen_action(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """An Allow speaks of the whole service, of another of its actions, of those alike, or of every action."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Allow" and bool(listed(one.get("Action"))))
    if index is not None:
        texts = listed(found[index]["Action"])
        service, _, name = rng.choice(texts).partition(":")
        verb = re.match(r"[A-Z][a-z]*", name)
        siblings = words.siblings(service) or [f"{service}:*"]
        wider = [f"{service}:*", f"{service}:{verb[0] if verb else ''}*", "*"]
        found[index]["Action"] = [*texts, rng.choice([*wider, *rng.choices(siblings, k=4)])]
    return _changed(found, index)


def action_to_not_action(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """Action becomes NotAction."""
    index = _any(rng, found, lambda one: "Action" in one and "*" not in listed(one["Action"]))
    if index is not None:
        found[index] = {"NotAction" if key == "Action" else key: value for key, value in found[index].items()}
    return _changed(found, index)


def widen_resource(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """An Allow speaks of everything with a beginning, of another project, another account, or of everything."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Allow" and bool(listed(one.get("Resource"))))
    if index is not None:
        texts = listed(found[index]["Resource"])
        texts[rng.randrange(len(texts))] = _wider_arn(rng, rng.choice(texts), words)
        found[index]["Resource"] = list(dict.fromkeys(texts))
    return _changed(found, index)


def widen_principal(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """An Allow names somebody else besides."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Allow" and "Principal" in one)
    if index is not None:
        found[index]["Principal"] = _besides(rng, found[index]["Principal"], words)
    return _changed(found, index)


def swap_principal(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """An Allow names somebody else instead."""
    index = _any(rng, found, lambda one: one.get("Effect") == "Allow" and "Principal" in one)
    if index is not None:
        found[index]["Principal"] = _besides(rng, {}, words)
    return _changed(found, index)


def swap_effect(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """A Deny becomes an Allow, or the other way round."""
    index = rng.randrange(len(found))
    found[index]["Effect"] = "Deny" if found[index].get("Effect") == "Allow" else "Allow"
    return found


def swap_operator(rng: random.Random, found: Statements, _words: Vocabulary) -> Statements | None:
    """A condition compares otherwise: by pattern, only if the key is there, for every value, or the other way round."""
    index = _any(rng, found, lambda one: bool(one.get("Condition")))
    if index is not None:
        conditions = found[index]["Condition"]
        old = rng.choice(sorted(conditions))
        new = rng.choice(_OTHER_OPERATORS)(old)
        if new in conditions or new == old:
            return None
        found[index]["Condition"] = {new if name == old else name: pairs for name, pairs in conditions.items()}
    return _changed(found, index)


def widen_condition_value(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """A condition accepts one more value: another project's, another account's, or anything."""
    index = _any(rng, found, lambda one: bool(one.get("Condition")))
    if index is not None:
        operator = rng.choice(sorted(found[index]["Condition"]))
        pairs = found[index]["Condition"][operator]
        key = rng.choice(sorted(pairs))
        values = listed(pairs[key])
        if not values:
            return None
        pairs[key] = [*values, _like(rng, rng.choice(values), words)]
    return _changed(found, index)


def swap_scope(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """A statement speaks of another project or account wherever it names one."""
    index = _any(rng, found, lambda one: any(name in str(one) for name in (*words.projects, *words.accounts)))
    if index is not None:
        found[index] = _renamed(found[index], *_another(rng, str(found[index]), words))
    return _changed(found, index)


def add_statement_of_another(rng: random.Random, found: Statements, words: Vocabulary) -> Statements | None:
    """A statement of another policy of the same form is added."""
    forms = {"Principal" in one for one in found}
    alike = [one for one in words.statements if one.get("Effect") == "Allow" and ("Principal" in one) in forms]
    trust = all("Resource" not in one and "NotResource" not in one for one in found)
    alike = [one for one in alike if ("Resource" not in one and "NotResource" not in one) == trust]
    if not alike:
        return None
    return [*found, {**copy.deepcopy(rng.choice(alike)), "Sid": "AddedAtRandom"}]


POLICY_OPERATORS: tuple[PolicyOperator, ...] = (
    drop_deny,
    drop_condition,
    drop_condition_key,
    add_condition_key_to_deny,
    drop_action_of_deny,
    narrow_resource_of_deny,
    spare_from_deny,
    widen_action,
    action_to_not_action,
    widen_resource,
    widen_principal,
    swap_principal,
    swap_effect,
    swap_operator,
    widen_condition_value,
    swap_scope,
    add_statement_of_another,
)
_OTHER_OPERATORS: tuple[Callable[[str], str], ...] = (
    lambda name: name.replace("StringEquals", "StringLike").replace("ArnEquals", "ArnLike"),
    lambda name: name if name.endswith("IfExists") or name == "Null" else f"{name}IfExists",
    lambda name: f"ForAllValues:{name.partition(':')[2] or name}" if name != "Null" else name,
    lambda name: name.replace("ForAllValues:", "ForAnyValue:"),
    lambda name: name.replace("Not", "") if "Not" in name else re.sub(r"(String|Arn|Numeric)", r"\1Not", name),
)


def _any(rng: random.Random, found: Sequence[Statement], wanted: Callable[[Statement], bool]) -> int | None:
    numbers = [number for number, one in enumerate(found) if wanted(one)]
    return rng.choice(numbers) if numbers else None


def _changed(found: Statements, index: int | None) -> Statements | None:
    return None if index is None else found


def _negated(statement: Statement) -> list[tuple[str, str]]:
    conditions = statement.get("Condition") or {}
    pairs = [(operator, key) for operator in sorted(conditions) for key in sorted(conditions[operator])]
    return [(operator, key) for operator, key in pairs if "Not" in operator and listed(conditions[operator][key])]


def _like(rng: random.Random, value: str, words: Vocabulary) -> str:
    """Another value of the same form as one."""
    old, new = _another(rng, value, words)
    choices = ["*", value.replace(old, new)] if old else ["*"]
    if value.startswith("arn:"):
        choices += [f"{value.rpartition('/')[0]}/*", rng.choice(words.roles)]
    if re.fullmatch(r"\d{12}", value):
        choices += [FOREIGN, rng.choice(words.accounts)]
    if re.match(r"(vpce|vpc)-", value):
        choices = [f"{value[:-3]}abc"]
    return rng.choice(choices)


def _wider_arn(rng: random.Random, arn: str, words: Vocabulary) -> str:
    old, new = _another(rng, arn, words)
    parts = arn.split(":", 5)
    choices = ["*", rng.choice(words.resources)]
    if old:
        choices += [arn.replace(old, new)] * 2
    if len(parts) == 6:
        head = ":".join(parts[:5])
        choices += [f"{head}:*", f"{head}:{re.split('[/*]', parts[5])[0]}*", f"{arn.rpartition('/')[0]}/*"]
        if parts[4]:
            choices += [":".join([*parts[:4], "*", parts[5]]), ":".join([*parts[:4], FOREIGN, parts[5]])]
    return rng.choice(choices)


def _another(rng: random.Random, text: str, words: Vocabulary) -> tuple[str, str]:
    """A project or account that the text names, and another to put in its place; empty texts where it names none."""
    named = [(name, words.projects) for name in words.projects if name in text]
    named += [(name, (*words.accounts, FOREIGN)) for name in words.accounts if name in text]
    if not named:
        return "", ""
    old, others = rng.choice(named)
    return old, rng.choice([other for other in others if other != old])


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: _renamed(inner, old, new) for key, inner in value.items()}
    return [_renamed(inner, old, new) for inner in value] if isinstance(value, list) else value


def _besides(rng: random.Random, principal: object, words: Vocabulary) -> object:
    kind, name = rng.choice(
        [
            ("AWS", "*"),
            ("AWS", f"arn:aws:iam::{rng.choice(words.accounts)}:root"),
            ("AWS", f"arn:aws:iam::{FOREIGN}:root"),
            ("AWS", FOREIGN),
            ("AWS", rng.choice(words.roles)),
            ("AWS", f"arn:aws:iam::{FOREIGN}:role/partner"),
            ("AWS", f"arn:aws:iam::{rng.choice(words.accounts)}:user/{BARE}"),
            ("AWS", f"arn:aws:sts::{FOREIGN}:assumed-role/partner/session"),
            ("AWS", f"arn:aws:sts::{rng.choice(words.accounts)}:federated-user/somebody"),
            ("Service", rng.choice(words.services)),
            ("Service", "ec2.amazonaws.com"),
            ("Federated", "cognito-identity.amazonaws.com"),
            ("Federated", f"arn:aws:iam::{rng.choice(words.accounts)}:saml-provider/elsewhere"),
        ]
    )
    if not isinstance(principal, dict):
        return "*" if principal == "*" else {kind: name}
    return {**principal, kind: [*listed(principal.get(kind)), name]}
