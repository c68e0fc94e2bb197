# SPDX-License-Identifier: Apache-2.0
"""A Modbus TCP device as a real process: `python -m belltower.edges.modbus.tests.device PORT`."""

import sys

from pymodbus.server import StartTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def main() -> None:
    """Serve until killed."""
    StartTcpServer(
        context=SimDevice(
            1,
            simdata=(
                [SimData(0, values=[True, False, True], datatype=DataType.BITS)],
                [SimData(0, values=[False], datatype=DataType.BITS)],
                [
                    SimData(100, values=[215, -5], datatype=DataType.INT16),
                    SimData(102, values=[3.5], datatype=DataType.FLOAT32),
                    SimData(104, values=[0x0001, 0x0002], datatype=DataType.REGISTERS),
                ],
                [SimData(7, values=[40_000], datatype=DataType.UINT16)],
            ),
        ),
        address=("127.0.0.1", int(sys.argv[1])),
    )


if __name__ == "__main__":
    main()
