"""The kit: what any careful service needs and that knows nothing of insurance.

Keeps: the embedded server, the database and its batches, money, clock, ids, cryptography, outcomes, idempotency keys,
settings of a process. Promises: nothing here imports a room, a wire name or a front; only here are the clock, the
random source and the environment read. Units: fen, basis points, seconds, UTC instants, Shanghai dates.
Callers: everybody. 中文: 工具箱。
"""
