from rehearsal.engine.table.row import Row

ROWS: tuple[Row, ...] = ()
