"""A real Slurm for the tests: started once for a session where it may be, and stopped after it.

A session that is killed leaves its cluster running, in pytest's temporary folder:
`SLURM_TEST_CLUSTER=/tmp/pytest-of-root/pytest-N/slurm0 tests/slurm/cluster.sh stop` ends it.
"""

from collections.abc import Iterator

import pytest
from slurm_cluster import Cluster, free_ports, reason_not_to_start


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster of 8 CPUs, 16 GB and two fake GPUs."""
    if reason := reason_not_to_start():
        pytest.skip(reason)
    cluster = Cluster(tmp_path_factory.mktemp("slurm"), (("PORT", str(free_ports())),))
    try:
        cluster.manage("start")
        yield cluster
    finally:
        cluster.manage("stop")
