"""The rooms: what the platform knows of insurance, in the order of the story.

audit · areas · institutions · catalogue · people · credentials · bindings · activations · presentation ·
encounters · policies · accumulators · ledger · settlement. A room imports only earlier rooms, and only through their doors. No HTTP, no HTML, no environment,
no wire names. 中文: 业务房间。
"""
