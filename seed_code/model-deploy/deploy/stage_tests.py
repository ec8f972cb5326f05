"""The tests of one endpoint, by the shape of serving."""

from collections.abc import Mapping
from typing import Protocol

from deploy.accounts import EndpointLocation, TestClients
from deploy.asynchronous_test import AsynchronousTest
from deploy.batch_test import BatchTest
from deploy.endpoint import EndpointTest, TestScope
from deploy.holdout import Holdout
from deploy.multi_model_test import MultiModelTest
from deploy.render import Release
from deploy.report import AccountReport
from deploy.serving import (
    AB_TEST,
    ASYNCHRONOUS,
    BATCH,
    CHALLENGER,
    MULTI_MODEL,
    PRIMARY,
    SHADOW,
    models_folder,
)
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
        return [_of_one(release, target, clients, holdouts[PRIMARY], plan, settings=settings)]
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


def _of_one(
    release: Release,
    target: EndpointLocation,
    clients: TestClients,
    holdout: Holdout,
    plan: TestScope,
    *,
    settings: StageSettings,
) -> StageTest:
    """The test of an account that serves one model."""
    if settings.serving_shape == ASYNCHRONOUS:
        return AsynchronousTest(release, settings, target, clients, holdout, plan)
    if settings.serving_shape == BATCH:
        return BatchTest(release, settings, target, clients, holdout, plan)
    if settings.serving_shape == MULTI_MODEL:
        served = release.served[settings.stage][PRIMARY]
        folder, name = models_folder(served.model_data_url, release.project_id)
        return MultiModelTest(
            release,
            settings,
            target,
            clients,
            holdout,
            plan,
            image=served.image,
            models_uri=folder,
            target_model=name,
        )
    return EndpointTest(release, settings, target, clients, holdout, plan)
