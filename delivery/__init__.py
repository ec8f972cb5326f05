"""The CloudFormation template that carries one model to a workload account, and its parameter values."""

from delivery.template import render, template

__all__ = ["render", "template"]
