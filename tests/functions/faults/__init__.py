"""Faults at every AWS call of a Lambda function: its work is done once, or fails clearly until a retry completes it.

A function is run against the in-memory AWS without any fault first; that run tells which calls it makes and what is
there afterwards. Then it is run anew for each call and each fault, again and again as AWS does (Lambda Developer Guide,
"How Lambda handles errors and retries with asynchronous invocation"), and at last as a message that is sent back from
its dead-letter queue; what is there must be the same. `python -m tests.functions.faults` counts the trials and fails
where one does.

A function takes part by a module of `tests/functions/fault_cases` that holds `CASES`. The functions of an API have an
environment of their own: they are tried by `containers/function/tests`, which has this package on its path, so that
its modules name one another relatively.
"""
