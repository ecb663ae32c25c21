"""Activations under way: a code to the registered phone, checked, and the device bound.

Keeps: activations under way and their messages. Promises: a code is kept only as a digest; five wrong ones end an
activation; five are sent within an hour. What is under way is told to the audit but not held: it is cleared away.
Units: UTC instants. Callers: the wallet, the counter. 中文: 凭证激活。
"""

from openyibao.rooms.activations.records import ACTIVATION_UNKNOWN, Activation
from openyibao.rooms.activations.service import complete_activation, find_activation_channel, start_activation

__all__ = ["ACTIVATION_UNKNOWN", "Activation", "complete_activation", "find_activation_channel", "start_activation"]
