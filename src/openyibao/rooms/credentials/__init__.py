"""The credential's life: issued, activated, suspended, revoked; and its bindings to devices and channels.

Keeps: credentials (signed statements), bindings (serial and sealed secret), activations under way. Promises: one
credential per (name, document type, document number); unbinding kills every code of that binding at once.
Units: UTC instants. Callers: presentation, the wallet. 中文: 医保电子凭证。
"""
