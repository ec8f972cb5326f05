"""Every call that the engine can make has its rights said, in names that AWS knows."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest
from rehearsal.authorization.tables import TABLES
from rehearsal.engine.table import rows
from rehearsal.engine.table.row import Call, Row


def operations(row: Row) -> Iterator[str]:
    """All operations of a row."""
    calls: list[Call] = [row.create, row.read, *row.delete, *row.then, *row.update, *row.also]
    for call in calls:
        yield call.operation
        if call.unset:
            yield call.unset.operation


@pytest.mark.parametrize("type_", sorted(rows()))
def test_each_call_that_keeps_a_resource_has_its_rights_in_a_table(type_: str) -> None:
    row = rows()[type_]
    known = TABLES.get(row.service, {})
    assert sorted(set(operations(row)) - set(known)) == []


@pytest.mark.parametrize("service", sorted(TABLES))
def test_the_tables_name_operations_of_the_service(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    assert sorted(set(TABLES[service]) - set(model.operation_names)) == []
