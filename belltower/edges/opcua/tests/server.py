# SPDX-License-Identifier: Apache-2.0
"""An OPC UA server with 1,000 nodes as a real process: `python -m belltower.edges.opcua.tests.server PORT`.

Each line "NODE VALUE" that it reads is written to that node; "all VALUE" to all of them.
"""

import asyncio
import sys

from asyncua import Server, ua

NODES = 1_000


async def main() -> None:
    """Serve until killed, or nothing more is to be read."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{sys.argv[1]}")
    space = await server.register_namespace("urn:belltower:tests")
    plant = await server.nodes.objects.add_object(ua.NodeId("Plant", space), f"{space}:Plant")
    made = [
        await plant.add_variable(ua.NodeId(f"T{number}", space), f"{space}:T{number}", float(number))
        for number in range(NODES)
    ]
    async with server:
        print("ready", flush=True)
        while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            which, value = line.split()
            for one in made if which == "all" else [made[int(which)]]:
                await one.write_value(float(value))
            print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
