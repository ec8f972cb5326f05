"""The account of the API's tests, whose alias CodeDeploy shifts."""

from tests.rehearsal.apigateway.conftest import account

__all__ = ["account"]
