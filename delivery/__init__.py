"""The CloudFormation template that carries one model to a workload account."""

from delivery.template import render, template

__all__ = ["render", "template"]
