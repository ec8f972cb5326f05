"""The CloudFormation templates that carry a project's models to a workload account, one for each shape of serving."""

from delivery.template import carried, render, template

__all__ = ["carried", "render", "template"]
