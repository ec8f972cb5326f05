"""Serves one XGBoost model over SageMaker's hosting contract: `GET /ping` and `POST /invocations`."""
