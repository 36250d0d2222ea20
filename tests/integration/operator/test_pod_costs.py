"""Which worker's pod scale-in should take."""

import json

from bughive_operator.pod_costs import ANNOTATION

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "worker-a", "labels": {"bughive.dev/worker": "true"}},
    "spec": {"containers": [{"name": "worker", "image": "localhost/none"}]},
}


async def test_the_pod_of_a_worker_with_a_session_costs_more_until_the_session_is_over(
    operators, users, worker, eventually
):
    await users.kubectl("create", "-f", "-", stdin=json.dumps(POD))
    await operators.start(worker_namespace=users.namespace)
    await users.apply()
    turn = await worker.take()
    await turn.crawl("a")
    await users.phase("Running", worker="worker-a")

    async def cost() -> str | None:
        pod = json.loads(await users.kubectl("get", "pod", "worker-a", "-o", "json"))
        return pod["metadata"].get("annotations", {}).get(ANNOTATION)

    async def is_dear() -> bool:
        return await cost() == "100"

    async def is_cheap() -> bool:
        return await cost() == "0"

    await eventually(is_dear, "the busy pod costs 100", 20, cost)
    await turn.finish()
    await users.phase("Completed")
    await eventually(is_cheap, "the idle pod costs nothing", 20, cost)
