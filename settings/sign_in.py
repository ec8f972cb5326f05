"""How a job signs in as an account's deployer or previewer: an AWS configuration file for one stack.

The state keeps how the provider of a stack signs in, and a preview shows every difference from it. A profile's name is
the same for both roles: what the name stands for is told here, outside of program and state. Source of the file's keys:
AWS SDKs and Tools Reference Guide, "Assume role credential provider".
"""

from __future__ import annotations

import re

from catalog import names
from catalog.nearest import nearest
from catalog.roles import RoleKind
from catalog.scope import Scope
from settings.foundation import FoundationSettings
from settings.load import StackFile
from settings.model import StackSettings
from settings.problems import SettingsError, SettingsProblem
from settings.stack_files import StackFiles, problem_at
from settings.values import StackKind

ROLES = (RoleKind.DEPLOYER, RoleKind.PREVIEWER)
_PROFILE = re.compile(r"[A-Za-z0-9_.@+-]+")


def aws_configuration(stack_files: StackFiles, stack: str, kind: RoleKind) -> str:
    """The text of a configuration file in which the stack's profile is one of `ROLES` of the stack's account.

    The credentials that the role is asked for with are those of the environment. Raises SettingsError.
    """
    file = stack_files.by_stack.get(stack)
    if file is None:
        known = tuple(stack_files.by_stack)
        problem = SettingsProblem(
            file=f"Pulumi.{stack}.yaml",
            message="there is no such stack file",
            nearest=nearest(stack, known),
            allowed=known,
        )
        raise SettingsError([problem])
    if file.settings is None:
        raise SettingsError(file.problems)
    foundation = _foundation(stack_files, file, file.settings)
    if wrong := _problem(file, file.settings, foundation, kind):
        raise SettingsError([wrong])
    scope = Scope.of_account(file.settings.account, file.settings.region, file.settings.prefix)
    external_id = (foundation.deployer if kind is RoleKind.DEPLOYER else foundation.previewer).external_id
    lines = [
        f"[profile {file.settings.credentials.profile}]",
        f"role_arn = {names.account_role_arn(scope, kind)}",
        *([f"external_id = {external_id}"] if external_id else []),
        "credential_source = Environment",
        f"role_session_name = {f'pulumi-{stack}'[:64]}",
        f"region = {file.settings.region}",
    ]
    return "\n".join(lines) + "\n"


def _foundation(stack_files: StackFiles, file: StackFile, settings: StackSettings) -> FoundationSettings:
    """The foundation of the stack's account, which makes both roles."""
    for each in stack_files.of_kind(StackKind.FOUNDATION):
        found = each.settings
        own = found is not None and (found.account, found.prefix) == (settings.account, settings.prefix)
        if own and isinstance(found, FoundationSettings):
            return found
    message = f"no foundation here is of this account with prefix {settings.prefix}, and that makes the role"
    raise SettingsError([problem_at(file, ("account",), message, settings.account)])


def _problem(
    file: StackFile, settings: StackSettings, foundation: FoundationSettings, kind: RoleKind
) -> SettingsProblem | None:
    credentials = settings.credentials
    if kind is RoleKind.DEPLOYER and isinstance(settings, FoundationSettings):
        return problem_at(file, ("kind",), "a foundation is its account's owner's: no deployer brings it up", None)
    if kind is RoleKind.PREVIEWER and not foundation.previewer.trusted_by:
        message = "its account has no previewer: name CI's role in previewer.trustedBy of the account's foundation"
        return problem_at(file, ("account",), message, settings.account)
    if credentials.role_arn:
        message = "is kept in the state as it is, so that a preview would act with the same role, or show its provider "
        message += "as changed: say credentials.profile instead"
        return problem_at(file, ("credentials", "roleArn"), message, credentials.role_arn)
    if not credentials.profile or not _PROFILE.fullmatch(credentials.profile):
        message = "jobs sign in by a profile: a name of letters, digits and _.@+-, such as mlops-" + file.stack
        return problem_at(file, ("credentials", "profile"), message, credentials.profile)
    return None
