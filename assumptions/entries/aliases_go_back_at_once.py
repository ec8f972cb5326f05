"""How a stack that rolls back sets the alias of a function back."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="aliases-go-back-at-once",
    question="Does a stack that rolls back set an alias with CodeDeployLambdaAliasUpdate back without a deployment?",
    if_it_holds="All traffic is the version before's as soon as the stack comes to the alias.",
    if_it_fails="CodeDeploy moves the traffic back with the same waits and hooks as it moved it forth, where the alias "
    "has moved at all.",
    design="The version before answers held-out rows and is captured, as its hooks ask; the way back takes the waits "
    "of one more deployment. Where a deployment failed, CodeDeploy has set the alias back by itself, and the stack "
    "finds nothing to do.",
    leans_on=("delivery/api_functions.py",),
    sources=(
        'AWS CloudFormation Template Reference, "UpdatePolicy attribute": CodeDeployLambdaAliasUpdate, nothing of '
        "rollbacks",
        'AWS CloudFormation User Guide, "Update rollback": resources are updated to what they were before',
        'AWS CodeDeploy User Guide, "Redeploy and roll back a deployment with CodeDeploy": deployments alone',
    ),
    no_probe="It would need a function, an application and a stack that fails behind its alias in an account that "
    "serves nothing; the difference is one of minutes.",
)
