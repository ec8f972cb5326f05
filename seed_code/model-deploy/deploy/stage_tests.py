"""The tests of one endpoint, by the shape of serving."""

from collections.abc import Mapping
from typing import Protocol

from deploy.accounts import EndpointLocation, TestClients
from deploy.endpoint import EndpointTest, TestScope
from deploy.holdout import Holdout
from deploy.render import Release
from deploy.report import AccountReport
from deploy.serving import AB_TEST, CHALLENGER, PRIMARY, SHADOW
from deploy.shadow_test import ShadowTest
from deploy.stages import StageSettings


class StageTest(Protocol):
    """A test of what an account serves: `call`, later `await_capture`, so that several wait together."""

    def call(self) -> None: ...

    def await_capture(self, deadline: float) -> None: ...

    def report(self) -> AccountReport: ...


def tests_of(
    release: Release,
    target: EndpointLocation,
    clients: TestClients,
    holdouts: Mapping[str, Holdout],
    plan: TestScope,
    *,
    settings: StageSettings,
) -> list[StageTest]:
    """One test of each model that an account serves; `holdouts` has each variant's held-out rows."""
    served = release.served[settings.stage]
    if CHALLENGER not in served:
        return [EndpointTest(release, settings, target, clients, holdouts[PRIMARY], plan)]
    if settings.serving_shape == AB_TEST:
        return [
            EndpointTest(
                release,
                settings,
                target,
                clients,
                holdouts[variant],
                plan,
                variant=variant,
                package_arn=model.model_package_arn,
            )
            for variant, model in served.items()
        ]
    assert settings.serving_shape == SHADOW  # noqa: S101 - render gives no other shape a challenger
    return [
        ShadowTest(
            release,
            settings,
            target,
            clients,
            holdouts[PRIMARY],
            plan,
            package_arn=served[PRIMARY].model_package_arn,
            shadow_arn=served[CHALLENGER].model_package_arn,
            shadow_holdout=holdouts[CHALLENGER],
        )
    ]
