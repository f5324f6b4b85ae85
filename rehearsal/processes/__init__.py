"""Programs kept running in the background: ports, a ledger of what was started, restarts, and a clean end."""

from rehearsal.processes.child import Child, Command
from rehearsal.processes.ledger import Entry, Ledger
from rehearsal.processes.ports import choose_port
from rehearsal.processes.termination import alive, terminate

__all__ = ["Child", "Command", "Entry", "Ledger", "alive", "choose_port", "terminate"]
