"""What a data science account holds that is nobody's to lose without a word: data, models, people's spaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.cleaner import buckets, studio
from functions.cleaner.waiting import NotRemoved, Waiting


def clear(clients: Callable[[str], Any], event: Mapping[str, Any], waiting: Waiting) -> list[str]:
    """Refuse while anything would be lost that nobody agreed to lose; else end Studio's apps and empty the buckets.

    Event: `stack`, `domain`, `tags` of what the domain leaves, `buckets` (what it holds → its name), `groups` (how the
    names of projects' model package groups begin), `delete` (what may be lost). Raises NotRemoved with everything that
    stands in the way, before anything is changed.
    """
    obstacles = [*_projects(clients("sagemaker"), event), *_contents(clients, event)]
    if obstacles:
        raise NotRemoved(f"{event['stack']}: " + " ".join(f"{each}." for each in obstacles) + " Nothing was destroyed")
    studio.mark(clients, event["domain"], event["tags"])
    removed = studio.end(clients("sagemaker"), event["domain"], waiting)
    for name in event["buckets"].values():
        count = buckets.empty(clients("s3"), name, waiting)
        removed += [f"{count:,} versions in {name}"] if count else []
    return removed


def _projects(sagemaker: Any, event: Mapping[str, Any]) -> list[str]:
    pages = sagemaker.get_paginator("list_model_package_groups").paginate(NameContains=event["groups"])
    groups = [
        group["ModelPackageGroupName"]
        for page in pages
        for group in page["ModelPackageGroupSummaryList"]
        if group["ModelPackageGroupName"].startswith(event["groups"])
    ]
    return [f"Projects are still there ({', '.join(groups)}): destroy their stacks first"] if groups else []


def _contents(clients: Callable[[str], Any], event: Mapping[str, Any]) -> list[str]:
    found = []
    if "studio" not in event["delete"]:
        inside = [
            *(f"space {space}" for space in studio.spaces(clients("sagemaker"), event["domain"])),
            *(f"app {app['AppName']}" for app in studio.apps(clients("sagemaker"), event["domain"])),
        ]
        found += [_refusal("Studio", ", ".join(inside), "studio")] if inside else []
    for what, name in event["buckets"].items():
        if what not in event["delete"]:
            inside_bucket = buckets.some_versions(clients("s3"), name)
            found += [_refusal(f"Bucket {name}", inside_bucket, what)] if inside_bucket else []
    return found


def _refusal(where: str, what: str, consent: str) -> str:
    return (
        f"{where} holds {what}, and nobody has agreed to lose them: copy what is to be kept, add {consent} to "
        "removal.delete in the stack file, bring the stack up and destroy it again"
    )
