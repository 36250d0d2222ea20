"""How the metrics of a worker's processes become one page.

A child is replaced after some tasks, and may be killed at any time; the numbers have to outlive it. So each process
writes its own to mapped files (prometheus_client's multiprocess mode), and a small process of the worker's adds them up
when it is asked. It is a process and no thread, for the worker forks and a thread would leave its locks to every child;
and it is not the worker's own loop, for that stands still while the broker is away, when the numbers matter most.

Nothing here may import what counts (``bughive_worker.metrics``).
"""
