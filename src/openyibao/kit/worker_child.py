"""The child's side of ``kit.workers``: jobs in, answers out, until the service closes the pipe. 中文: 工作进程子端。"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from openyibao.kit.workers import MESSAGE_MAX


def serve_jobs(make: Callable[[], Mapping[str, Callable[[Any], Any]]]) -> None:
    """Make the handlers, then answer jobs by their name until the pipe is closed.

    A job whose handler raises ends the process: it is begun again.
    """
    back = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints goes to the log instead of between the answers.
    os.dup2(2, 1)
    handlers, asked = make(), sys.stdin.buffer
    while head := asked.read(4):
        length = int.from_bytes(head, "big")
        if length > MESSAGE_MAX:
            return
        name, content = msgspec.msgpack.decode(asked.read(length))
        body = msgspec.msgpack.encode([True, handlers[name](content)])
        back.write(len(body).to_bytes(4, "big") + body)
        back.flush()
