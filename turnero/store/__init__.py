"""Ground floor: engines, the ledger, the journal, timers, clocks and devices' heartbeats.

Knows nothing of queues, screens or printers; every room above stands on it.
"""
