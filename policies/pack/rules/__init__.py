"""All rules, one file each, in the order of their ids."""

from __future__ import annotations

from policies.pack.model import Rule
from policies.pack.rules import (
    account_trust,
    bucket_encryption,
    bucket_versioning,
    build_project,
    endpoint_policy,
    image_repository,
    key_rotation,
    key_separation,
    log_group,
    open_network,
    open_principal,
    pass_role,
    plain_transport,
    public_access_block,
    service_trust,
    studio_domain,
    wildcard_actions,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            account_trust.RULE,
            bucket_encryption.RULE,
            bucket_versioning.RULE,
            build_project.RULE,
            endpoint_policy.RULE,
            image_repository.RULE,
            key_rotation.RULE,
            key_separation.RULE,
            log_group.RULE,
            open_network.RULE,
            open_principal.RULE,
            pass_role.RULE,
            plain_transport.RULE,
            public_access_block.RULE,
            service_trust.RULE,
            studio_domain.RULE,
            wildcard_actions.RULE,
        ),
        key=lambda rule: rule.id,
    )
)
