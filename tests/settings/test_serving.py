"""Shapes of serving: what each cannot do is said where it is written, and across stack files where it is let in."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from catalog.serving import CAPTURED, ServingShape
from settings.deployments import Deployments
from settings.serving import ServingSettings, figures


def staging(**values: Any) -> Any:
    return Deployments.model_validate({"staging": values}).staging


def refused(**values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        staging(**values)
    (error,) = caught.value.errors()
    return str(error["msg"])


def test_without_a_word_a_stage_serves_one_model() -> None:
    assert staging().serving.shape is ServingShape.SINGLE


@pytest.mark.parametrize("shape", list(ServingShape))
def test_every_shape_is_taken_with_nothing_else_said(shape: ServingShape) -> None:
    assert staging(serving={"shape": str(shape)}).serving.shape is shape
    production = Deployments.model_validate({"production": {"serving": {"shape": str(shape)}}}).production
    assert production.serving.shape is shape


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"serving": {"shape": "single", "challengerPercent": 10}}, "challengerPercent is of the shape abTest"),
        ({"serving": {"shape": "abTest", "shadowPercent": 10}}, "shadowPercent is of the shape shadow"),
        ({"serving": {"shape": "abTest", "memoryMegabytes": 2048}}, "memoryMegabytes is of the shape serverless"),
        ({"serving": {"shape": "single", "invocationsPerInstance": 2}}, "is of the shape asynchronous"),
        ({"serving": {"shape": "serverless", "memoryMegabytes": 1500}}, "allowed: 1024, 2048, 3072, 4096, 5120, 6144"),
        ({"serving": {"shape": "serverless"}, "capturePercent": 10}, "does not capture what a serverless model"),
        ({"serving": {"shape": "asynchronous"}, "capturePercent": 10}, "drop capturePercent, or give 0"),
        ({"serving": {"shape": "multiModel"}, "capturePercent": 1}, "drop capturePercent, or give 0"),
        ({"serving": {"shape": "serverless"}, "instanceType": "ml.m5.large"}, "no instances: drop instanceType"),
        ({"serving": {"shape": "serverless"}, "minInstances": 1, "maxInstances": 1}, "drop minInstances, maxInstances"),
        ({"serving": {"shape": "serverless"}, "shift": {"waitSeconds": 60}}, "no traffic that is shifted: drop shift"),
        ({"serving": {"shape": "asynchronous"}, "minInstances": 1}, "has no instance while there are no requests"),
        ({"serving": {"shape": "batchTransform"}, "maxInstances": 2}, "one instance for each job"),
        ({"serving": {"shape": "abTest"}, "capturePercent": 0}, "give a capturePercent above 0"),
        (
            {
                "serving": {"shape": "shadow"},
                "minInstances": 2,
                "maxInstances": 2,
                "shift": {"method": "rolling", "waitSeconds": 300},
            },
            "no rolling update of several variants",
        ),
    ],
)
def test_what_a_shape_cannot_do_is_refused_with_what_to_do(values: dict[str, Any], words: str) -> None:
    assert words in refused(**values)


@pytest.mark.parametrize(
    ("serving", "words"),
    [
        ({"shape": "serverless", "memoryMegabytes": 512}, "1024"),
        ({"shape": "serverless", "maxConcurrency": 201}, "200"),
        ({"shape": "abTest", "challengerPercent": 100}, "99"),
        ({"shape": "shadow", "shadowPercent": 0}, "1"),
        ({"shape": "canary"}, "abTest"),
    ],
)
def test_a_figure_beyond_what_sagemaker_takes_is_refused(serving: dict[str, Any], words: str) -> None:
    assert words in refused(serving=serving)


def test_the_figures_of_a_shape_are_its_own_and_have_defaults() -> None:
    assert figures(ServingSettings(shape=ServingShape.SINGLE)) == {}
    assert figures(ServingSettings(shape=ServingShape.AB_TEST)) == {"challenger_percentage": 50}
    assert figures(ServingSettings(shape=ServingShape.SERVERLESS, max_concurrency=20)) == {
        "memory_megabytes": 2048,
        "max_concurrency": 20,
    }


def test_nothing_that_sagemaker_leaves_open_is_captured() -> None:
    assert CAPTURED.isdisjoint({ServingShape.SERVERLESS, ServingShape.MULTI_MODEL, ServingShape.ASYNCHRONOUS})
